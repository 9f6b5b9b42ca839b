// The package as a customer gets it: installed from its tarball into an empty folder, where each of
// its entries can be imported without a window and has types that compile.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

const customers = {
  "page.ts": `
    import { startConsent, type ConsentState } from "@dialphone/consent";
    const consent = startConsent({ site: "dialphone.com", gpp: "no-sale" });
    consent.on("change", (state: ConsentState) => console.log(state.decisions.analytics.reason));
    export const sent: boolean = consent.track("page_view");
    // @ts-expect-error no such purpose
    consent.allows("adverts");
    // @ts-expect-error the site is needed
    startConsent({});`,
  "server.ts": `
    import { loadCore, parseRegion, type CoreExports } from "@dialphone/consent/core";
    const core = await loadCore<CoreExports>({ wasm: new Uint8Array(8) });
    export const region: string = parseRegion(core, "uk");
    // @ts-expect-error the core is needed
    parseRegion("uk");`,
  "tags.ts": `
    import { installDataLayer } from "@dialphone/consent/data-layer";
    import { installGoogleConsentMode } from "@dialphone/consent/google-consent-mode";
    installDataLayer();
    installGoogleConsentMode();
    // @ts-expect-error takes nothing of the kind
    installDataLayer("analytics");`,
  "test.ts": `
    import { acceptance, refusal } from "@dialphone/consent/testing";
    export const { name } = refusal("http://localhost/", ["analytics"]);
    export const source: string = acceptance;
    // @ts-expect-error no such purpose
    refusal("http://localhost/", ["adverts"]);`,
  "frameworks.ts": `
    import { ConsentProvider, useConsent, WithConsent } from "@dialphone/consent/react";
    import { useConsent as useInVue } from "@dialphone/consent/vue";
    export const inReact: boolean = useConsent().allows("analytics");
    export const inVue: boolean = useInVue({ site: "dialphone.com" }).allows("marketing");
    export const parts = [ConsentProvider, WithConsent];
    // @ts-expect-error the site is needed
    useInVue({});`,
};

for (const [module, resolution] of [
  ["esnext", "bundler"],
  ["node16", "node16"],
]) {
  test(`${resolution}: the types are those of the sources, wrong calls do not compile`, () => {
    for (const [name, text] of Object.entries(customers)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
    // What of React and Vue is used: neither is installed here.
    cpSync(join(wasmDirectory, "src/frameworks.d.ts"), join(folder, "frameworks-used.d.ts"));
    const compiler = join(wasmDirectory, "node_modules/typescript/bin/tsc");
    const files = [...Object.keys(customers), "frameworks-used.d.ts"];
    const options = ["--noEmit", "--strict", "--module", module, "--moduleResolution", resolution];
    const target = ["--target", "es2022", "--lib", "es2022,dom,dom.iterable"];
    execFileSync(process.execPath, [compiler, ...options, ...target, ...files], {
      cwd: folder,
      encoding: "utf8",
    });
  });
}
