// What a client may ask for of an answer: coding, language, "only if changed", a part of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { startConsentd } from "../support/consentd.mjs";
import { call, callRaw } from "../support/http_call.mjs";
import { assertProblem, edgeHeaders, site } from "../support/visitor.mjs";

let service;
before(async () => (service = await startConsentd()));
after(() => service?.stop());

const get = (path, headers = {}) => call(`${service.url}${path}`, { headers });
const notice = `/v1/notice?site=${site}`;
const unpack = { gzip: gunzipSync, br: brotliDecompressSync };
const decoded = ({ headers, bytes }) => unpack[headers["content-encoding"]]?.(bytes) ?? bytes;

test("the coding follows Accept-Encoding with its weights", async () => {
  // What a file comes in; what is written for the request comes in gzip where that is liked.
  const cases = [
    [undefined, undefined],
    ["", undefined],
    ["gzip", "gzip"],
    ["GZIP", "gzip"],
    ["x-gzip", "gzip"],
    ["*", "br", "gzip"],
    ["br", "br", undefined],
    ["gzip, deflate, br, zstd", "br", "gzip"],
    ["br;q=0.1, gzip;q=0.2", "gzip"],
    ["br;q=0, gzip;q=0", undefined],
    ["identity, gzip;q=0.5", undefined],
    ["identity;q=0, gzip", "gzip"],
    ["*;q=0, identity;q=0.001", undefined],
    ["gzip;q=2", undefined],
    ["deflate", undefined],
  ];
  for (const [field, expected, ...other] of cases) {
    const [dynamic] = other.length > 0 ? other : [expected];
    const headers = field === undefined ? {} : { "Accept-Encoding": field };
    const file = await get("/v1/banner.js", headers);
    assert.equal(file.headers["content-encoding"], expected, `file: ${field}`);
    const shown = await get(notice, headers);
    assert.equal(shown.headers["content-encoding"], dynamic, `notice: ${field}`);
    assert.equal(JSON.parse(decoded(shown)).site, site);
    const document = await get("/v1/openapi.json", headers);
    assert.equal(document.headers["content-encoding"], dynamic, `document: ${field}`);
    assert.match(JSON.parse(decoded(document)).openapi, /^3\.1/);
  }
  for (const path of ["/v1/banner.js", notice, "/v1/openapi.json"]) {
    for (const field of ["identity;q=0", "*;q=0", "zstd, *;q=0"]) {
      const answer = await get(path, { "Accept-Encoding": field });
      assertProblem(answer, 406);
      assert.match(answer.headers.vary, /Accept-Encoding/, path);
    }
  }
});

test("a packed notice is one gzip member that says the same, smaller", async () => {
  for (const region of ["DE", "US-CA", ""]) {
    for (const language of ["en", "de", "ar", "zh-Hant"]) {
      const path = `${notice}&language=${language}`;
      const plain = await get(path, edgeHeaders(region));
      const packed = await get(path, { ...edgeHeaders(region), "Accept-Encoding": "gzip" });
      assert.equal(packed.headers["content-encoding"], "gzip");
      assert.equal(Number(packed.headers["content-length"]), packed.bytes.length);
      const withoutTicket = (text) => ({ ...JSON.parse(text), ticket: "" });
      assert.deepEqual(withoutTicket(gunzipSync(packed.bytes)), withoutTicket(plain.text));
      assert.ok(packed.bytes.length < (plain.bytes.length * 2) / 3, `${packed.bytes.length}`);
    }
  }
});

test("the ticket in a packed notice is not compressed beside anything", async () => {
  const packed = await get(notice, { "Accept-Encoding": "gzip" });
  const { ticket } = JSON.parse(gunzipSync(packed.bytes));
  assert.ok(packed.bytes.includes(ticket), "it stands there as it is");
});

test("a page that holds a ticket beside words of its address is never packed", async () => {
  const headers = { "Accept-Encoding": "gzip, br" };
  const { status, headers: fields, text } = await get("/v1/preferences?return=/abc", headers);
  assert.equal(status, 200);
  assert.equal(fields["content-encoding"], undefined);
  assert.match(text, /name="ticket" value="[\w.-]+"/);
});

test("HEAD has the length of what GET would send", async () => {
  for (const coding of ["gzip", "identity"]) {
    for (const path of ["/v1/banner.js", "/v1/openapi.json"]) {
      const headers = { "Accept-Encoding": coding };
      const head = await call(`${service.url}${path}`, { method: "HEAD", headers });
      assert.equal(head.text, "");
      const whole = await get(path, headers);
      assert.equal(head.headers["content-length"], String(whole.bytes.length), path);
      assert.equal(head.headers.etag, whole.headers.etag);
    }
  }
});

test("the language follows the parameter, then Accept-Language with its weights", async () => {
  const cases = [
    [{}, "", "en"],
    [{ "Accept-Language": "de" }, "", "de"],
    [{ "Accept-Language": "de-CH, fr;q=0.9" }, "", "de"],
    [{ "Accept-Language": "fr;q=0.2, de;q=0.8" }, "", "de"],
    [{ "Accept-Language": "de;q=0, fr;q=0.5" }, "", "fr"],
    [{ "Accept-Language": "tlh, *;q=0.1" }, "", "en"],
    [{ "Accept-Language": "iw" }, "", "he"],
    [{ "Accept-Language": "fr" }, "&language=de", "de"],
    [{ "Accept-Language": "fr" }, "&language=de-AT,it", "de"],
    [{ "Accept-Language": ";;;,,,de;q=x,fr" }, "", "fr"],
  ];
  for (const [headers, query, expected] of cases) {
    const { json, headers: fields } = await get(notice + query, headers);
    assert.equal(json.notice.language, expected, JSON.stringify([headers, query]));
    assert.equal(fields["content-language"], expected);
    const page = await get(`/v1/preferences?site=${site}${query}`, headers);
    assert.equal(page.headers["content-language"], expected);
    assert.match(page.text, new RegExp(`<html lang="${expected}"`));
  }
});

