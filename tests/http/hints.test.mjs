// What a site's server may tell a browser before the page: the addresses that the banner will ask
// for, exactly as it will, and no others.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";

let service;
before(async () => (service = await startConsentd()));
after(() => service?.stop());

const get = (path, headers = {}) => call(`${service.url}${path}`, { headers });
const hints = () => get("/v1/hints");

// RFC 8288: targets in angle brackets, parameters behind semicolons.
const linksIn = (field) =>
  field.split(", ").map((link) => {
    const [, target, parameters] = /^<([^<>\s]+)>; (.*)$/.exec(link);
    return { target, parameters };
  });

test("they name the files that the banner loads, which are there", async () => {
  const { status, headers, json } = await hints();
  assert.equal(status, 200);
  assert.equal(headers["cache-control"], "no-cache");
  const banner = (await get("/v1/banner.js")).text;
  const script = { target: "/v1/banner.js", parameters: "rel=preload; as=script" };
  // No notice: it is the visitor's own.
  assert.deepEqual(linksIn(json.undecided), [script]);
  const [first, wasm, ...rest] = linksIn(json.decided);
  assert.deepEqual([first, rest], [script, []]);
  assert.match(wasm.target, /^\/v1\/consent\.[0-9a-f]{8}\.wasm$/);
  assert.equal(wasm.parameters, "rel=preload; as=fetch; crossorigin");
  assert.ok(banner.includes(wasm.target.slice("/v1/".length)), "the name that the banner has");
  assert.match((await get(wasm.target)).headers["cache-control"], /immutable/);
});

test("what the client has already is not sent again", async () => {
  const { headers } = await hints();
  const again = await get("/v1/hints", { "If-None-Match": headers.etag });
  assert.equal(again.status, 304);
});

test("the demo's pages carry them, by whether the visitor has decided", async () => {
  const { json } = await hints();
  const cookie = { Cookie: "a=b; dp_consent=1.x.y" };
  for (const path of ["/", "/pricing"]) {
    const first = await get(path);
    assert.equal(first.headers.link, json.undecided);
    assert.match(first.headers.vary, /\bCookie\b/);
    const { etag } = first.headers;
    assert.equal((await get(path, cookie)).headers.link, json.decided);
    const same = await get(path, { ...cookie, "If-None-Match": etag });
    assert.deepEqual([same.status, same.headers.link], [304, json.decided]);
  }
  assert.equal((await get("/v1/banner.js")).headers.link, undefined);
  assert.doesNotMatch((await get("/v1/banner.js")).headers.vary, /Cookie/);
});
