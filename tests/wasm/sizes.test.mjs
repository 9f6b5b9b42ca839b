// What the documentation says of sizes is what the build weighed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { builtPath, wasmDirectory } from "./built.mjs";

const toleratedKib = 0.15;

test("the table of what is loaded when says what the files weigh", () => {
  const sizes = JSON.parse(readFileSync(builtPath("../sizes.json"), "utf8"));
  const readme = readFileSync(join(wasmDirectory, "README.md"), "utf8");
  const [, table] = /## What is loaded when\n([^]*?)\n## /.exec(readme);
  const said = [...table.matchAll(/(?:`([\w.]+)`(?: with its styles)?|the (notice)), (\d+\.\d)/g)];
  assert.ok(said.length >= 12, `${said.length} files are found in the table`);
  for (const [, file, notice, kib] of said) {
    const name = file ?? notice;
    const [part, bytes] = Object.entries(sizes).find(([one]) => one.split(" ").includes(name));
    const off = Math.abs(bytes / 1024 - Number(kib));
    assert.ok(off <= toleratedKib, `${part}: ${(bytes / 1024).toFixed(1)} KiB, not ${kib}`);
  }
});
