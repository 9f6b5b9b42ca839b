// The files that git knows or would add, as the rules see them.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";

export class TreeFile {
  constructor(path, content, { executable = false } = {}) {
    this.path = path;
    this.bytes = Buffer.from(content);
    this.executable = executable;
    this.name = basename(path);
    this.extension = extname(path);
  }
  get text() {
    return (this.decoded ??= this.bytes.toString("utf8"));
  }
  get lines() {
    return (this.split ??= this.text.replace(/\n$/, "").split("\n"));
  }
  // Corpus files are bytes for a parser, not text for a reader.
  get isData() {
    return this.path.includes("/corpus/") || /\.(png|wasm|mmdb|dict|ico)$/.test(this.name);
  }
  get isCpp() {
    return this.extension === ".cpp" || this.extension === ".h";
  }
  get isScript() {
    return /^(script|\.ci)\//.test(this.path);
  }
  get isCode() {
    return /^\.(cpp|h|ts|mjs|js|css)$/.test(this.extension) || this.isScript;
  }
  get isTest() {
    return this.path.startsWith("tests/");
  }
}

export function readTree(root) {
  const options = { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 };
  const listing = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    options,
  );
  const listed = [...new Set(listing.split("\0"))].filter((path) => path !== "");
  const paths = listed.filter((path) => existsSync(join(root, path)));
  return paths.sort().map((path) => {
    const full = join(root, path);
    const executable = (statSync(full).mode & 0o111) !== 0;
    return new TreeFile(path, readFileSync(full), { executable });
  });
}

// [{hash, message}] of the commits that can be reached; a shallow clone has fewer.
export function readCommits(root) {
  const log = execFileSync("git", ["log", "--format=%h%x00%B%x01"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return log
    .split("\x01")
    .map((entry) => entry.trim().split("\0"))
    .filter(([hash, message]) => hash && message)
    .map(([hash, message]) => ({ hash, message: message.trim() }));
}
