import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";
import { builtBytes, importBuilt } from "./built.mjs";

const { loadCore, parseRegion } = await importBuilt("core.mjs");
const fallback = () =>
  import(`data:text/javascript;base64,${builtBytes("core.wasm2js.js").toString("base64")}`);

async function served(headers, body, use) {
  const server = createServer((_, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${server.address().port}/consent.wasm`);
  } finally {
    server.close();
  }
}

for (const type of ["application/wasm", "text/plain"]) {
  test(`it is loaded where the server says ${type}`, () =>
    served({ "content-type": type }, builtBytes("core.wasm"), async (wasm) => {
      assert.equal(parseRegion(await loadCore({ wasm }), "fr"), "FR");
    }));
}

for (const [what, body] of [
  ["an error page", "<!doctype html><title>404</title>"],
  ["a truncated module", builtBytes("core.wasm").subarray(0, 4000)],
  ["nothing", ""],
]) {
  test(`${what} instead of the module: the JavaScript build takes its place`, () =>
    served({ "content-type": "application/wasm" }, body, async (wasm) => {
      assert.equal(parseRegion(await loadCore({ wasm, fallback }), "fr"), "FR");
      await assert.rejects(loadCore({ wasm }));
    }));
}

test("no WebAssembly at all: the JavaScript build takes its place", async () => {
  const { WebAssembly } = globalThis;
  delete globalThis.WebAssembly;
  try {
    const core = await loadCore({ wasm: builtBytes("core.wasm"), fallback });
    assert.equal(parseRegion(core, "us", "us-ca"), "US-CA");
  } finally {
    globalThis.WebAssembly = WebAssembly;
  }
});

test("neither build: it rejects, and the caller allows nothing", async () => {
  const broken = () => Promise.reject(new Error("blocked"));
  await assert.rejects(loadCore({ wasm: new Uint8Array(4), fallback: broken }), /blocked/);
});

test("a module of another ABI is refused", async () => {
  const other = { memory: new WebAssembly.Memory({ initial: 1 }), consent_abi_version: () => 2 };
  const fallbackOfOther = () => Promise.resolve(other);
  await assert.rejects(
    loadCore({ wasm: new Uint8Array(4), fallback: fallbackOfOther }),
    /another version/,
  );
});
