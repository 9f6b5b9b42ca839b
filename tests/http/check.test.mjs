// GET and POST /v1/check on the internal listener: may this run, and why.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { issueKey, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { assertProblem, checkOf, randomId, site, Visitor } from "../support/visitor.mjs";

let service;
before(async () => (service = await startConsentd()));
after(() => service?.stop());

const bearer = (key = service.key) => ({ Authorization: `Bearer ${key}` });
const checkUrl = (query) => `${service.internalUrl}/v1/check?${query}`;
const ask = (query, headers = bearer()) => call(checkUrl(query), { headers });
const askMany = (body, headers = bearer()) =>
  call(`${service.internalUrl}/v1/check`, { method: "POST", headers, body });
const question = `site=${site}&purpose=analytics`;

test("a grant is allowed with its policy and its end", async () => {
  const visitor = new Visitor(service);
  const { record } = await visitor.decide("save");
  const answer = await checkOf(service, { subject: record.subject });
  assert.deepEqual(answer, {
    allowed: true,
    reason: "granted",
    policy: record.policy,
    expires_at: `${record.expires_at.slice(0, 19)}.000Z`,
  });
  assert.deepEqual(await checkOf(service, { token: visitor.token }), answer);
  const marketing = await checkOf(service, { subject: record.subject }, { purpose: "marketing" });
  assert.deepEqual([marketing.allowed, marketing.reason], [false, "refused"]);
  const { reason } = await checkOf(service, { subject: randomId() }, { purpose: "essential" });
  assert.equal(reason, "essential");
});

test("what is unknown, malformed or unreadable is not allowed, and never an error", async () => {
  const nobody = { allowed: false, reason: "no_record", policy: null, expires_at: null };
  const names = ["", "x", "*", "../..", "' OR 1=1 --", "ü".repeat(22), "A".repeat(4000)];
  for (const subject of [randomId(), "AAAAAAAAAAAAAAAAAAAAAB", ...names]) {
    assert.deepEqual(await checkOf(service, { subject }), nobody, subject);
  }
  for (const token of ["", "x", "1.a.b", "1.".repeat(40), "ü", "A".repeat(4000)]) {
    const answer = await checkOf(service, { token });
    assert.deepEqual([answer.allowed, answer.reason], [false, "invalid_token"], token);
  }
});

test("every prefix and every changed character of a token is invalid", async () => {
  const visitor = new Visitor(service);
  const { token } = await visitor.decide("accept_all");
  const prefixes = Array.from({ length: token.length }, (_, size) => token.slice(0, size));
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const flips = [...token].flatMap((character, at) => {
    if (character === ".") return [];
    const bits = [1, 2, 4, 8, 16, 32].map((bit) => alphabet[alphabet.indexOf(character) ^ bit]);
    return bits.map((other) => token.slice(0, at) + other + token.slice(at + 1));
  });
  const { json } = await askMany({ site, purpose: "analytics", tokens: [...prefixes, ...flips] });
  assert.ok(json.results.length > 350);
  assert.deepEqual(
    new Set(json.results.map((result) => result.reason)),
    new Set(["invalid_token"]),
  );
});

test("many are answered in the order asked", async () => {
  const visitors = [new Visitor(service), new Visitor(service), new Visitor(service)];
  await visitors[0].decide("accept_all");
  await visitors[1].decide("accept_all");
  await visitors[1].decide("withdraw");
  await visitors[2].decide("save");
  const known = visitors.map((visitor) => visitor.subject);
  const subjects = [known[0], randomId(), known[1] ?? randomId(), "bad", known[2], known[0]];
  const { status, json } = await askMany({ site, purpose: "analytics", subjects });
  assert.equal(status, 200);
  assert.deepEqual(
    json.results.map((result) => result.reason),
    ["granted", "no_record", "withdrawn", "no_record", "granted", "granted"],
  );
});

test("ten thousand are answered, one more is refused, none is fine", async () => {
  const subjects = Array.from({ length: 10_000 }, randomId);
  const full = await askMany({ site, purpose: "analytics", subjects });
  assert.equal(full.status, 200);
  assert.equal(full.json.results.length, 10_000);
  const over = await askMany({ site, purpose: "analytics", subjects: [...subjects, "x"] });
  assertProblem(over, 422, "/subjects");
  const none = await askMany({ site, purpose: "analytics", subjects: [] });
  assert.deepEqual(none.json, { results: [] });
});

