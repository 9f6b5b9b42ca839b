import assert from "node:assert/strict";
import test from "node:test";
import { importSource } from "./built.mjs";

const { Outbox, outboxKey } = await importSource("outbox.ts");

function storage() {
  const kept = new Map();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
const refusal = {
  action: "reject_all",
  layer: "banner",
  choices: { analytics: "denied", marketing: "denied" },
};

test("what is written is read by the next page, and gone when delivered", () => {
  const store = storage();
  new Outbox(() => store, () => "").write(refusal);
  const next = new Outbox(() => store, () => "");
  assert.deepEqual(next.read(), refusal);
  next.write(undefined);
  assert.equal(store.kept.size, 0);
  assert.equal(next.read(), undefined);
});

test("storage that throws keeps the choice for the page", () => {
  for (const broken of [
    () => {
      throw new DOMException("denied", "SecurityError");
    },
    () => ({
      ...storage(),
      setItem() {
        throw new DOMException("full", "QuotaExceededError");
      },
    }),
  ]) {
    const outbox = new Outbox(broken, () => "");
    assert.equal(outbox.read(), undefined);
    outbox.write(refusal);
    assert.deepEqual(outbox.read(), refusal);
    outbox.write(undefined);
    assert.equal(outbox.read(), undefined);
  }
});

test("what is not an entry is none", () => {
  const granting = { ...refusal, choices: { analytics: "granted" } };
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    "7",
    '"x"',
    "{}",
    '{"action":1,"choices":{}}',
    JSON.stringify(granting),
    JSON.stringify({ ...refusal, request: {} }),
  ]) {
    const store = storage();
    store.setItem(outboxKey, text);
    assert.equal(new Outbox(() => store, () => "").read(), undefined, text);
  }
});
