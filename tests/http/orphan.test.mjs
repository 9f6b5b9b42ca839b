// A service that a test has started ends with that test's process, also with one that is killed.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { test } from "node:test";

const support = new URL("../support/consentd.mjs", import.meta.url).href;
const program = `import { startConsentd } from "${support}";
const { child, dataDir } = await startConsentd();
console.log(child.pid, dataDir);
setInterval(() => {}, 1000);`;

// Ended, or only waiting for whoever inherited it to hear so.
function hasEnded(pid) {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true;
  }
}

test("a service is not left behind by a killed test", async () => {
  const parent = spawn(process.execPath, ["--input-type=module", "-e", program]);
  const [text] = await once(parent.stdout, "data");
  const [pid, dataDir] = String(text).trim().split(" ");
  assert.equal(hasEnded(pid), false);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  while (!hasEnded(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
  await rm(dataDir, { recursive: true });
});