test("a purpose nobody has heard of is not allowed", async () => {
  const visitor = new Visitor(service);
  const { record } = await visitor.decide("accept_all");
  for (const purpose of ["ads", "", "Analytics", "analytics ", "essential,analytics"]) {
    const answer = await checkOf(service, { subject: record.subject }, { purpose });
    assert.deepEqual([answer.allowed, answer.reason], [false, "unknown_purpose"], purpose);
  }
});

test("questions that are none are 422", async () => {
  const subject = randomId();
  const bad = [
    `purpose=analytics&subject=${subject}`,
    `site=${site}&subject=${subject}`,
    question,
    `${question}&subject=${subject}&token=x`,
    `${question}&subject=${subject}&subject=${subject}`,
    `site=other.example&purpose=analytics&subject=${subject}`,
    `${question}&purpose=marketing&subject=${subject}`,
    "",
  ];
  for (const query of bad) assertProblem(await ask(query), 422);
  const bodies = [
    [{ site, purpose: "analytics" }],
    [{ site, purpose: "analytics", subjects: [], tokens: [] }],
    [{ site, purpose: "analytics", subjects: "x" }, "/subjects"],
    [{ site, purpose: "analytics", subjects: [1] }, "/subjects/0"],
    [{ site, purpose: "analytics", subjects: [null] }, "/subjects/0"],
    [{ site, purpose: 1, subjects: [] }, "/purpose"],
    [{ purpose: "analytics", subjects: [] }, "/site"],
    [{ site, purpose: "analytics", subjects: [], extra: 1 }, "/extra"],
    [{ site: "other.example", purpose: "analytics", subjects: [] }, "/site"],
    [[], ""],
  ];
  for (const [body, pointer] of bodies) assertProblem(await askMany(body), 422, pointer);
});

test("without a key 401, without the scope 403", async () => {
  const query = `${question}&subject=${randomId()}`;
  const strangers = [
    {},
    { Authorization: "Bearer" },
    { Authorization: "Bearer " },
    { Authorization: "Bearer nonsense" },
    { Authorization: `Basic ${service.key}` },
    { Authorization: service.key },
    { Authorization: `Bearer ${service.key}x` },
    { Authorization: `Bearer ${service.key.slice(0, -1)}` },
    { Authorization: `Bearer ${"k".repeat(8000)}` },
  ];
  for (const headers of strangers) {
    const answer = await ask(query, headers);
    assertProblem(answer, 401);
    assert.match(answer.headers["www-authenticate"], /Bearer/);
    assertProblem(await askMany({ site, purpose: "analytics", subjects: [] }, headers), 401);
  }
  const metricsKey = await issueKey(service.dataDir, ["metrics"]);
  assertProblem(await ask(query, bearer(metricsKey)), 403);
  const both = await issueKey(service.dataDir, ["metrics", "check"]);
  assert.equal((await ask(query, bearer(both))).status, 200, "a new key counts at once");
});

test("the two listeners do not answer for each other", async () => {
  const query = `${question}&subject=${randomId()}`;
  assertProblem(await call(`${service.url}/v1/check?${query}`, { headers: bearer() }), 404);
  for (const path of ["/metrics", "/healthz", "/readyz"]) {
    assert.equal((await call(`${service.url}${path}`, { headers: bearer() })).status, 404, path);
  }
  const ways = [
    "/v1/notice?site=dialphone.com",
    "/v1/consents",
    "/v1/events",
    "/v1/banner.js",
    "/",
  ];
  for (const path of ways) {
    assertProblem(await call(`${service.internalUrl}${path}`, { headers: bearer() }), 404);
  }
});

test("HEAD, OPTIONS and the wrong method", async () => {
  const url = checkUrl(`${question}&subject=${randomId()}`);
  const head = await call(url, { method: "HEAD", headers: bearer() });
  assert.equal(head.status, 200);
  assert.equal(head.text, "");
  const wrong = await call(url, { method: "DELETE", headers: bearer() });
  assertProblem(wrong, 405);
  assert.match(wrong.headers.allow, /GET/);
  assert.match(wrong.headers.allow, /POST/);
});
