// Writes each row of tests/http/malformed_requests.json into a file of DIR, for the fuzzer to start
// from: node request_seeds.mjs DIR

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { malformedRequests } from "../support/malformed_requests.mjs";

const [, , directory] = process.argv;
await mkdir(directory, { recursive: true });
for (const { name, bytes } of await malformedRequests()) {
  await writeFile(join(directory, `malformed_${name.replace(/\W+/g, "_")}`), bytes);
}
