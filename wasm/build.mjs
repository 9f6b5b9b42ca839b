// Puts together what is served: build/dist/v1 (scripts, styles, modules) and build/dist/demo. Run
// after `cmake --build --preset wasm`. Prints what a first visit weighs and fails when it is over
// size-budget.json.
//
// usage: node wasm/build.mjs [--help] [--modules DIR] [--dist DIR]

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { bundle, minifiedScript } from "./bundle.mjs";
import { compressBelow, filesBelow } from "./compression.mjs";
import { brotliBytes, noticeJson, overBudget } from "./first_visit.mjs";
import { installPackage, packPackage } from "./package.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const { values: options } = parseArgs({
  options: {
    help: { type: "boolean", short: "h", default: false },
    modules: { type: "string", default: join(root, "build/wasm/modules") },
    dist: { type: "string", default: join(root, "build/dist") },
  },
});
if (options.help) {
  const text = readFileSync(fileURLToPath(import.meta.url), "utf8");
  console.log(text.slice(0, text.indexOf("\n\n")).replace(/^\/\/ ?/gm, ""));
  process.exit(0);
}
const scripts = join(options.dist, "v1");
const demo = join(options.dist, "demo");

const modules = ["consent.wasm", "core.wasm", "reduction.wasm", "gpp.wasm", "proof.wasm"];
const small = "undecided.wasm";
const fallbacks = ["consent.wasm2js.js", "core.wasm2js.js", "gpp.wasm2js.js"];
for (const module of [small, ...modules, ...fallbacks]) {
  if (existsSync(join(options.modules, module))) continue;
  console.error(`${join(options.modules, module)} is missing: run cmake --build --preset wasm`);
  process.exit(1);
}

rmSync(scripts, { recursive: true, force: true });
mkdirSync(scripts, { recursive: true });
for (const module of modules) {
  cpSync(join(options.modules, module), join(scripts, module));
}
for (const fallback of fallbacks) {
  writeFileSync(join(scripts, fallback), await minifiedScript(join(options.modules, fallback)));
}
await bundle(scripts, readFileSync(join(options.modules, small)));
// What is served is what the package brings: the demo is built as a customer would build.
const tarball = packPackage(scripts, options.dist);
rmSync(scripts, { recursive: true });
const installed = installPackage(tarball, join(options.dist, "site"));
cpSync(join(installed, "dist/v1"), scripts, { recursive: true });
rmSync(join(options.dist, "site"), { recursive: true });
compressBelow(scripts);

// What the server of a site does with the package.
async function renderPages(directory, { renderPage }) {
  const { earlyTag } = await import(pathToFileURL(join(scripts, "early.mjs")).href);
  const tag = earlyTag({ site: "dialphone.com" });
  for (const path of filesBelow(directory)) {
    if (!path.endsWith(".html")) continue;
    writeFileSync(path, renderPage(readFileSync(path, "utf8"), basename(path), tag));
  }
}

const site = join(root, "web-demo");
if (existsSync(site)) {
  rmSync(demo, { recursive: true, force: true });
  cpSync(join(site, "public"), demo, { recursive: true });
  await renderPages(demo, await import(pathToFileURL(join(site, "pages.mjs")).href));
  compressBelow(demo);
}

const notice = await noticeJson(join(root, "server/site/dialphone.jsonc"), "en");
const weigh = (name) => brotliBytes(readFileSync(join(scripts, name)));
const firstVisit = {
  "banner.js (with styles and the small core)": weigh("banner.js"),
  "notice (English)": brotliBytes(Buffer.from(notice)),
};
const sizes = {
  ...firstVisit,
  "first visit": Object.values(firstVisit).reduce((sum, bytes) => sum + bytes),
  "consent.wasm (at the choice)": weigh("consent.wasm"),
  "core_token.js (at the choice)": weigh("core_token.js"),
  "courier.js (at the choice)": weigh("courier.js"),
  "follow_up.js (at the choice)": weigh("follow_up.js"),
  "removal.js (behind it)": weigh("removal.js"),
  "services.js (behind it)": weigh("services.js"),
  "configuration.js (for typos)": weigh("configuration.js"),
  "placeholder.js (for frames)": weigh("placeholder.js"),
  "layout.js (for bar and center)": weigh("layout.js"),
  "opt_out.js (in opt-out regions)": weigh("opt_out.js"),
  "reopen.js (for the standing button)": weigh("reopen.js"),
  "theme.js (for themed sites)": weigh("theme.js"),
  "preferences.js (on demand)": weigh("preferences.js"),
  "consent.wasm2js.js (fallback)": weigh("consent.wasm2js.js"),
  "reduction.wasm (on demand)": weigh("reduction.wasm"),
  "gpp.js and gpp.wasm (on demand)": weigh("gpp.js") + weigh("gpp.wasm"),
  "consent.mjs (module build)": weigh("consent.mjs"),
  "core.wasm (servers and tools)": weigh("core.wasm"),
};
writeFileSync(join(options.dist, "sizes.json"), `${JSON.stringify(sizes, null, 2)}\n`);
console.log("bytes on the wire, brotli -q 11:");
for (const [part, bytes] of Object.entries(sizes))
  console.log(`  ${String(bytes).padStart(6)}  ${part}`);

const budget = JSON.parse(readFileSync(new URL("size-budget.json", import.meta.url), "utf8"));
const excess = overBudget(sizes, budget);
for (const line of excess) console.error(`over wasm/size-budget.json: ${line}`);
process.exitCode = excess.length > 0 ? 1 : 0;
