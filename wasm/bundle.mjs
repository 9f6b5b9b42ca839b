// The scripts of the package, from the TypeScript in src/.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { innerNames } from "./inner_names.mjs";

const source = fileURLToPath(new URL("src/", import.meta.url));

// What a file is for, and the form it takes. banner.js is a classic script; the others are modules.
// A later one may name the files of those before it.
const chunks = [
  { entry: "reopen.ts", file: "reopen.js", format: "esm" },
  { entry: "theme.ts", file: "theme.js", format: "esm" },
  { entry: "layout.ts", file: "layout.js", format: "esm" },
  { entry: "opt_out.ts", file: "opt_out.js", format: "esm" },
  { entry: "preferences.ts", file: "preferences.js", format: "esm" },
  { entry: "gpp_module.ts", file: "gpp.js", format: "esm" },
  { entry: "removal.ts", file: "removal.js", format: "esm" },
  { entry: "placeholder.ts", file: "placeholder.js", format: "esm" },
  { entry: "configuration.ts", file: "configuration.js", format: "esm" },
  { entry: "services.ts", file: "services.js", format: "esm" },
  { entry: "core_token.ts", file: "core_token.js", format: "esm" },
  { entry: "courier.ts", file: "courier.js", format: "esm" },
  { entry: "follow_up.ts", file: "follow_up.js", format: "esm" },
];
const entries = [
  { entry: "banner_script.ts", file: "banner.js", format: "iife", inner: true },
  { entry: "consent_module.ts", file: "consent.mjs", format: "esm", inner: true },
  { entry: "core_module.ts", file: "core.mjs", format: "esm" },
  { entry: "google_consent_mode.ts", file: "google-consent-mode.mjs", format: "esm" },
  { entry: "google_consent_mode_script.ts", file: "google-consent-mode.js", format: "iife" },
  { entry: "data_layer.ts", file: "data-layer.mjs", format: "esm" },
  { entry: "data_layer_script.ts", file: "data-layer.js", format: "iife" },
  { entry: "react.ts", file: "react.mjs", format: "esm", shared: true },
  { entry: "vue.ts", file: "vue.mjs", format: "esm", shared: true },
  { entry: "early.ts", file: "early.mjs", format: "esm" },
  { entry: "inline.ts", file: "inline.mjs", format: "esm" },
  { entry: "testing.ts", file: "testing.mjs", format: "esm" },
  { entry: "receipt_module.ts", file: "receipt.mjs", format: "esm" },
];
// What built_files.ts and built_gpp_files.ts name, in the order in which they need one another.
const loadedByName = {
  wasm: "consent.wasm",
  wasm2js: "consent.wasm2js.js",
  token: "core_token.js",
  layout: "layout.js",
  optOut: "opt_out.js",
  theme: "theme.js",
  reopen: "reopen.js",
  preferences: "preferences.js",
  gppWasm: "gpp.wasm",
  gppWasm2js: "gpp.wasm2js.js",
  gpp: "gpp.js",
  configuration: "configuration.js",
  courier: "courier.js",
  removal: "removal.js",
  placeholder: "placeholder.js",
  services: "services.js",
  followUp: "follow_up.js",
};
const styleSheets = ["banner", "layout", "opt_out", "placeholder", "preferences", "reopen"].map(
  (name) => `${name}.css`,
);

// What the standing button says in each language, without a notice.
async function reopenWords() {
  const folder = fileURLToPath(new URL("translations/", import.meta.url));
  const words = {};
  for (const name of (await readdir(folder)).sort()) {
    const { dir, reopen } = JSON.parse(await readFile(join(folder, name), "utf8"));
    words[name.replace(/\.json$/, "")] = [dir, reopen];
  }
  return words;
}

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

// The wrappers of frameworks use the module beside them, not a copy of it.
const sharedModule = {
  name: "shared-module",
  setup({ onResolve }) {
    const path = "./consent.mjs";
    onResolve({ filter: /^\.\/consent_module$/ }, () => ({ path, external: true }));
  },
};

// One name is short for the same in all files of a page: they hand each other their objects.
const shortNames = {};

async function script(chunk, directory, define = {}, write = true) {
  const { entry, file, format, shared, inner, charset = "utf8" } = chunk;
  const { outputFiles, mangleCache } = await build({
    entryPoints: [join(source, entry)],
    outfile: join(directory, file),
    write,
    bundle: true,
    minify: true,
    format,
    target: "es2021",
    charset,
    ...(inner && { mangleProps: innerNames, mangleCache: shortNames }),
    legalComments: "none",
    plugins: [cssAsText, ...(shared ? [sharedModule] : [])],
    external: ["react", "vue"],
    logLevel: "warning",
    define,
  });
  Object.assign(shortNames, mangleCache);
  return outputFiles?.[0].text;
}

// The bytes of the core stand in a string; a page's own text has no control characters.
const escaped = (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`;
const escapeControls = (text) => text.replace(/[^\t\n\x20-\x7e]/g, escaped);

// What a page carries as text, and how its policy names it.
async function inlineScript(name, chunk, directory, define) {
  const built = await script({ ...chunk, format: "iife" }, directory, define, false);
  const text = escapeControls(built.trim());
  if (/<\/script|<!--/i.test(text)) throw new Error(`${chunk.entry} would end its own element`);
  const hash = `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  define[`${name}.script`] = JSON.stringify(text);
  define[`${name}.hash`] = JSON.stringify(hash);
}

/** Copies a file beside itself under a name that carries its hash, and returns that name. */
function hashed(directory, file) {
  const bytes = readFileSync(join(directory, file));
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  const dot = file.indexOf(".");
  const name = `${file.slice(0, dot)}.${hash}${file.slice(dot)}`;
  writeFileSync(join(directory, name), bytes);
  return name;
}

/**
 * Writes scripts and style sheets into `directory`, where both builds of the core already are. The
 * bytes of the small one go into those that begin a page.
 */
export async function bundle(directory, smallCore) {
  for (const name of styleSheets) {
    writeFileSync(join(directory, name), await minifiedCss(join(source, name)));
  }
  const define = { REOPEN_WORDS: JSON.stringify(await reopenWords()) };
  for (const [name, file] of Object.entries(loadedByName)) {
    const chunk = chunks.find((one) => one.file === file);
    if (chunk) await script({ ...chunk, inner: true }, directory, define);
    define[`CONSENT_FILES.${name}`] = JSON.stringify(hashed(directory, file));
  }
  define.CONSENT_SMALL_CORE = JSON.stringify(smallCore.toString("latin1"));
  const early = { entry: "early_script.ts", file: "early_script.js" };
  await inlineScript("CONSENT_EARLY", early, directory, define);
  const whole = { entry: "inline_script.ts", file: "inline_script.js" };
  const kind = { inner: true, charset: "ascii" };
  await inlineScript("CONSENT_INLINE", { ...whole, ...kind }, directory, define);
  // Whatever a page takes them to be written in, they read the same.
  for (const entry of entries) await script({ ...entry, charset: "ascii" }, directory, define);
}

/** The JavaScript build of the core, as small as it gets. */
export async function minifiedScript(path) {
  const options = { minify: true, target: "es2021", format: "esm" };
  return (await transform(await readFile(path, "utf8"), options)).code;
}
