// The banner as text of the page itself: what the package brings, and the element it writes.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { builtPath, importBuilt } from "./built.mjs";

const { inlineHash, inlineScript, inlineTag } = await importBuilt("inline.mjs");

test("the hash is that of the text", () => {
  const digest = createHash("sha256").update(inlineScript).digest("base64");
  assert.equal(inlineHash, `'sha256-${digest}'`);
});

test("the text is one that a page of any encoding can hold", () => {
  assert.match(inlineScript, /^[\t\n\x20-\x7e]+$/);
  assert.doesNotMatch(inlineScript, /<\/script|<!--/i);
});

test("it weighs little more than banner.js, whose bytes need no escapes", () => {
  const inside = brotliCompressSync(Buffer.from(inlineScript)).length;
  const file = brotliCompressSync(readFileSync(builtPath("banner.js"))).length;
  assert.ok(inside <= file * 1.05, `${inside} bytes, banner.js ${file}`);
});

test("the tag says the options that are there and what to ask for first, quoted", () => {
  const options = { site: "dialphone.com", base: "/consent", layout: undefined };
  assert.equal(
    inlineTag({ ...options, language: 'a"><b>&' }),
    '<script data-site="dialphone.com" data-base="/consent" ' +
      'data-language="a&quot;>&lt;b>&amp;" ' +
      'data-early="/consent/notice?site=dialphone.com&amp;language=a%22%3E%3Cb%3E%26">' +
      `${inlineScript}</script>`,
  );
});
