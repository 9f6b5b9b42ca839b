import assert from "node:assert/strict";
import test from "node:test";
import { importSource } from "./built.mjs";

const { removals } = await importSource("cookie_removal.ts");

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

test("the notice's own domain and the default path are used", () => {
  const texts = removals({ name: "x", domain: ".other.example" }, "localhost");
  assert.ok(texts.includes("x=; Max-Age=0; Path=/; Domain=other.example"));
  assert.equal(texts.length, 6);
});
