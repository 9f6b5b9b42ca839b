// What is served as files: the banner, the modules, the demo site, and the GPC statement.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { startConsentd } from "../support/consentd.mjs";
import { call, callRaw } from "../support/http_call.mjs";
import { assertProblem } from "../support/visitor.mjs";

let service;
before(async () => (service = await startConsentd()));
after(() => service?.stop());

const get = (path, headers = {}) => call(`${service.url}${path}`, { headers });

test("files come with their type and a strong validator", async () => {
  const types = {
    "/v1/banner.js": /^text\/javascript/,
    "/v1/consent.mjs": /^text\/javascript/,
    "/v1/consent.wasm": /^application\/wasm$/,
    "/v1/reduction.wasm": /^application\/wasm$/,
    "/v1/consent.wasm2js.js": /^text\/javascript/,
    "/": /^text\/html/,
    "/pricing": /^text\/html/,
  };
  for (const [path, type] of Object.entries(types)) {
    const { status, headers, bytes } = await get(path);
    assert.equal(status, 200, path);
    assert.match(headers["content-type"], type, path);
    assert.match(headers.etag, /^"[^"]+"$/, path);
    assert.equal(headers["x-content-type-options"], "nosniff", path);
    assert.equal(Number(headers["content-length"]), bytes.length, path);
  }
});

test("each encoding is the same file under its own validator", async () => {
  const plain = await get("/v1/banner.js");
  const brotli = await get("/v1/banner.js", { "Accept-Encoding": "gzip, br" });
  const gzip = await get("/v1/banner.js", { "Accept-Encoding": "gzip" });
  assert.equal(brotli.headers["content-encoding"], "br");
  assert.equal(gzip.headers["content-encoding"], "gzip");
  assert.deepEqual(brotliDecompressSync(brotli.bytes), plain.bytes);
  assert.deepEqual(gunzipSync(gzip.bytes), plain.bytes);
  const tags = new Set([plain, brotli, gzip].map(({ headers }) => headers.etag));
  assert.equal(tags.size, 3);
  assert.match(plain.headers.vary, /Accept-Encoding/);
  const refusing = await get("/v1/banner.js", { "Accept-Encoding": "br;q=0, gzip;q=0" });
  assert.equal(refusing.headers["content-encoding"], undefined);
});

test("what the client has already is not sent again", async () => {
  const { headers } = await get("/v1/banner.js");
  const again = await get("/v1/banner.js", { "If-None-Match": headers.etag });
  assert.equal(again.status, 304);
  assert.equal(again.text, "");
  assert.equal(again.headers.etag, headers.etag);
  const listed = await get("/v1/banner.js", { "If-None-Match": `"x", ${headers.etag}` });
  assert.equal(listed.status, 304);
  assert.equal((await get("/v1/banner.js", { "If-None-Match": '"x"' })).status, 200);
});

test("a name with a hash may be kept for good, others are asked about", async () => {
  const banner = await get("/v1/banner.js");
  assert.doesNotMatch(banner.headers["cache-control"] ?? "", /immutable/);
  const hashed = banner.text.match(/[\w.-]+\.[0-9a-f]{8,}\.(?:wasm|js)\b/)?.[0];
  assert.ok(hashed, "the banner names a file with a hash");
  const { status, headers } = await get(`/v1/${hashed}`);
  assert.equal(status, 200);
  assert.match(headers["cache-control"], /immutable/);
});

test("HEAD gives the fields without the bytes", async () => {
  const head = await call(`${service.url}/v1/banner.js`, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(head.text, "");
  assert.ok(Number(head.headers["content-length"]) > 1000);
});

test("nothing outside the web directory is served", async () => {
  const paths = [
    "/../CMakeLists.txt",
    "/v1/../../CMakeLists.txt",
    "/%2e%2e/CMakeLists.txt",
    "/..%2fCMakeLists.txt",
    "/v1/..%5c..%5cCMakeLists.txt",
    "/%00",
    "/v1/banner.js%00.html",
    "//etc/passwd",
    "/etc/passwd",
    "/v1/",
    "/v1/nothing.js",
    "/sizes.json",
    "/.git/config",
    "/v1/banner.js/",
  ];
  for (const path of paths) {
    const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    const answer = await callRaw(service.url, request);
    assert.match(answer, /^HTTP\/1\.1 (400|404) /, path);
    assert.ok(!answer.includes("cmake_minimum_required"), path);
  }
});

test("what is missing is a page for who opens one, else a problem document", async () => {
  const browser = "text/html,application/xhtml+xml,*/*;q=0.8";
  for (const method of ["GET", "POST"]) {
    const ask = (path, accept) =>
      call(`${service.url}${path}`, { method, headers: accept ? { Accept: accept } : {} });
    for (const accept of [undefined, "*/*", "application/json", "text/html;q=0, */*"]) {
      const answer = await ask("/nothing", accept);
      assertProblem(answer, 404);
      assert.match(answer.headers.vary, /\bAccept\b/);
    }
    const page = await ask("/nothing", browser);
    assert.equal(page.status, 404);
    assert.match(page.headers["content-type"], /^text\/html/);
    assert.match(page.headers.vary, /\bAccept\b/);
    assertProblem(await ask("/v1/nothing", browser), 404);
  }
});

test("the GPC statement", async () => {
  const { status, headers, json } = await get("/.well-known/gpc.json");
  assert.equal(status, 200);
  assert.match(headers["content-type"], /^application\/json/);
  assert.equal(json.gpc, true);
  assert.match(json.lastUpdate, /^\d{4}-\d\d-\d\d$/);
});
