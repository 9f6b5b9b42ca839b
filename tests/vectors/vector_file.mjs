// The shared vector files as the runners in JavaScript read them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { isDeepStrictEqual, inspect } from "node:util";

export async function readVectors(area) {
  return JSON.parse(await readFile(new URL(`${area}.json`, import.meta.url), "utf8"));
}

// The vectors of `file` that the runner does not skip, and the reasons of the others with how often
// they occur.
export function selectVectors(file, runner) {
  const selected = file.vectors.filter((vector) => !vector.skip?.[runner]);
  const reasons = {};
  for (const { skip } of file.vectors) {
    if (skip?.[runner]) reasons[skip[runner]] = (reasons[skip[runner]] ?? 0) + 1;
  }
  return { selected, skipped: file.vectors.length - selected.length, reasons };
}

// Collects every difference instead of stopping at the first, and in the end fails unless exactly
// count - skips ran.
export class Tally {
  constructor(runner, file) {
    const { selected, skipped, reasons } = selectVectors(file, runner);
    Object.assign(this, { runner, file, selected, skipped, reasons, executed: 0, differences: [] });
  }

  check(vector, actual, expected) {
    this.executed += 1;
    if (isDeepStrictEqual(actual, expected)) return;
    const print = (value) => inspect(value, { depth: 5, breakLength: 160 });
    this.differences.push(
      `${this.file.area} vector ${vector.id}, ${vector.comment}:\n` +
        `  expected ${print(expected)}\n  actual   ${print(actual)}`,
    );
  }

  finish() {
    const { runner, file, executed, skipped, differences } = this;
    console.log(`${runner} ${file.area}: ${executed} executed, ${skipped} skipped`);
    for (const [reason, times] of Object.entries(this.reasons))
      console.log(`  ${times} × ${reason}`);
    const shown = differences.slice(0, 20).join("\n");
    assert.equal(
      differences.length,
      0,
      `${differences.length} of ${executed} ${file.area} vectors differ:\n${shown}`,
    );
    assert.equal(executed, file.count - skipped, "every vector that is not skipped runs");
  }
}

// What a vector expects, as one value: the answer, or the error's name.
export const expectationOf = (vector) =>
  "expect" in vector ? vector.expect : { error: vector.expect_error };
