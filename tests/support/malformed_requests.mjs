// tests/http/malformed_requests.json: what must never be taken for a request. Each byte is written
// as the character of the same number; long rows are written as their repeated part.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./consentd.mjs";

const textOf = (part) => (typeof part === "string" ? part : part.repeat.repeat(part.times));

export async function malformedRequests() {
  const table = JSON.parse(
    await readFile(join(root, "tests/http/malformed_requests.json"), "utf8"),
  );
  return table.map(({ name, status, bytes }) => ({
    name,
    status,
    bytes: Buffer.from([bytes].flat().map(textOf).join(""), "latin1"),
  }));
}
