// What the build shortens has to be the banner's own: were one of these names anything else as
// well, a page, a service or a partner would be asked for a member that it does not have.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { innerNames, names } from "../../wasm/inner_names.mjs";
import { builtBytes, importBuilt, wasmDirectory } from "./built.mjs";

const read = (...path) => readFileSync(join(wasmDirectory, ...path), "utf8");
const sources = readdirSync(join(wasmDirectory, "src")).filter((name) => name.endsWith(".ts"));
const scripts = sources.map((name) => read("src", name)).join("\n");
const word = (name) => new RegExp(`\\b${name}\\b`);

test("every name is a member of the sources, and no part of another", () => {
  for (const name of names) {
    assert.match(scripts, word(name), name);
    assert.ok(innerNames.test(name));
    assert.ok(!innerNames.test(`${name}s`) && !innerNames.test(`_${name}`), name);
  }
});

test("no name belongs to the web platform or to the language", () => {
  const types = join("node_modules", "typescript", "lib");
  const files = readdirSync(join(wasmDirectory, types)).filter((name) => /^lib\..*ts$/.test(name));
  const member = /^\s+(?:readonly )?(?:[gs]et )?(\w+)\??[:(<]/gm;
  const declared = new Set();
  for (const name of files) {
    for (const [, found] of read(types, name).matchAll(member)) declared.add(found);
  }
  assert.ok(declared.size > 4000 && declared.has("prepend") && declared.has("isConnected"));
  assert.deepEqual(names.filter((name) => declared.has(name)), []);
});

test("no name is in what the service says", () => {
  const contract = readFileSync(join(wasmDirectory, "../server/openapi/openapi.json"), "utf8");
  const keys = [...contract.matchAll(/"(\w+)"/g)].map(([, key]) => key);
  assert.ok(keys.includes("material_since"));
  assert.deepEqual(names.filter((name) => keys.includes(name)), []);
});

test("no name is an export, a file's or the package's", async () => {
  const exported = [...scripts.matchAll(/export (?:async )?(?:function|const|class) (\w+)/g)];
  const all = exported.map(([, name]) => name);
  assert.ok(all.includes("startConsent") && all.includes("checkTheme"));
  assert.deepEqual(names.filter((name) => all.includes(name)), []);
});

test("no name is in the public API or its documentation", () => {
  const api = read("src/consent_module.ts");
  const members = api.slice(api.indexOf("export interface"), api.indexOf("export function"));
  const state = read("src/consent.ts").match(/export interface ConsentState \{[^]*?\n\}/)[0];
  const others = ["names.ts", "looks.ts", "events.ts"].map((name) => read("src", name));
  const documented = [...read("README.md").matchAll(/`[^`\n]+`/g)].join("\n");
  for (const text of [members, state, ...others, documented]) {
    const code = text.replace(/\/\*[^]*?\*\//g, "").replace(/\/\/.*/g, "");
    assert.deepEqual(names.filter((name) => word(name).test(code)), []);
  }
});

test("the files of a page agree on what is short for what, and only they", async () => {
  const page = ["banner.js", "consent.mjs", "courier.js", "services.js", "follow_up.js", "gpp.js"];
  for (const file of page) {
    const text = builtBytes(file).toString();
    for (const name of names) assert.doesNotMatch(text, new RegExp(`\\.${name}\\b`), file);
    assert.doesNotMatch(text, /CONSENT_FILES|REOPEN_WORDS/, file);
  }
  // services.js reads and calls what banner.js made.
  const short = (file, pattern) => builtBytes(file).toString().match(pattern)?.[1];
  const reads = /\.consent\.(\w+)\.cookies\(\)/;
  const made = short("services.js", reads);
  assert.ok(made);
  assert.match(builtBytes("banner.js").toString(), new RegExp(`this\\.${made}\\.cookies\\(\\)`));
  const core = await importBuilt("core.mjs");
  assert.match(core.decide.toString() + builtBytes("core.mjs"), /materialSince/);
});
