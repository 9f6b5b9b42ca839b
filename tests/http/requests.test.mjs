// /v1/requests: the privacy office's register of data subjects' requests and their deadlines.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { issueKey, program, root, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { MovableClock } from "../support/movable_clock.mjs";
import { findInData } from "../support/pipeline.mjs";
import { assertProblem, eventId, randomId, Visitor } from "../support/visitor.mjs";

const run = promisify(execFile);
const start = "2026-11-23T10:00:00.000Z";
const day = 24 * 3600e3;
const canary = "canary-note-of-the-office";
let clock;
let directory;
let dataDir;
let key;
let service;

const open = () => startConsentd({ dataDir, key, env: clock.env });

before(async () => {
  clock = await MovableClock.create();
  await clock.set(start);
  directory = await mkdtemp(join(tmpdir(), "consentd-requests-"));
  dataDir = join(directory, "data");
  key = await issueKey(dataDir, ["privacy", "check", "metrics"]);
  service = await open();
});
after(async () => {
  await service?.stop();
  await clock?.remove();
  await rm(directory, { recursive: true, force: true });
});

const bearer = () => ({ Authorization: `Bearer ${service.key}` });
const url = (path = "") => `${service.internalUrl}/v1/requests${path}`;
const post = (body, headers = bearer()) => call(url(), { method: "POST", headers, body });
const get = (path = "") => call(url(path), { headers: bearer() });
const patch = (id, body, headers = bearer()) =>
  call(url(`/${id}`), { method: "PATCH", headers, body });
const json = () => ({ ...bearer(), "Content-Type": "application/json" });

