// Every command of the tree says what it does when it is asked, and does nothing else.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readTree } from "./tree.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
// A part of a measurement, started by it with packages of its own.
const apart = ["tests/bench/http/c15t/server.mjs"];
const scripts = readTree(root).filter((file) => /^(\/\/|#) usage: /m.test(file.text));
const commands = scripts
  .map(({ path }) => path)
  .filter((path) => /^script\/|\.mjs$/.test(path) && !apart.includes(path));

function askedForHelp(path) {
  const [program, ...before] = path.endsWith(".mjs") ? [process.execPath, path] : [path];
  return new Promise((resolve) => {
    execFile(program, [...before, "--help"], { cwd: root, timeout: 60_000 }, (error, out) =>
      resolve({ status: error ? (error.code ?? "killed") : 0, out }),
    );
  });
}

test("a command answers --help with what it does and how it is called", async () => {
  assert.ok(commands.length >= 20, `${commands.length} commands were found`);
  for (const path of commands) {
    const { status, out } = await askedForHelp(path);
    assert.equal(status, 0, path);
    assert.match(out, /^[A-Z]/, path);
    assert.ok(out.includes("usage: "), path);
    assert.ok(out.includes(path.split("/").at(-1)), path);
  }
});

test("a word that the gallery does not know is named in a line, and so is --help", async () => {
  const gallery = [process.execPath, ["tests/browser/gallery.mjs", "--foo"], { cwd: root }];
  const [code, said] = await new Promise((resolve) =>
    execFile(...gallery, (error, out, complaint) => resolve([error?.code, complaint])),
  );
  assert.equal(code, 2);
  assert.match(said, /--foo.*\n.*--help\n$/);
  assert.doesNotMatch(said, /^ +at /m);
});
