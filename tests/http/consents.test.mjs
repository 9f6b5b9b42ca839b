// POST /v1/consents: one decision, recorded durably, answered with record, token and cookie.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { assertProblem, checkOf, eventId, randomId, Visitor } from "../support/visitor.mjs";

let service;
before(async () => (service = await startConsentd()));
after(() => service?.stop());

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("a grant is recorded as the ticket says and answered with its token", async () => {
  const visitor = new Visitor(service);
  const body = await visitor.body("save");
  const answer = await visitor.post(body);
  assert.equal(answer.status, 201, answer.text);
  const { record, token } = answer.json;
  assert.match(record.id, uuidV7);
  assert.match(record.subject, /^[A-Za-z0-9_-]{22}$/);
  assert.ok(Number.isInteger(record.sequence) && record.sequence > 0);
  assert.ok(Math.abs(Date.parse(record.time) - Date.now()) < 60e3);
  const second = Math.floor(Date.parse(record.time) / 1000) * 1000;
  assert.equal(Date.parse(record.expires_at) - second, 182 * 86400e3);
  const { id, sequence, subject, time, expires_at: expiresAt, ...rest } = record;
  assert.deepEqual(rest, {
    site: body.site,
    choices: body.choices,
    action: "save",
    layer: "banner",
    regime: "eu_gdpr",
    region: { country: "DE", subdivision: null },
    policy: body.policy,
    notice: body.notice,
    language: "en",
    signals: { gpc: false },
  });
  assert.match(token, /^1\.[\w-]+\.[\w-]{22}$/);
  assert.ok(token.length <= 96);
});

test("the cookie lasts 182 days, is readable by script and set once", async () => {
  const visitor = new Visitor(service);
  const answer = await visitor.post(await visitor.body("accept_all"));
  const cookies = answer.headers["set-cookie"];
  assert.equal(cookies.length, 1);
  const [pair, ...attributes] = cookies[0].split("; ");
  assert.equal(pair, `dp_consent=${answer.json.token}`);
  assert.deepEqual(attributes.sort(), ["Max-Age=15724800", "Path=/", "SameSite=Lax"]);
  assert.match(answer.headers["cache-control"], /no-store/);
  const again = await new Visitor(service, { headers: { Cookie: pair } }).notice();
  assert.equal(again.headers["set-cookie"], undefined, "a visit does not extend it");
});

test("the region recorded is the ticket's, whatever the request says later", async () => {
  const visitor = new Visitor(service, { region: "US-CA" });
  const body = await visitor.body("accept_all");
  const answer = await visitor.post(body, { "X-Geo-Country": "DE", "X-Geo-Subdivision": "" });
  assert.deepEqual(answer.json.record.region, { country: "US", subdivision: "US-CA" });
  assert.equal(answer.json.record.regime, "us_ca_ccpa");
});

test("the same event again gives the first answer and no second record", async () => {
  const visitor = new Visitor(service);
  const body = await visitor.body("accept_all");
  const first = await visitor.post(body);
  const second = await visitor.post(body);
  assert.equal(first.status, 201);
  assert.equal(second.status, 200, second.text);
  assert.deepEqual(second.json.record, first.json.record);
  assert.equal(second.json.token, first.json.token);
});

test("ten at once with the same event make one record, again and again", async () => {
  for (let round = 0; round < 20; round += 1) {
    const visitor = new Visitor(service);
    const body = await visitor.body("accept_all", { subject: randomId() });
    const answers = await Promise.all(Array.from({ length: 10 }, () => visitor.post(body)));
    const statuses = answers.map((answer) => answer.status).sort();
    assert.deepEqual(statuses, [...Array(9).fill(200), 201]);
    assert.equal(new Set(answers.map((answer) => answer.json.record.sequence)).size, 1);
  }
});

test("an event taken by another decision is a conflict", async () => {
  const visitor = new Visitor(service);
  const body = await visitor.body("accept_all");
  await visitor.post(body);
  const other = await new Visitor(service).body("save", { event: body.event });
  assertProblem(await new Visitor(service).post(other), 409);
});

test("a refusal creates no identifier and is the same for everybody", async () => {
  const refuse = async (action, options) => {
    const visitor = new Visitor(service, options);
    const answer = await visitor.post(await visitor.body(action));
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.json.record.subject, null);
    return answer.json.token;
  };
  const tokens = [await refuse("reject_all"), await refuse("reject_all", { region: "FR" })];
  assert.equal(tokens[0], tokens[1], "two refusers hold the same token");
  assert.equal((await checkOf(service, { token: tokens[0] })).reason, "refused");
  const optOut = await refuse("reject_all", { region: "US-CA" });
  assert.equal((await checkOf(service, { token: optOut })).reason, "opted_out");
  const signal = await refuse("gpc", { region: "US-CA", gpc: true });
  assert.equal((await checkOf(service, { token: signal })).reason, "gpc");
});

test("saving with nothing granted is a refusal", async () => {
  const visitor = new Visitor(service);
  const choices = { analytics: "denied", marketing: "denied" };
  const answer = await visitor.post(await visitor.body("save", { choices }));
  assert.equal(answer.status, 201);
  assert.equal(answer.json.record.subject, null);
  assert.equal((await checkOf(service, { token: answer.json.token })).reason, "refused");
});

