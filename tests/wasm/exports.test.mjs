import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { bothCores, builtBytes, smallCoreBytes, wasmDirectory } from "./built.mjs";

const listed = (file) =>
  readFileSync(join(wasmDirectory, file), "utf8")
    .split("\n")
    .filter((name) => name !== "");

for (const [module, list] of [
  ["undecided.wasm", "exports-undecided.txt"],
  ["consent.wasm", "exports.txt"],
  ["core.wasm", "exports-core.txt"],
  ["reduction.wasm", "exports-reduction.txt"],
  ["gpp.wasm", "exports-gpp.txt"],
  ["proof.wasm", "exports-proof.txt"],
]) {
  test(`${module} exports its list and the memory, and imports nothing`, () => {
    const bytes = module === "undecided.wasm" ? smallCoreBytes() : builtBytes(module);
    const compiled = new WebAssembly.Module(bytes);
    const exported = WebAssembly.Module.exports(compiled).map(({ name }) => name);
    assert.deepEqual(exported.sort(), [...listed(list), "memory"].sort());
    assert.deepEqual(WebAssembly.Module.imports(compiled), []);
  });
}

test("the JavaScript build has the same functions", async () => {
  for (const name of ["consent", "core"]) {
    const { wasm, wasm2js } = await bothCores(name);
    assert.deepEqual(Object.keys(wasm2js.exports).sort(), Object.keys(wasm.exports).sort());
  }
});

test("the memory cannot grow", () => {
  const { memory } = new WebAssembly.Instance(new WebAssembly.Module(builtBytes("consent.wasm")))
    .exports;
  assert.equal(memory.buffer.byteLength, 65536);
});
