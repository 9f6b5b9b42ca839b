// What the stage says of tests that fail, and that one of them holds up no other.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { root } from "../support/consentd.mjs";

// As a run of its own: not a part of this one.
async function run(story) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const words = ["--test", "--test-reporter=tap", join(root, "tests/browser", story)];
  const child = spawn(process.execPath, words, { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  const [status] = await once(child, "close");
  return { status, text };
}

test("who fails says where it was, who hangs is named, and the next one goes on", async () => {
  const { status, text } = await run("failing_story.mjs");
  assert.equal(status, 1, text);
  const [failed, hung, next] = text.split(/^(?= *# Subtest: )/m).slice(-3);
  assert.match(failed, /not ok \d - a button that never comes/);
  assert.match(failed, /^# node --test .*failing_story\.mjs$/m);
  assert.match(failed, /^# console: a word of the page$/m);
  assert.match(failed, /^# GET http\S+\/pricing$/m);
  assert.match(failed, /^# consentd: /m);
  const [, picture] = /^# page http\S+\/pricing: (\S+\.png)$/m.exec(failed);
  assert.ok(existsSync(picture), picture);
  assert.match(hung, /not ok \d - a request that nobody answers/);
  assert.match(hung, /timed out after 2000ms/);
  assert.match(hung, /^# consentd: /m);
  assert.match(next, /^ *ok \d - the next one has a stage of its own/m);
});