async function registered(body) {
  const answer = await post(body);
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

// A subject who decided at the clock's time.
async function grantor(region = "DE") {
  const visitor = new Visitor(service, { region });
  const now = { event: eventId(clock.now.getTime()), client_time: clock.now.toISOString() };
  await visitor.decide("accept_all", now);
  return visitor;
}

test("who may ask, and what is no request", async () => {
  const { id } = await registered({ right: "access" });
  const checker = await issueKey(dataDir, ["check", "events", "admin", "metrics"]);
  for (const headers of [{}, { Authorization: `Bearer ${checker}` }]) {
    const status = headers.Authorization ? 403 : 401;
    assertProblem(await post({ right: "access" }, headers), status);
    assertProblem(await call(url(), { headers }), status);
    assertProblem(await call(url(`/${id}`), { headers }), status);
    assertProblem(await patch(id, { state: "completed" }, headers), status);
  }
  assertProblem(await call(`${service.url}/v1/requests`, { headers: bearer() }), 404);
  assertProblem(await post("{}"), 415);
  assertProblem(await post("{", json()), 400);
  assertProblem(await post([]), 422, "");
  assertProblem(await post({}), 422, "/right");
  assertProblem(await post({ right: "forget" }), 422, "/right");
  assertProblem(await post({ right: "opt_out_by_signal" }), 422, "/right");
  assertProblem(await post({ right: "access", email: "a@b.example" }), 422, "/email");
  assertProblem(await post({ right: "access", site: "other.example" }), 422, "/site");
  assertProblem(await post({ right: "access", subject: "anna" }), 422, "/subject");
  for (const region of ["", "Germany", "CA-", "XX", 7]) {
    assertProblem(await post({ right: "access", region }), 422, "/region");
  }
  const future = "2026-11-23T10:06:00Z";
  for (const time of [future, "2016-11-22T00:00:00Z", "yesterday", "2026-11-23"]) {
    assertProblem(await post({ right: "access", received_at: time }), 422, "/received_at");
  }
  for (const note of ["", "x".repeat(2001), "a\u0000b", 7]) {
    assertProblem(await post({ right: "access", note }), 422, "/note");
  }
  assertProblem(await post({ right: "access", id: "1" }), 422, "/id");
  assertProblem(await get(`/${eventId()}`), 404);
  assertProblem(await get("/nonsense"), 404);
  assertProblem(await patch(eventId(), { state: "completed" }), 404);
  const wrong = await call(url(`/${id}`), { method: "PUT", headers: bearer() });
  assertProblem(wrong, 405);
  assert.equal(wrong.headers.allow, "GET, HEAD, PATCH, OPTIONS");
});

test("a deadline is that of the regime, by the calendar", async () => {
  const cases = [
    ["DE", "access", "2026-11-23T10:00:00Z", "2026-12-23T10:00:00.000Z"],
    ["DE", "erase", "2026-01-31T09:00:00Z", "2026-02-28T09:00:00.000Z"],
    ["GB", "rectify", "2026-05-31T23:30:00Z", "2026-06-30T23:30:00.000Z"],
    ["US-CA", "access", "2026-11-23T10:00:00Z", "2027-01-07T10:00:00.000Z"],
    ["US-CA", "opt_out_of_sale", "2026-11-23T10:00:00Z", "2026-12-14T10:00:00.000Z"],
    ["US-VA", "opt_out_of_sale", "2026-11-23T10:00:00Z", "2027-01-07T10:00:00.000Z"],
    ["US-IA", "portability", "2026-11-23T10:00:00Z", "2027-02-21T10:00:00.000Z"],
    ["BR", "access", "2026-11-23T10:00:00Z", "2026-12-08T10:00:00.000Z"],
    [null, "object", "2026-11-23T10:00:00Z", "2026-12-23T10:00:00.000Z"],
  ];
  for (const [region, right, received, due] of cases) {
    const made = await registered({ right, region, received_at: received });
    assert.equal(made.due_at, due, `${region} ${right}`);
    assert.equal(made.state, "received");
    assert.equal(made.zone, region?.startsWith("US") ? "us" : "eu");
  }
  const california = await registered({ right: "access", region: "US-CA" });
  assert.equal(california.regime, "us_ca_ccpa");
  assert.equal(california.acknowledge_by, "2026-12-07T10:00:00.000Z");
  assert.deepEqual(california.region, { country: "US", subdivision: "US-CA" });
  assert.equal(california.entitled, true);
  const german = await registered({ right: "opt_out_of_sale", region: "DE" });
  assert.equal(german.entitled, false, "the GDPR names no such right");
  assert.equal(german.acknowledge_by, null);
});

test("a known subject brings its region and zone", async () => {
  const { subject } = await grantor("US-CA");
  const made = await registered({ right: "access", subject, note: canary });
  assert.equal(made.regime, "us_ca_ccpa");
  assert.equal(made.zone, "us");
  assert.equal(made.subject, subject);
  assert.equal(made.note, canary);
  const moved = await registered({ right: "access", subject, region: "DE" });
  assert.equal(moved.regime, "eu_gdpr");
  assert.equal(moved.zone, "us", "what is known of a subject is in one zone");
  const raw = Buffer.from(subject, "base64url");
  assert.deepEqual(await findInData(service, [canary, subject, raw]), []);
});

test("the same id again is the same request", async () => {
  const id = eventId(clock.now.getTime());
  const first = await registered({ id, right: "access", region: "DE" });
  assert.equal(first.id, id);
  const again = await post({ id, right: "access", region: "DE" });
  assert.equal(again.status, 200, again.text);
  assert.deepEqual(again.json, first);
  assertProblem(await post({ id, right: "erase", region: "DE" }), 409, "/id");
  const answer = await get(`/${id}`);
  assert.deepEqual(answer.json, first);
  assert.equal(answer.headers["cache-control"], "private, no-store");
});

test("a request goes from received to its end, and no further", async () => {
  const { id } = await registered({ right: "access", region: "US-CA" });
  assertProblem(await patch(id, {}), 422, "");
  assertProblem(await patch(id, { state: "done" }), 422, "/state");
  assertProblem(await patch(id, { state: "extended" }), 422, "/reason");
  assertProblem(await patch(id, { state: "refused", reason: null }), 422, "/reason");
  assertProblem(await patch(id, { state: "acknowledged", reason: "x" }), 422, "/reason");
  assertProblem(await patch(id, { state: "completed", due_at: start }), 422, "/due_at");
  assertProblem(await patch(id, { state: "received" }), 409);
  const seen = await patch(id, { state: "acknowledged" });
  assert.equal(seen.status, 200, seen.text);
  assert.equal(seen.json.acknowledged_at, start);
  assertProblem(await patch(id, { state: "acknowledged" }), 409);
  const longer = await patch(id, { state: "extended", reason: "four systems to search" });
  assert.equal(longer.json.due_at, "2027-02-21T10:00:00.000Z");
  assert.equal(longer.json.extension_reason, "four systems to search");
  assertProblem(await patch(id, { state: "extended", reason: "again" }), 409);
  const merge = { ...bearer(), "Content-Type": "application/merge-patch+json" };
  const noted = await patch(id, JSON.stringify({ note: "called back" }), merge);
  assert.equal(noted.json.note, "called back");
  assert.equal(noted.json.state, "extended");
  const done = await patch(id, { state: "completed", note: null });
  assert.equal(done.json.state, "completed");
  assert.equal(done.json.closed_at, start);
  assert.equal(done.json.kept_until, "2028-11-23T10:00:00.000Z");
  assert.equal(done.json.note, null);
  assert.deepEqual((await get(`/${id}`)).json, done.json);
  for (const state of ["received", "acknowledged", "extended", "completed", "refused"]) {
    const reason = ["extended", "refused"].includes(state) ? { reason: "x" } : {};
    assertProblem(await patch(id, { state, ...reason }), 409);
  }
  assertProblem(await patch(id, { note: "late" }), 409);
  const refused = await registered({ right: "access", region: "BR" });
  assertProblem(await patch(refused.id, { state: "extended", reason: "much" }), 409);
  const end = await patch(refused.id, { state: "refused", reason: "manifestly unfounded" });
  assert.equal(end.json.reason, "manifestly unfounded");
});

test("of changes that come at once one counts", async () => {
  const { id } = await registered({ right: "access", region: "DE" });
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, i) => patch(id, { state: "completed", reason: `answer ${i}` })),
  );
  const done = answers.filter(({ status }) => status === 200);
  assert.equal(done.length, 1);
  for (const answer of answers) if (answer !== done[0]) assertProblem(answer, 409);
  assert.deepEqual((await get(`/${id}`)).json, done[0].json);
});

