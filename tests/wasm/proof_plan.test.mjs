// What proof.wasm says of a leaf, and of questions no tree has an answer to. The plans themselves
// are held to tests/vectors/merkle.json.

import assert from "node:assert/strict";
import test from "node:test";
import { builtBytes, importBuilt } from "./built.mjs";

const { ProofPlans } = await importBuilt("core.mjs");
const plans = await ProofPlans.load(builtBytes("proof.wasm"));

const counting = (from, count) => Array.from({ length: count }, (_, i) => from + i);
const leaf = (kind, detail = "") =>
  Uint8Array.from([
    ...[1, kind, 0, 0, 1, 0x9a, 0xb0, 0x5e, 0xc8, 0x01],
    ...counting(0x10, 80),
    ...new TextEncoder().encode(detail),
  ]);

test("a leaf is read as log_leaf.h lays it out", () => {
  const read = plans.leaf(leaf(0));
  assert.equal(read.kind, 0);
  assert.equal(read.time, 0x019ab05ec801);
  assert.deepEqual([...read.id], counting(0x10, 16));
  assert.deepEqual([...read.commitment], counting(0x20, 32));
  assert.deepEqual([...read.content], counting(0x40, 32));
});

test("what is no leaf is refused", () => {
  assert.ok(plans.leaf(leaf(7, "{}")));
  assert.ok(plans.leaf(leaf(11)));
  assert.equal(plans.leaf(leaf(11, "{}")), undefined);
  assert.equal(plans.leaf(leaf(0, "{}")), undefined);
  assert.ok(plans.leaf(leaf(12, "eu 12")));
  assert.equal(plans.leaf(leaf(13)), undefined);
  assert.equal(plans.leaf(leaf(0).subarray(1)), undefined);
  assert.equal(plans.leaf(leaf(0).subarray(0, 89)), undefined);
  assert.equal(plans.leaf(new Uint8Array(20_000)), undefined);
  assert.equal(plans.leaf(new Uint8Array()), undefined);
});

test("there is no plan for numbers that no tree has", () => {
  for (const [part, size] of [[-1, 8], [0.5, 8], [NaN, 8], [0, 2 ** 53], [2 ** 53, 2 ** 53 + 2]]) {
    assert.equal(plans.inclusion(part, size), undefined);
    assert.equal(plans.consistency(part, size), undefined);
  }
  assert.equal(plans.inclusion(2 ** 53 - 2, 2 ** 53 - 1).left.length, 52);
});
