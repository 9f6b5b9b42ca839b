// GET /v1/notice and GET /v1/notices/{id}: what a visitor must be shown.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { assertProblem, edgeHeaders, site, Visitor } from "../support/visitor.mjs";

let service;
before(async () => (service = await startConsentd()));
after(() => service?.stop());

const noticeUrl = (query = "") => `${service.url}/v1/notice?site=${site}${query}`;
const noticeFor = async (headers, query) => (await call(noticeUrl(query), { headers })).json;

test("a visitor from Germany is shown what opt_in asks for", async () => {
  const { json, headers } = await new Visitor(service).notice();
  assert.deepEqual(json.region, { country: "DE", subdivision: null, source: "edge_header" });
  const { ruleset, ...regime } = json.regime;
  assert.deepEqual(regime, { id: "eu_gdpr", model: "opt_in", gdpr_scope: "gdpr" });
  assert.match(ruleset, /^\d{4}-\d\d-\d\d$/);
  assert.deepEqual(json.signals, { gpc: false });
  assert.equal(json.zone, "eu");
  assert.deepEqual(json.endpoints, {
    ...{ consents: "/v1/consents", events: "/v1/events", me: "/v1/me" },
  });
  assert.match(json.policy.effective_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.match(json.notice.id, /^sha256:[0-9a-f]{64}$/);
  assert.match(headers["cache-control"], /private/);
  assert.match(headers["cache-control"], /no-store/);
});

test("the purposes carry what a choice needs to be informed", async () => {
  const { purposes, text } = await noticeFor(edgeHeaders("DE"));
  assert.deepEqual(
    purposes.map(({ id, required, default: start }) => [id, required, start]),
    [
      ["essential", true, "granted"],
      ["analytics", false, "denied"],
      ["marketing", false, "denied"],
    ],
  );
  for (const purpose of purposes) {
    assert.ok(purpose.name && purpose.description && purpose.legal_basis, purpose.id);
    for (const cookie of purpose.cookies) assert.ok(cookie.name && cookie.lifetime, purpose.id);
    assert.ok(Array.isArray(purpose.services), purpose.id);
  }
  for (const key of ["title", "body", "accept_all", "reject_all", "settings", "save", "withdraw"]) {
    assert.ok(text[key], key);
  }
});

test("the default of analytics follows model and signal", async () => {
  const startOf = async (region, gpc) => {
    const { purposes } = await noticeFor(edgeHeaders(region, gpc));
    return purposes.slice(1).map((purpose) => purpose.default);
  };
  assert.deepEqual(await startOf("US-CA"), ["granted", "denied"]);
  assert.deepEqual(await startOf("US-CA", true), ["denied", "denied"]);
  assert.deepEqual(await startOf("DE", true), ["denied", "denied"]);
  assert.deepEqual(await startOf("", false), ["denied", "denied"]);
});

test("an address is looked up when no edge says where it is", async () => {
  const { region } = await noticeFor({ "X-Forwarded-For": "91.12.34.56" });
  assert.deepEqual(region, { country: "DE", subdivision: null, source: "geo_db" });
});

test("what is not known is unknown, strict and in the EU", async () => {
  const addresses = ["10.20.30.40", "unknown", "", "127.0.0.1", "2001:db8::1", "999.1.1.1"];
  for (const address of addresses) {
    const { region, regime, zone } = await noticeFor({ "X-Forwarded-For": address });
    assert.deepEqual(region, { country: null, subdivision: null, source: "unknown" }, address);
    assert.equal(regime.id, "unknown");
    assert.equal(regime.model, "opt_in");
    assert.equal(zone, "eu");
  }
});

test("the right-most untrusted address counts, not what a client puts in front", async () => {
  const forged = "203.0.113.9, 91.12.34.56, 127.0.0.1";
  assert.equal((await noticeFor({ "X-Forwarded-For": forged })).region.country, "DE");
  const forwarded = 'for=203.0.113.9, for="91.12.34.56:4711"';
  assert.equal((await noticeFor({ Forwarded: forwarded })).region.country, "DE");
});

test("nothing is believed from a peer that is no trusted proxy", async () => {
  const open = await startConsentd({ trustedProxies: [] });
  try {
    const headers = { ...edgeHeaders("US-CA"), "X-Forwarded-For": "91.12.34.56" };
    const { json } = await call(`${open.url}/v1/notice?site=${site}`, { headers });
    assert.deepEqual(json.region, { country: null, subdivision: null, source: "unknown" });
  } finally {
    await open.stop();
  }
});

test("the signal is exactly one member that is 1", async () => {
  const seen = async (value) =>
    (await noticeFor({ ...edgeHeaders("US-CA"), "Sec-GPC": value })).signals.gpc;
  for (const value of ["1", "1, 1", "0, 1", ["0", "1"]]) {
    assert.equal(await seen(value), true, String(value));
  }
  for (const value of ["0", "", "true", "01", "1.0", '"1"', "1;x=y", "11"]) {
    assert.equal(await seen(value), false, value);
  }
});

test("language: parameter before header, lookup by range, the default otherwise", async () => {
  const chosen = async (query, header) => {
    const headers = header ? { "Accept-Language": header } : {};
    return (await noticeFor(headers, query)).notice.language;
  };
  assert.equal(await chosen("&language=de-AT,de"), "de");
  assert.equal(await chosen("&language=fr", "de"), "fr");
  assert.equal(await chosen("", "es;q=0.2, it;q=0.9"), "it");
  assert.equal(await chosen("", "xx, nl-BE"), "nl");
  assert.equal(await chosen("", "zh-TW"), "zh-Hant");
  assert.equal(await chosen("", "tlh"), "en");
  assert.equal(await chosen("", "!!!, ;;;q=9"), "en");
  assert.equal(await chosen(`&language=${"x".repeat(3000)}`), "en");
});

test("the same notice everywhere, and retrievable by the hash of its bytes", async () => {
  const one = (await noticeFor(edgeHeaders("DE"), "&language=de")).notice;
  const other = (await noticeFor(edgeHeaders("US-CA", true), "&language=de")).notice;
  assert.equal(one.id, other.id);
  const { status, bytes, json } = await call(`${service.url}/v1/notices/${one.id}`);
  assert.equal(status, 200);
  assert.equal(`sha256:${createHash("sha256").update(bytes).digest("hex")}`, one.id);
  assert.equal(json.language, "de");
  const encoded = one.id.replace(":", "%3A");
  assert.equal((await call(`${service.url}/v1/notices/${encoded}`)).status, 200);
});

test("unknown and malformed notices and sites", async () => {
  for (const id of [`sha256:${"0".repeat(64)}`, "sha256:xyz", "1", "sha256:" + "A".repeat(64)]) {
    assertProblem(await call(`${service.url}/v1/notices/${id}`), 404);
  }
  assertProblem(await call(`${service.url}/v1/notice?site=other.example`), 404);
  assertProblem(await call(`${service.url}/v1/notice`), 422, "/site");
  assertProblem(await call(`${noticeUrl()}&site=${site}`), 422, "/site");
  assert.equal((await call(`${noticeUrl()}&unknown=1`)).status, 200);
});

test("CORS names exactly the site's origins", async () => {
  for (const origin of ["https://dialphone.com", "https://www.dialphone.com"]) {
    const { headers } = await call(noticeUrl(), { headers: { Origin: origin } });
    assert.equal(headers["access-control-allow-origin"], origin);
    assert.equal(headers["access-control-allow-credentials"], "true");
    assert.match(headers.vary, /Origin/);
  }
  const strangers = [
    "https://evil.example",
    "null",
    "http://dialphone.com",
    "https://dialphone.com.",
  ];
  for (const origin of [...strangers, "https://dialphone.com.evil.example", "*"]) {
    const { headers } = await call(noticeUrl(), { headers: { Origin: origin } });
    assert.equal(headers["access-control-allow-origin"], undefined, origin);
  }
});

test("a preflight is answered for the site's origins only", async () => {
  const preflight = (origin) =>
    call(`${service.url}/v1/consents`, {
      method: "OPTIONS",
      headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
    });
  const allowed = await preflight("https://dialphone.com");
  assert.equal(allowed.status, 204);
  assert.match(allowed.headers["access-control-allow-methods"], /POST/);
  assert.match(allowed.headers["access-control-allow-headers"], /content-type/i);
  const refused = await preflight("https://evil.example");
  assert.equal(refused.headers["access-control-allow-origin"], undefined);
});