test("an extension is told within the first period, and what is late is overdue", async () => {
  const overdueOf = async () => {
    const { text } = await call(`${service.internalUrl}/metrics`, { headers: bearer() });
    return Number(/^consent_rights_requests_overdue (\d+)$/m.exec(text)[1]);
  };
  const { id, due_at: due } = await registered({ right: "access", region: "DE" });
  const before = await overdueOf();
  await clock.set(Date.parse(due));
  assert.equal((await get(`/${id}`)).json.overdue, false);
  await clock.set(Date.parse(due) + 1000);
  assert.equal((await get(`/${id}`)).json.overdue, true);
  assert.ok((await overdueOf()) > before);
  assertProblem(await patch(id, { state: "extended", reason: "too late" }), 409);
  const late = await get(`?state=open&due_before=${clock.now.toISOString()}`);
  assert.ok(late.json.requests.some((one) => one.id === id));
  assert.ok(late.json.requests.every((one) => one.overdue));
  const done = await patch(id, { state: "completed" });
  assert.equal(done.json.overdue, false);
  await clock.set(start);
});

test("the list is in the order of due dates, filtered, page by page", async () => {
  const { json: all } = await get("?limit=1000");
  assert.equal(all.next, null);
  const dates = all.requests.map(({ due_at: due }) => due);
  assert.deepEqual(dates, [...dates].sort());
  const paged = [];
  let next = "";
  do {
    const { json: page } = await get(`?limit=3${next}`);
    assert.ok(page.requests.length <= 3);
    paged.push(...page.requests);
    next = page.next && `&after=${page.next}`;
  } while (next);
  assert.deepEqual(paged, all.requests);
  for (const state of ["received", "acknowledged", "extended", "completed", "refused"]) {
    const { json: some } = await get(`?limit=1000&state=${state}`);
    const expected = all.requests.filter((one) => one.state === state);
    assert.deepEqual(some.requests, expected);
  }
  const closed = (await get("?limit=1000&state=closed")).json.requests.length;
  const stillOpen = (await get("?limit=1000&state=open")).json.requests.length;
  assert.equal(closed + stillOpen, all.requests.length);
  assert.ok(closed > 0);
  const until = "2026-12-15T00:00:00Z";
  const { json: soon } = await get(`?limit=1000&due_before=${until}`);
  const expected = all.requests.filter((one) => one.due_at < until);
  assert.deepEqual(soon.requests, expected);
  assert.ok(soon.requests.length > 0);
  for (const [query, pointer] of [
    ["state=done", "/state"],
    ["state=open&state=closed", "/state"],
    ["due_before=soon", "/due_before"],
    ["after=x", "/after"],
    ["limit=0", "/limit"],
    ["limit=1001", "/limit"],
    ["subject=anna", "/subject"],
  ]) {
    assertProblem(await get(`?${query}`), 422, pointer);
  }
});

test("an erasure is in the register as a request that was answered", async () => {
  const self = await grantor();
  const headers = { Authorization: `Consent ${self.token}`, Origin: "https://dialphone.com" };
  for (let times = 0; times < 2; times += 1) {
    const erased = await call(`${service.url}/v1/me`, { method: "DELETE", headers });
    assert.equal(erased.status, 200, erased.text);
  }
  const { json: own } = await get(`?subject=${self.subject}`);
  assert.equal(own.requests.length, 1);
  const [entry] = own.requests;
  assert.equal(entry.right, "erase");
  assert.equal(entry.state, "completed");
  assert.equal(entry.regime, "eu_gdpr");
  assert.equal(entry.subject, null);

  const { subject } = await grantor();
  const asked = await registered({ right: "erase", subject, note: canary });
  const path = `${service.internalUrl}/v1/subjects/${subject}/erase`;
  assert.equal((await call(path, { method: "POST", headers: bearer() })).status, 200);
  const { json: found } = await get(`?subject=${subject}`);
  assert.deepEqual(
    found.requests.map(({ id, state, note }) => ({ id, state, note })),
    [{ id: asked.id, state: "completed", note: null }],
  );
  assert.equal((await get(`?subject=${randomId()}`)).json.requests.length, 0);
});

