import assert from "node:assert/strict";
import test from "node:test";
import { importSource } from "./built.mjs";

const { randomId, uuidv7 } = await importSource("random_id.ts");
const filled = (value) => (bytes) => bytes.fill(value);

test("a UUIDv7 carries its milliseconds, version and variant", () => {
  assert.equal(uuidv7(0x017f22e279b0, filled(0)), "017f22e2-79b0-7000-8000-000000000000");
  assert.equal(uuidv7(0x017f22e279b0, filled(255)), "017f22e2-79b0-7fff-bfff-ffffffffffff");
  assert.equal(uuidv7(2 ** 48 - 1, filled(0)), "ffffffff-ffff-7000-8000-000000000000");
});

test("a random id is 22 characters of base64url without padding", () => {
  assert.equal(randomId(filled(255)), "_____________________w");
  assert.equal(randomId(filled(251)), "-_v7-_v7-_v7-_v7-_v7-w");
});
