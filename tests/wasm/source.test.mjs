import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { builtBytes, builtPath, importBuilt, wasmDirectory } from "./built.mjs";

test("the sources agree with their types", () => {
  const compiler = join(wasmDirectory, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", wasmDirectory, "--noEmit"], { stdio: "pipe" });
});

test("the modules can be imported where there is no window", async () => {
  const { startConsent } = await importBuilt("consent.mjs");
  assert.equal(typeof startConsent, "function");
});

test("what is shipped hands no text to the browser as code or markup", () => {
  const scripts = ["banner.js", "consent.mjs", "courier.js", "follow_up.js", "layout.js"];
  scripts.push("opt_out.js");
  for (const name of [...scripts, "preferences.js", "gpp.js", "reopen.js", "theme.js"]) {
    const script = builtBytes(name).toString();
    for (const sink of [
      "innerHTML",
      "outerHTML",
      "insertAdjacentHTML",
      "eval(",
      "Function(",
      "document.write",
      ".style",
    ]) {
      assert.ok(!script.includes(sink), `${name}: ${sink}`);
    }
  }
});

test("the build weighed what it shipped, and the budget holds", () => {
  const sizes = JSON.parse(readFileSync(join(builtPath("banner.js"), "../../sizes.json"), "utf8"));
  const budget = JSON.parse(readFileSync(join(wasmDirectory, "size-budget.json"), "utf8"));
  for (const [part, most] of Object.entries(budget)) {
    assert.ok(sizes[part] > 0 && sizes[part] <= most, `${part}: ${sizes[part]} of ${most}`);
  }
});
