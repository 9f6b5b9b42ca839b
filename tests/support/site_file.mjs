// The bundled site, changed for a file of tests.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "./consentd.mjs";
import { temporaryDirectory } from "./temporary_directory.mjs";

/** The path of a file for --site that goes with the process. Throws when nothing has changed. */
export function siteFile(change) {
  const bundled = readFileSync(join(root, "server/site/dialphone.jsonc"), "utf8");
  const text = change(bundled);
  if (text === bundled) throw new Error("the bundled site has not what is to be changed in it");
  const path = join(temporaryDirectory("site"), "site.jsonc");
  writeFileSync(path, text);
  return path;
}