test("a kill loses nothing, the log knows each change, and a backup holds them", async () => {
  const { json: held } = await get("?limit=1000");
  service.child.kill("SIGKILL");
  await service.stop();
  service = await open();
  assert.deepEqual((await get("?limit=1000")).json, held);
  const { json: audit } = await call(`${service.internalUrl}/v1/audit?zone=eu&limit=1000`, {
    headers: bearer(),
  });
  const logged = audit.entries.filter(({ kind }) => kind === "request");
  for (const { id, zone } of held.requests) {
    if (zone === "eu") assert.ok(logged.some((entry) => entry.id === id), id);
  }
  assert.ok(logged.every((entry) => !("detail" in entry) && entry.commitment.length === 64));
  await run(program, ["audit", "verify", "--data-dir", dataDir]);

  const inside = (name) => join(directory, name);
  const kept = ["--to", inside("backup"), "--keys-to", inside("keys")];
  await run(program, ["backup", "--data-dir", dataDir, ...kept]);
  await run(program, ["verify", "--data-dir", inside("backup")]);
  const from = ["--from", inside("backup"), "--keys-from", inside("keys"), "--erasures", "none"];
  await run(program, ["restore", "--data-dir", inside("restored"), ...from]);
  await run(program, ["verify", "--data-dir", inside("restored")]);
  await service.stop();
  const first = dataDir;
  dataDir = inside("restored");
  service = await open();
  assert.deepEqual((await get("?limit=1000")).json, held);
  await service.stop();
  dataDir = first;
  service = await open();
});

test("closed requests leave after their period, with the sweep; open ones never", async () => {
  const { json: held } = await get("?limit=1000");
  const ends = held.requests.filter((one) => one.closed_at).map((one) => one.kept_until);
  const last = ends.sort().at(-1);
  const sweep = (...options) =>
    run(program, ["retention", "sweep", "--data-dir", dataDir, ...options], {
      env: { ...process.env, ...clock.env },
    });
  await service.stop();
  await clock.set(Date.parse(last) + day);
  const stillOpen = held.requests.filter((one) => !one.closed_at).map(({ id }) => id);
  assert.match((await sweep("--dry-run", "on")).stdout, /^eu: .* \d+ closed requests would be/);
  assert.match((await sweep()).stdout, /^eu: .* \d+ closed requests destroyed/);
  service = await open();
  const { json: left } = await get("?limit=1000");
  assert.deepEqual(
    left.requests.map(({ id }) => id),
    stillOpen,
  );
  await run(program, ["audit", "verify", "--data-dir", dataDir]);
});

test("a shorter period is lifted to what the law of a request's regime asks", async () => {
  const site = join(directory, "site.jsonc");
  const bundled = await readFile(join(root, "server/site/dialphone.jsonc"), "utf8");
  await writeFile(site, bundled.replace("{", '{ "retention": { "requests": "2 months" },'));
  const checked = await run(program, ["check-config", "--site", site]);
  assert.match(checked.stdout, /^ok$/m);
  assert.match(checked.stderr, /requests is shorter .*24 months under us_ca_ccpa \(11 CCR 7101\)/);
  assert.match(checked.stderr, /all others are kept 2 months/);

  await service.stop();
  const first = dataDir;
  dataDir = join(directory, "shorter");
  key = await issueKey(dataDir, ["privacy"]);
  const options = ["--site", site];
  service = await startConsentd({ dataDir, key, env: clock.env, options });
  const closed = clock.now;
  const kept = new Map();
  for (const region of ["DE", "US-VA", "US-CA", "US-CO"]) {
    const { id } = await registered({ right: "access", region });
    const done = await patch(id, { state: "completed" });
    assert.equal(done.status, 200, done.text);
    kept.set(region, done.json);
  }
  const inMonths = (months) => {
    const date = new Date(closed);
    date.setUTCMonth(date.getUTCMonth() + months);
    return date.toISOString();
  };
  for (const [region, months] of Object.entries({ DE: 2, "US-VA": 2, "US-CA": 24, "US-CO": 24 })) {
    assert.equal(kept.get(region).kept_until, inMonths(months), region);
  }
  await service.stop();
  const leftAfter = async (months) => {
    await clock.set(Date.parse(inMonths(months)) + day);
    const sweep = ["retention", "sweep", "--data-dir", dataDir, ...options];
    await run(program, sweep, { env: { ...process.env, ...clock.env } });
    service = await startConsentd({ dataDir, key, env: clock.env, options });
    const { json: left } = await get();
    await service.stop();
    return left.requests.map((one) => one.region.subdivision ?? one.region.country).sort();
  };
  assert.deepEqual(await leftAfter(2), ["US-CA", "US-CO"]);
  assert.deepEqual(await leftAfter(24), []);
  dataDir = first;
});
