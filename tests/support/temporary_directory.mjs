// Where the files of one run lie.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The path of an empty directory that goes with the process. */
export function temporaryDirectory(name) {
  const path = mkdtempSync(join(tmpdir(), `consent-${name}-`));
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}
