// What changes with time alone: tickets, lifetimes, pseudonyms and their keys, policy versions.

import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { MovableClock } from "../support/movable_clock.mjs";
import { events } from "../support/pipeline.mjs";
import {
  assertProblem,
  checkOf,
  edgeHeaders,
  eventId,
  pageView,
  randomId,
  Visitor,
} from "../support/visitor.mjs";

const start = Date.parse("2026-11-23T10:00:00Z");
const hour = 3600e3;
const day = 24 * hour;
let clock;
let service;

before(async () => {
  clock = await MovableClock.create();
  await clock.set(start);
  service = await startConsentd({ env: clock.env });
});
after(async () => {
  await service?.stop();
  await clock?.remove();
});

const rightNow = () => ({
  event: eventId(clock.now.getTime()),
  client_time: clock.now.toISOString(),
});
const decideNow = (visitor, action) => visitor.decide(action, rightNow());
const viewNow = (changes) => pageView({ time: clock.now.toISOString(), ...changes });

test("a ticket holds for 24 hours", async () => {
  await clock.set(start);
  const visitor = new Visitor(service);
  await visitor.notice();
  await clock.set(start + day - 1000);
  assert.equal((await visitor.post(await visitor.body("accept_all", rightNow()))).status, 201);
  await clock.set(start + day + 1000);
  assertProblem(await visitor.post(await visitor.body("accept_all", rightNow())), 409);
  visitor.token = null;
  const withdrawal = await visitor.post(await visitor.body("withdraw", rightNow()));
  assert.equal(withdrawal.status, 201, "leaving is never made harder");
});

test("a ticket from before the clock was put back leads to the notice again", async () => {
  await clock.set(start + day);
  const visitor = new Visitor(service);
  await visitor.notice();
  await clock.set(start);
  assertProblem(await visitor.post(await visitor.body("accept_all", rightNow())), 409);
  await visitor.notice();
  assert.equal((await visitor.post(await visitor.body("accept_all", rightNow()))).status, 201);
});

test("a grant ends after 182 days, to the second, whoever comes back in between", async () => {
  await clock.set(start);
  const visitor = new Visitor(service);
  const { record } = await decideNow(visitor, "accept_all");
  const end = Date.parse(record.expires_at);
  assert.equal(end, start + 182 * day);
  for (const time of [start + 100 * day, start + 181 * day, end - 1000]) {
    await clock.set(time);
    await visitor.notice();
    const { allowed, expires_at: expiresAt } = await checkOf(service, { subject: record.subject });
    assert.equal(allowed, true);
    assert.equal(Date.parse(expiresAt), end);
  }
  await clock.set(end);
  assert.equal((await checkOf(service, { subject: record.subject })).reason, "expired");
  assert.deepEqual((await visitor.send([viewNow()])).json.dropped, { expired: 1 });
});

test("refusal tokens are one a day", async () => {
  const refusal = async (time) => {
    await clock.set(time);
    return (await decideNow(new Visitor(service), "reject_all")).token;
  };
  const midnight = Date.parse("2026-11-24T00:00:00Z");
  const morning = await refusal(midnight);
  assert.equal(await refusal(midnight + day - 1000), morning);
  assert.notEqual(await refusal(midnight + day), morning);
});

test("a pseudonym ends with its day", async () => {
  const visitor = new Visitor(service);
  const first = start + 400 * day;
  await clock.set(first);
  await decideNow(visitor, "accept_all");
  const pseudonyms = [];
  for (const time of [first, first + hour, first + day]) {
    await clock.set(time);
    assert.equal((await visitor.send([viewNow()])).json.accepted, 1);
    const found = (await events(service)).filter(
      (event) => event.time === clock.now.toISOString().replace(".000", ""),
    );
    pseudonyms.push(found.at(-1).visitor);
  }
  assert.equal(pseudonyms[0], pseudonyms[1]);
  assert.notEqual(pseudonyms[0], pseudonyms[2]);
});

test("keys of days long over are destroyed at start", async () => {
  const own = await MovableClock.create();
  const dataDir = await mkdtemp(join(tmpdir(), "consentd-keys-"));
  const keys = async () => (await readdir(join(dataDir, "keys", "pseudonym"))).join();
  const during = async (time, use) => {
    await own.set(time);
    const running = await startConsentd({ env: own.env, dataDir });
    try {
      return await use(running);
    } finally {
      await running.stop();
    }
  };
  try {
    await during(start, async (running) => {
      const visitor = new Visitor(running, { region: "US-CA" });
      const view = pageView({ time: own.now.toISOString(), session: randomId() });
      assert.equal((await visitor.send([view])).json.accepted, 1);
      assert.ok((await keys()).includes("2026-11-23"));
    });
    const within = await during(start + 2 * day, keys);
    assert.ok(within.includes("2026-11-23"), "within 48 hours of the day's end");
    assert.ok(!(await during(start + 4 * day, keys)).includes("2026-11-23"));
  } finally {
    await own.remove();
    await rm(dataDir, { recursive: true, force: true });
  }
});

test("events older than 48 hours are dropped, younger ones keep their day", async () => {
  await clock.set(start + 410 * day);
  const visitor = new Visitor(service);
  await decideNow(visitor, "accept_all");
  const ago = (milliseconds) => new Date(clock.now - milliseconds).toISOString();
  const { json } = await visitor.send([
    viewNow({ time: ago(48 * hour + 1000) }),
    viewNow({ time: ago(48 * hour) }),
    viewNow({ time: ago(47 * hour), url: "/young" }),
  ]);
  assert.equal(json.accepted + json.dropped.late, 3);
  assert.ok(json.dropped.late >= 1);
  const young = (await events(service)).find((event) => event.path === "/young");
  assert.equal(young.key_epoch, ago(47 * hour).slice(0, 10));
});

test("a policy that takes effect is announced, then asked for anew", async () => {
  const site = "vectors.test";
  const file = fileURLToPath(new URL("../vectors/site.json", import.meta.url));
  const own = await MovableClock.create();
  await own.set("2026-10-31T23:00:00Z");
  const other = await startConsentd({ env: own.env, options: ["--site", file] });
  try {
    const noticeNow = async () => {
      const url = `${other.url}/v1/notice?site=${site}&language=en`;
      return (await call(url, { headers: edgeHeaders("DE") })).json;
    };
    const before = await noticeNow();
    assert.equal(before.policy.version, 6);
    assert.deepEqual(before.policy.upcoming, {
      ...{ version: 7, effective_at: "2026-11-01T00:00:00.000Z" },
    });
    await own.set("2026-11-01T00:00:00Z");
    const body = {
      ...{ site, event: eventId(own.now.getTime()), subject: null, ticket: before.ticket },
      ...{ notice: before.notice.id, policy: 6, language: "en", action: "accept_all" },
      ...{ choices: { analytics: "granted", marketing: "granted" }, layer: "banner", gpc: false },
    };
    const post = () => call(`${other.url}/v1/consents`, { method: "POST", body });
    assertProblem(await post(), 409);
    const now = await noticeNow();
    assert.equal(now.policy.version, 7);
    assert.notEqual(now.notice.id, before.notice.id);
    const old = await call(`${other.url}/v1/notices/${before.notice.id}`);
    assert.equal(old.status, 200, "what was shown stays retrievable");
  } finally {
    await other.stop();
    await own.remove();
  }
});
