// The vector files are what the cases and the reference make, and nobody edited them by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readVectors } from "./vector_file.mjs";
import { run } from "./vectorgen.mjs";

test("the vector files are up to date and fit their schemas", async () => {
  const counts = await run(true);
  const rules = { region: 249 + 60, decision: 400, token: 150, reduction: 200 };
  const targets = { ...rules, gpp: 60, merkle: 150, note: 150, seal: 130 };
  for (const [area, least] of Object.entries(targets)) {
    assert.ok(counts[area] >= least, `${area} has ${counts[area]} vectors`);
  }
});

test("at least half of the token vectors are malformed or not to be believed", async () => {
  const { vectors } = await readVectors("token");
  const bad = vectors.filter((vector) => vector.expect_error || vector.expect.mac === "invalid");
  assert.ok(bad.length * 2 >= vectors.length, `${bad.length} of ${vectors.length}`);
});

test("every reason, error and flag has a vector", async () => {
  const seen = async (area, value) =>
    new Set((await readVectors(area)).vectors.map(value).filter(Boolean));
  const reasons = await seen("decision", (vector) => vector.expect.reason);
  const errors = await seen("token", (vector) => vector.expect_error);
  // invalid_token is the service's answer to a token vector; the decision never gives it.
  assert.equal(reasons.size, 13);
  assert.equal(errors.size, 12);
  const areas = ["region", "decision", "token", "reduction", "gpp", "merkle", "note", "seal"];
  for (const area of areas) {
    const file = await readVectors(area);
    const used = new Set(file.vectors.flatMap((vector) => vector.flags));
    assert.deepEqual([...used].sort(), Object.keys(file.flags).sort(), area);
  }
});
