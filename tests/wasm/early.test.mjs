// The inline script that starts the fetches: what the package brings, what the documentation shows
// and what the demo's policy lets run are the same text, by its hash.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { builtPath, importBuilt, wasmDirectory } from "./built.mjs";

const { earlyAddress, earlyHash, earlyScript, earlyTag } = await importBuilt("early.mjs");
const hashOf = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const readme = readFileSync(join(wasmDirectory, "README.md"), "utf8");
const inlineOf = (html) => /<script data-early="([^"]*)">([^]*?)<\/script>/.exec(html);

test("the hash is that of the text", () => assert.equal(earlyHash, hashOf(earlyScript)));

test("the documentation shows this text and this hash, and no other hash", () => {
  const [, address, text] = inlineOf(readme);
  assert.equal(text, earlyScript);
  assert.deepEqual(new Set(readme.match(/'sha256-[^']+'/g)), new Set([hashOf(text)]));
  assert.equal(address, earlyAddress({ site: "dialphone.com" }));
});

test("the demo has it on its first page, as the package's tag", () => {
  const page = readFileSync(builtPath("../demo/index.html"), "utf8");
  assert.ok(page.includes(earlyTag({ site: "dialphone.com" })));
  assert.equal(hashOf(inlineOf(page)[2]), earlyHash);
});

test("the tag names what the banner asks for, and quotes what a site says", () => {
  const language = 'a"><b>&';
  for (const base of ["/consent/", "/consent"]) {
    const [, address] = inlineOf(earlyTag({ site: "dialphone.com", base, language }));
    assert.doesNotMatch(address, /[<>"]/);
    const query = new URLSearchParams({ site: "dialphone.com", language });
    assert.equal(address.replaceAll("&amp;", "&"), `/consent/notice?${query}`);
  }
});

// The script in a page that has only what it uses.
function run(cookie, fetch) {
  const window = {};
  const document = {
    ...{ cookie, baseURI: "https://site.example/a/b" },
    currentScript: { dataset: { early: "/v1/notice?site=x" } },
  };
  runInNewContext(earlyScript, { window, document, fetch, URL });
  return window.consentEarly;
}

test("it asks for the notice, under the name the banner looks for", async () => {
  const asked = [];
  const early = run("", async (url) => asked.push(url));
  assert.deepEqual(asked, ["/v1/notice?site=x"]);
  assert.deepEqual(Object.keys(early), ["https://site.example/v1/notice?site=x"]);
});

test("it asks for nothing where something is decided or on its way", () => {
  for (const name of ["dp_consent", "__Host-dp_consent", "dp_consent_outbox"]) {
    assert.equal(run(`x=y; ${name}=1.a.b`, () => assert.fail("asked")), undefined);
  }
});

test("a failure is told to the banner and to nobody else", async () => {
  const unhandled = [];
  const listen = (reason) => unhandled.push(reason);
  process.on("unhandledRejection", listen);
  const early = run("", () => Promise.reject(new TypeError("network")));
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("unhandledRejection", listen);
  assert.deepEqual(unhandled, []);
  await assert.rejects(Object.values(early)[0], TypeError);
});
