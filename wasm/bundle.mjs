// The scripts of the package, from the TypeScript in src/.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const source = fileURLToPath(new URL("src/", import.meta.url));

// What a file is for, and the form it takes. banner.js is a classic script; the others are modules.
const entries = [
  { entry: "banner_script.ts", file: "banner.js", format: "iife" },
  { entry: "consent_module.ts", file: "consent.mjs", format: "esm" },
  { entry: "preferences.ts", file: "preferences.js", format: "esm" },
  { entry: "core_module.ts", file: "core.mjs", format: "esm" },
];
const styleSheets = ["banner.css", "preferences.css"];

async function minifiedCss(path) {
  const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
  return code.trim();
}

const cssAsText = {
  name: "css-as-text",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => ({
      contents: await minifiedCss(path),
      loader: "text",
    }));
  },
};

/** Writes every script and style sheet into `directory`. */
export async function bundle(directory) {
  for (const { entry, file, format } of entries) {
    await build({
      entryPoints: [join(source, entry)],
      outfile: join(directory, file),
      bundle: true,
      minify: true,
      format,
      target: "es2021",
      charset: "utf8",
      legalComments: "none",
      plugins: [cssAsText],
      logLevel: "warning",
    });
  }
  return Promise.all(
    styleSheets.map(async (name) => [name, await minifiedCss(join(source, name))]),
  );
}

/** The JavaScript build of the core, as small as it gets. */
export async function minifiedScript(path) {
  const { code } = await transform(await readFile(path, "utf8"), {
    minify: true,
    target: "es2021",
    format: "esm",
  });
  return code;
}
