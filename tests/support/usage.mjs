// What a command says of itself: the comment that its file begins with.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export function usageOf(moduleUrl) {
  const text = readFileSync(fileURLToPath(moduleUrl), "utf8").replace(/^#!.*\n/, "");
  return text.match(/^(\/\/.*\n)+/)[0].replace(/^\/\/ ?/gm, "");
}

/** Prints it and ends, when it was asked for with --help or -h, before anything else is done. */
export function answerHelp(moduleUrl) {
  if (!process.argv.slice(2).some((word) => word === "--help" || word === "-h")) return;
  process.stdout.write(usageOf(moduleUrl));
  process.exit(0);
}
