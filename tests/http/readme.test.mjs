// Runs the README's commands against a started consentd, in the order a reader would, and compares
// what they print with what the README shows. Ids, times, hashes and tokens differ from run to run
// and are compared by their form.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { root, startConsentd } from "../support/consentd.mjs";

const run = promisify(execFile);
const mark = "---- next ----";

// A shell block followed directly by a text block that shows its output.
function examplesOf(markdown) {
  const pattern = /^```sh\n((?:(?!```).*\n)+)```\n```text\n((?:(?!```).*\n)+)```$/gm;
  return [...markdown.matchAll(pattern)].map(([, commands, output]) => ({ commands, output }));
}

const formOf = (text) =>
  text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "<time>")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuidv7>")
    .replace(/sha256:[0-9a-f]{64}/g, "<hash>")
    .replace(/"1\.[\w-]+\.[\w-]{22}"/g, '"<token>"')
    .replace(/"[\w-]{22}"/g, '"<id>"')
    .trim();

let consentd;
before(async () => (consentd = await startConsentd()));
after(() => consentd?.stop());

test("the README's commands print what it shows", { timeout: 60_000 }, async () => {
  const examples = examplesOf(await readFile(join(root, "README.md"), "utf8"));
  assert.equal(examples.length, 3);
  const script = examples
    .map(({ commands }) => commands)
    .join(`echo '${mark}'\n`)
    .replace("http://127.0.0.1:8080", consentd.url)
    .replace("http://127.0.0.1:8081", consentd.internalUrl)
    .replace("--data-dir data", `--data-dir '${consentd.dataDir}'`);
  const options = { cwd: root, timeout: 30_000 };
  const { stdout } = await run("bash", ["-euo", "pipefail", "-c", script], options);
  const printed = stdout.split(`${mark}\n`);
  examples.forEach(({ commands, output }, index) =>
    assert.equal(formOf(printed[index]), formOf(output), commands),
  );
});
