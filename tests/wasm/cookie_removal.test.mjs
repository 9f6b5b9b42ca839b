import assert from "node:assert/strict";
import test from "node:test";
import { importSource } from "./built.mjs";

const { isNamed, removals } = await importSource("cookie_removal.ts");

test("a cookie is removed for the host and every parent it may have been set for", () => {
  const texts = removals({ name: "_dpa", path: "/shop" }, "a.shop.example");
  for (const expected of [
    "_dpa=; Max-Age=0; Path=/shop",
    "_dpa=; Max-Age=0; Path=/shop; Domain=a.shop.example",
    "_dpa=; Max-Age=0; Path=/shop; Domain=shop.example; Secure",
    "_dpa=; Max-Age=0; Path=/shop; Secure; SameSite=None; Partitioned",
  ]) {
    assert.ok(texts.includes(expected), expected);
  }
  assert.ok(!texts.some((text) => text.endsWith("Domain=example")), "never for a top level");
});

test("every path whose cookies the page can see is tried, and no other", () => {
  const texts = removals({ name: "x" }, "localhost", "/a/b/");
  const paths = new Set(texts.map((text) => /Path=([^;]*)/.exec(text)[1]));
  assert.deepEqual([...paths].sort(), ["/", "/a", "/a/", "/a/b", "/a/b/"]);
});

test("a star at the end names a family", () => {
  assert.ok(isNamed("_ga_AB12", "_ga_*"));
  assert.ok(!isNamed("_ga", "_ga_*"));
  assert.ok(!isNamed("_ga_AB12", "_ga"));
});

test("the notice's own domain and the default path are used", () => {
  const texts = removals({ name: "x", domain: ".other.example" }, "localhost");
  assert.ok(texts.includes("x=; Max-Age=0; Path=/; Domain=other.example"));
  assert.equal(texts.length, 6);
});
