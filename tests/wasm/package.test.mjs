// The package as a customer gets it: installed from its tarball into an empty folder, where each of
// its entries can be imported without a window and has types that compile.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { publint } from "publint";

import { installPackage } from "../../wasm/package.mjs";
import { builtPath, wasmDirectory } from "./built.mjs";

const manifest = JSON.parse(readFileSync(join(wasmDirectory, "package.json"), "utf8"));
const tarball = builtPath(`../dialphone-consent-${manifest.version}.tgz`);
let folder;
let installed;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "consent-package-"));
  installed = installPackage(tarball, folder);
});

after(() => rmSync(folder, { recursive: true, force: true }));

const run = (file, text) => {
  writeFileSync(join(folder, file), text);
  return execFileSync(process.execPath, [file], { cwd: folder, encoding: "utf8" });
};

test("it brings no other package along", () => {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  assert.deepEqual(Object.keys(lock.packages).sort(), ["", "node_modules/@dialphone/consent"]);
  assert.equal(manifest.dependencies, undefined);
});

test("publint finds nothing", async () => {
  const { messages } = await publint({ pkgDir: installed, strict: true });
  assert.deepEqual(messages, []);
});

test("every file that the entries name is there", () => {
  const paths = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === "string" ? [entry] : Object.values(entry),
  );
  assert.ok(paths.length > 15);
  for (const path of paths) assert.ok(existsSync(join(installed, path)), path);
});

test("what needs no framework can be imported without a window", () => {
  const entries = ["", "/core", "/google-consent-mode", "/data-layer", "/testing"];
  const lines = entries.map(
    (entry) => `console.log(Object.keys(await import("@dialphone/consent${entry}")).join());`,
  );
  const names = run("import.mjs", lines.join("\n"));
  assert.match(names, /startConsent\n/);
  assert.match(names, /decide.*\ninstallGoogleConsentMode\ninstallDataLayer\nacceptance,refusal\n/);
});

test("the core decides in Node.js from the package alone", () => {
  const answer = run(
    "core.mjs",
    `import { readFileSync } from "node:fs";
    import { createRequire } from "node:module";
    import { loadCore, parseRegion } from "@dialphone/consent/core";
    const wasm = createRequire(import.meta.url).resolve("@dialphone/consent/core.wasm");
    console.log(parseRegion(await loadCore({ wasm: readFileSync(wasm) }), "uk"));`,
  );
  assert.equal(answer, "GB\n");
});

test("the types are those of the sources, and wrong calls do not compile", () => {
  writeFileSync(
    join(folder, "page.ts"),
    `import { startConsent, type ConsentState } from "@dialphone/consent";
    import { refusal } from "@dialphone/consent/testing";
    const consent = startConsent({ site: "dialphone.com", gpp: "no-sale" });
    consent.on("change", (state: ConsentState) => console.log(state.decisions.analytics.reason));
    export const sent: boolean = consent.track("page_view");
    export const { name } = refusal("http://localhost/", ["analytics"]);
    // @ts-expect-error no such purpose
    consent.allows("adverts");
    // @ts-expect-error the site is needed
    startConsent({});`,
  );
  const compiler = join(wasmDirectory, "node_modules/typescript/bin/tsc");
  const options = ["--noEmit", "--strict", "--module", "esnext", "--moduleResolution", "bundler"];
  const target = ["--target", "es2021", "--lib", "es2021,dom", "page.ts"];
  execFileSync(process.execPath, [compiler, ...options, ...target], { cwd: folder });
});
