// The client-side routers that sites use, as what a page needs of each: markup for its head, the
// script behind it, and whether scripts in a body run again whenever their page is shown.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { root } from "./consentd.mjs";

const require = createRequire(import.meta.url);
const esbuild = createRequire(join(root, "wasm/package.json"))("esbuild");
const astro = join(root, "build/deps/astro");

function turbo() {
  const file = require.resolve("@hotwired/turbo").replace(/[^/]*$/, "turbo.es2017-umd.js");
  return {
    head: '<script src="/router.js" defer></script>',
    script: readFileSync(file, "utf8"),
    runsAgain: true,
  };
}

// ClientRouter as Astro's own build would make it of the component: its script with the modules it
// imports, and the constants that Astro's plugin puts in.
async function clientRouter() {
  const component = readFileSync(join(astro, "components/ClientRouter.astro"), "utf8");
  const [, source] = /<script>([^]*?)<\/script>/.exec(component);
  const modules = {
    "astro:transitions/client": { path: join(astro, "dist/transitions/router.js") },
    "virtual:astro:adapter-config/client": "export const internalFetchHeaders = {};",
    "astro/virtual-modules/prefetch.js": "export const init = () => {};",
  };
  const resolve = {
    name: "astro",
    setup(build) {
      build.onResolve({ filter: /^(astro|virtual:astro)[:/]/ }, ({ path }) =>
        typeof modules[path] === "string" ? { path, namespace: "astro" } : modules[path],
      );
      build.onLoad({ filter: /.*/, namespace: "astro" }, ({ path }) => ({
        contents: modules[path],
      }));
    },
  };
  const { outputFiles } = await esbuild.build({
    stdin: { contents: source, loader: "ts", resolveDir: astro },
    bundle: true,
    write: false,
    format: "esm",
    plugins: [resolve],
    define: {
      "import.meta.env.SSR": "false",
      "import.meta.env.DEV": "false",
      __PREFETCH_DISABLED__: "true",
    },
  });
  return {
    head:
      '<meta name="astro-view-transitions-enabled" content="true">' +
      '<meta name="astro-view-transitions-fallback" content="animate">' +
      '<script type="module" src="/router.js"></script>',
    script: outputFiles[0].text,
    runsAgain: false,
  };
}

export const routers = { Turbo: turbo, "Astro's ClientRouter": clientRouter };
