// What the tests run: the built files, and single sources bundled on the fly.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const dist = process.env.CONSENT_DIST ?? join(root, "build/dist");
const esbuild = createRequire(join(root, "wasm/package.json"))("esbuild");

const bundles = mkdtempSync(join(tmpdir(), "consent-bundles-"));
process.on("exit", () => rmSync(bundles, { recursive: true, force: true }));

export const wasmDirectory = join(root, "wasm");
export const builtPath = (name) => join(dist, "v1", name);
export const builtBytes = (name) => readFileSync(builtPath(name));
/** The core inside banner.js, as it was before the build put it there. */
export const smallCoreBytes = () => readFileSync(join(root, "build/wasm/modules/undecided.wasm"));
export const importBuilt = (name) => import(pathToFileURL(builtPath(name)).href);

/** The exports of one file of wasm/src. */
export async function importSource(name) {
  const outfile = join(bundles, `${name}.mjs`);
  await esbuild.build({
    entryPoints: [join(wasmDirectory, "src", name)],
    bundle: true,
    format: "esm",
    outfile,
    loader: { ".css": "text" },
  });
  return import(pathToFileURL(outfile).href);
}

/**
 * A build of the core, "core" or the page's "consent", in WebAssembly and in JavaScript: whatever
 * holds for one must hold for the other.
 */
export async function bothCores(name = "core") {
  const { loadCore } = await importBuilt("core.mjs");
  const script = builtBytes(`${name}.wasm2js.js`).toString("base64");
  return {
    wasm: await loadCore({ wasm: builtBytes(`${name}.wasm`) }),
    wasm2js: await loadCore({
      wasm: new Uint8Array(8),
      fallback: () => import(`data:text/javascript;base64,${script}`),
    }),
  };
}