test("a withdrawal needs no ticket, and the very next check sees it", async () => {
  const visitor = new Visitor(service);
  const { record } = await visitor.decide("accept_all");
  assert.equal((await checkOf(service, { subject: record.subject })).reason, "granted");
  const body = await visitor.body("withdraw");
  for (const member of ["ticket", "notice", "policy", "language"]) delete body[member];
  const answer = await visitor.post(body);
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.record.subject, record.subject);
  const { allowed, reason } = await checkOf(service, { subject: record.subject });
  assert.deepEqual([allowed, reason], [false, "withdrawn"]);
  assert.notEqual(answer.json.token, visitor.token);
  assert.equal((await checkOf(service, { token: answer.json.token })).reason, "withdrawn");
  assert.equal((await checkOf(service, { token: visitor.token })).reason, "withdrawn");
});

test("fifty withdrawals at once are each seen by the next check", async () => {
  const visitors = Array.from({ length: 50 }, () => new Visitor(service));
  await Promise.all(visitors.map((visitor) => visitor.decide("accept_all")));
  const reasons = await Promise.all(
    visitors.map(async (visitor) => {
      const { subject } = visitor;
      await visitor.decide("withdraw", { subject });
      return (await checkOf(service, { subject })).reason;
    }),
  );
  assert.deepEqual(new Set(reasons), new Set(["withdrawn"]));
});

test("the subject of a withdrawal may be left to the token", async () => {
  const visitor = new Visitor(service);
  const { record } = await visitor.decide("accept_all");
  const answer = await visitor.post(await visitor.body("withdraw", { subject: null }));
  assert.equal(answer.status, 201, answer.text);
  assert.equal((await checkOf(service, { subject: record.subject })).reason, "withdrawn");
});

test("later writes for a subject must hold its token", async () => {
  const visitor = new Visitor(service);
  const { record } = await visitor.decide("save");
  const stranger = new Visitor(service);
  const { subject } = record;
  for (const action of ["accept_all", "reject_all", "withdraw", "save"]) {
    assertProblem(await stranger.post(await stranger.body(action, { subject })), 403);
  }
  await stranger.decide("accept_all");
  assertProblem(await stranger.post(await stranger.body("withdraw", { subject })), 403);
  const { reason } = await checkOf(service, { subject });
  assert.equal(reason, "granted", "nobody else's word changed anything");
  assert.equal((await visitor.post(await visitor.body("accept_all"))).status, 201);
});

test("a token presented as cookie counts as well", async () => {
  const visitor = new Visitor(service);
  const { token } = await visitor.decide("accept_all");
  visitor.token = null;
  const headers = { Cookie: `a=b; dp_consent=${token}; c=d` };
  const answer = await visitor.post(await visitor.body("withdraw"), headers);
  assert.equal(answer.status, 201, answer.text);
  const two = { Cookie: `dp_consent=${token}; dp_consent=other` };
  assertProblem(await visitor.post(await visitor.body("accept_all"), two), 403);
});

test("a starting state exists only where opt_out is the model and no signal is on", async () => {
  const visitor = new Visitor(service, { region: "US-CA" });
  const { record } = await visitor.decide("default");
  assert.equal((await checkOf(service, { subject: record.subject })).reason, "opt_out_default");
  const refused = async (options, changes, headers) => {
    const other = new Visitor(service, options);
    assertProblem(await other.post(await other.body("default", changes), headers), 422);
  };
  await refused({ region: "DE" });
  await refused({ region: "" });
  await refused({ region: "CA" });
  await refused({ region: "US-CA", gpc: true });
  await refused({ region: "US-CA" }, { gpc: true });
  await refused({ region: "US-CA" }, {}, { "Sec-GPC": "1" });
  await refused({ region: "US-CA" }, { layer: "banner" });
  await refused({ region: "US-CA" }, { choices: { analytics: "granted", marketing: "granted" } });
});

test("the signal is recorded when header or body has it", async () => {
  for (const [changes, headers] of [
    [{ gpc: true }, {}],
    [{}, { "Sec-GPC": "1" }],
  ]) {
    const visitor = new Visitor(service, { region: "US-CA" });
    const answer = await visitor.post(await visitor.body("accept_all", changes), headers);
    assert.deepEqual(answer.json.record.signals, { gpc: true });
  }
});

test("only pages of the site may write", async () => {
  const visitor = new Visitor(service);
  const post = async (origin) => visitor.post(await visitor.body("reject_all"), { Origin: origin });
  for (const origin of ["https://evil.example", "null", "http://dialphone.com"]) {
    assertProblem(await post(origin), 403);
  }
  const allowed = await post("https://dialphone.com");
  assert.equal(allowed.status, 201);
  assert.equal(allowed.headers["access-control-allow-origin"], "https://dialphone.com");
  assert.equal((await post(service.url)).status, 201, "the listener's own origin, on loopback");
});

test("sequences grow, and times are the service's", async () => {
  const visitor = new Visitor(service);
  const client = { client_time: new Date(Date.now() - 3600e3).toISOString() };
  const first = await visitor.decide("accept_all", client);
  const second = await visitor.decide("save", { event: eventId(Date.now() + 1000) });
  assert.ok(second.record.sequence > first.record.sequence);
  assert.ok(Math.abs(Date.parse(first.record.time) - Date.now()) < 60e3);
});

test("a late retry of an older grant does not bring it back", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("accept_all");
  const older = await visitor.body("accept_all", { event: eventId(Date.now() - 60e3) });
  await visitor.post(await visitor.body("withdraw"));
  const answer = await visitor.post(older);
  assert.equal(answer.status, 201, answer.text);
  assert.equal((await checkOf(service, { subject: visitor.subject })).reason, "withdrawn");
  assert.equal((await checkOf(service, { token: answer.json.token })).allowed, false);
});

test("the methods a path does not take are 405 with Allow", async () => {
  for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
    const answer = await call(`${service.url}/v1/consents`, { method });
    assertProblem(answer, 405);
    assert.match(answer.headers.allow, /POST/, method);
  }
});