test("Vary names what an answer depends on", async () => {
  const fields = {
    [notice]: ["accept-encoding", "accept-language", "dnt", "origin", "sec-gpc"],
    [`/v1/preferences?site=${site}`]: ["accept-language", "cookie", "dnt", "sec-gpc"],
    "/v1/banner.js": ["accept-encoding", "origin"],
    "/v1/openapi.json": ["accept-encoding", "origin"],
    "/": ["accept-encoding", "cookie", "origin"],
  };
  for (const [path, expected] of Object.entries(fields)) {
    const { headers } = await get(path);
    assert.deepEqual(headers.vary.toLowerCase().split(/, */).sort(), expected, path);
  }
});

test("what depends on the visitor is kept by nobody, the rest says for how long", async () => {
  const kept = {
    [notice]: /^private, no-store$/,
    [`/v1/preferences?site=${site}`]: /^private, no-store$/,
    "/v1/notice": /^no-store$/,
    "/v1/nothing": /^no-store$/,
    "/.well-known/gpc.json": /^public, max-age=86400$/,
    "/v1/openapi.json": /^public, max-age=3600$/,
    "/v1/banner.js": /^no-cache$/,
    "/": /^no-cache$/,
  };
  for (const [path, expected] of Object.entries(kept)) {
    assert.match((await get(path)).headers["cache-control"], expected, path);
  }
});

test("an unchanged answer is 304 under each of its validators, and only then", async () => {
  const { id } = (await get(notice)).json.notice;
  const paths = ["/v1/banner.js", "/v1/openapi.json", "/.well-known/gpc.json", "/", "/pricing"];
  for (const path of [...paths, `/v1/notices/${id}`]) {
    for (const coding of ["identity", "gzip"]) {
      const headers = { "Accept-Encoding": coding };
      const { headers: fields } = await get(path, headers);
      assert.match(fields.etag, /^"[^"]+"$/, path);
      for (const held of [fields.etag, `W/${fields.etag}`, `"x", ${fields.etag}`, "*"]) {
        const again = await get(path, { ...headers, "If-None-Match": held });
        assert.equal(again.status, 304, `${path} ${held}`);
        assert.equal(again.bytes.length, 0);
        assert.equal(again.headers.etag, fields.etag);
        assert.equal(again.headers["cache-control"], fields["cache-control"], path);
        assert.equal(again.headers.vary, fields.vary, path);
        assert.equal(again.headers["content-security-policy"], undefined, "the stored one stays");
      }
      for (const other of ['"x"', fields.etag.slice(0, -1), fields.etag.replaceAll('"', ""), ""]) {
        const whole = await get(path, { ...headers, "If-None-Match": other });
        assert.equal(whole.status, 200, `${path} ${other}`);
      }
    }
  }
  const head = await call(`${service.url}/v1/banner.js`, {
    method: "HEAD",
    headers: { "If-None-Match": "*" },
  });
  assert.equal(head.status, 304);
});

test("a part of an answer is not had: the whole is", async () => {
  const whole = await get("/v1/banner.js");
  assert.equal(whole.headers["accept-ranges"], "none");
  const ranges = ["bytes=0-9", "bytes=-5", "bytes=5-", "bytes=0-0,2-3", "bytes=9-1", "lines=1-2"];
  ranges.push(`bytes=${"0-1,".repeat(900)}0-1`, "bytes=99999999999999999999-");
  for (const range of ranges) {
    const answer = await get("/v1/banner.js", { Range: range, "If-Range": whole.headers.etag });
    assert.equal(answer.status, 200, range);
    assert.equal(answer.headers["content-range"], undefined);
    assert.deepEqual(answer.bytes, whole.bytes);
  }
});

test("OPTIONS says what a path takes, and the asterisk what the server knows", async () => {
  const allowed = {
    [notice]: "GET, HEAD, OPTIONS",
    "/v1/consents": "POST, OPTIONS",
    "/v1/preferences": "GET, HEAD, OPTIONS",
    "/.well-known/gpc.json": "GET, HEAD, OPTIONS",
    "/": "GET, HEAD, OPTIONS",
    "/v1/banner.js": "GET, HEAD, OPTIONS",
  };
  for (const [path, expected] of Object.entries(allowed)) {
    const answer = await call(`${service.url}${path}`, { method: "OPTIONS" });
    assert.equal(answer.status, 204, path);
    assert.equal(answer.headers.allow, expected, path);
    assert.equal(answer.bytes.length, 0);
  }
  for (const path of ["/nothing", "/v1/nothing"]) {
    const answer = await call(`${service.url}${path}`, { method: "OPTIONS" });
    assert.equal(answer.status, 404, path);
  }
  const all = await callRaw(
    service.url,
    "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  );
  assert.match(all, /^HTTP\/1\.1 204 /);
  assert.match(all, /^Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r$/m);
});
