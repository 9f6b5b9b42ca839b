// POST /v1/events: what is sent, decided on at arrival, kept pseudonymised or dropped.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { events } from "../support/pipeline.mjs";
import { assertProblem, pageView, randomId, site, Visitor } from "../support/visitor.mjs";

let service;
before(async () => (service = await startConsentd()));
after(() => service?.stop());

const eventsUrl = () => `${service.url}/v1/events`;
const kept = async (marker) =>
  (await events(service)).filter((event) => event.path === `/${marker}`);
let markers = 0;
const marked = (changes = {}) => {
  markers += 1;
  const marker = `page-${markers}`;
  return { marker, event: pageView({ url: `https://dialphone.com/${marker}`, ...changes }) };
};

async function granted(options) {
  const visitor = new Visitor(service, options);
  await visitor.decide("accept_all");
  return visitor;
}

test("with a grant an event is kept in the closed schema", async () => {
  const visitor = await granted({
    headers: {
      "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    },
  });
  const time = new Date().toISOString();
  const campaign = "utm_source=newsletter&utm_medium=email&utm_campaign=spring&gclid=abc";
  const { marker, event } = marked({ time, duration_ms: 42_000, secret: "x", ip: "203.0.113.9" });
  event.url += `?${campaign}#top`;
  event.referrer = "https://news.example/story?id=1";
  event.session = randomId();
  const answer = await visitor.send([event]);
  assert.equal(answer.status, 202, answer.text);
  assert.deepEqual(answer.json, { accepted: 1, dropped: {} });
  const [stored] = await kept(marker);
  const { visitor: pseudonym, session, ...rest } = stored;
  assert.match(pseudonym, /^[\w-]{22}$/);
  assert.match(session, /^[\w-]{22}$/);
  assert.notEqual(pseudonym, visitor.subject);
  assert.notEqual(session, event.session);
  assert.deepEqual(rest, {
    ...{ schema: 1, site, type: "page_view", time: `${time.slice(0, 19)}Z`, path: `/${marker}` },
    campaign: { source: "newsletter", medium: "email", name: "spring" },
    ...{ referrer: "news.example", duration: "30-60s", browser: "Firefox", browser_major: 140 },
    ...{ os: "Linux", device: "desktop", country: "DE", subdivision: null },
    ...{ policy: visitor.shown.policy.version, basis: "consent", key_epoch: time.slice(0, 10) },
  });
});

test("a pseudonym is the visitor's own, and stays within the day and site", async () => {
  const [one, other] = [await granted(), await granted()];
  const sent = [marked(), marked(), marked()];
  await one.send([sent[0].event, sent[1].event]);
  await other.send([sent[2].event]);
  const pseudonyms = [];
  for (const { marker } of sent) pseudonyms.push((await kept(marker))[0].visitor);
  assert.equal(pseudonyms[0], pseudonyms[1]);
  assert.notEqual(pseudonyms[0], pseudonyms[2]);
});

test("without a token the region decides", async () => {
  const outcome = async (region, gpc) => {
    const { marker, event } = marked();
    const { json } = await new Visitor(service, { region, gpc }).send([event]);
    return { ...json, stored: await kept(marker) };
  };
  for (const region of ["DE", "", "BR", "CA", "CA-QC"]) {
    const { stored, ...answer } = await outcome(region);
    assert.deepEqual(answer, { accepted: 0, dropped: { no_record: 1 } }, region);
    assert.deepEqual(stored, []);
  }
  const signal = await outcome("US-CA", true);
  assert.deepEqual(signal.dropped, { gpc: 1 });
  const { stored, accepted } = await outcome("US-CA");
  assert.equal(accepted, 1);
  assert.equal(stored[0].basis, "opt_out_default");
  assert.equal(stored[0].visitor, null);
  assert.equal(stored[0].subdivision, "US-CA");
});

test("a refusal in the token or cookie is never overlooked", async () => {
  const visitor = new Visitor(service, { region: "US-CA" });
  const { token } = await visitor.decide("reject_all");
  const inBody = await visitor.send([marked().event]);
  assert.deepEqual(inBody.json, { accepted: 0, dropped: { opted_out: 1 } });
  const cookie = { headers: { Cookie: `dp_consent=${token}` }, token: null };
  assert.deepEqual((await visitor.send([marked().event], cookie)).json.dropped, { opted_out: 1 });
  for (const forged of ["x", token.slice(0, -1), ""]) {
    const { json } = await visitor.send([marked().event], {
      token: null,
      ...{ token: forged || "." },
    });
    assert.deepEqual(json.dropped, { invalid_token: 1 });
  }
});

test("a withdrawal stops the next event, with the old token too", async () => {
  const visitor = await granted();
  const old = visitor.token;
  assert.equal((await visitor.send([marked().event])).json.accepted, 1);
  await visitor.decide("withdraw");
  const { marker, event } = marked();
  assert.deepEqual((await visitor.send([event], { token: old })).json.dropped, { withdrawn: 1 });
  assert.deepEqual((await visitor.send([event])).json.dropped, { withdrawn: 1 });
  assert.deepEqual(await kept(marker), []);
});

test("a grant without analytics keeps no event", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("save", { choices: { analytics: "denied", marketing: "granted" } });
  assert.deepEqual((await visitor.send([marked().event])).json.dropped, { refused: 1 });
});

test("each event for itself: bad and late ones are counted, the others kept", async () => {
  const visitor = await granted();
  const good = marked();
  const hours = (count) => new Date(Date.now() + count * 3600e3).toISOString();
  const bad = [
    pageView({ type: "click" }),
    pageView({ type: 1 }),
    pageView({ time: "yesterday" }),
    pageView({ time: undefined }),
    pageView({ time: hours(30) }),
    pageView({ url: undefined }),
    pageView({ url: "javascript:alert(1)" }),
    pageView({ url: 7 }),
    pageView({ session: "short" }),
    pageView({ duration_ms: -1 }),
    pageView({ duration_ms: "5300" }),
    pageView({ type: "custom" }),
    pageView({ type: "custom", name: "jane@example.org" }),
    ...[null, 1, "x", []],
  ];
  const { json } = await visitor.send([...bad, good.event, pageView({ time: hours(-49) })]);
  assert.deepEqual(json, { accepted: 1, dropped: { invalid_event: bad.length, late: 1 } });
  assert.equal((await kept(good.marker)).length, 1);
});

test("every type of event", async () => {
  const visitor = await granted();
  const types = ["page_view", "session_end", "form_submit"];
  const { marker, event } = marked();
  const sent = [
    ...types.map((type) => ({ ...event, type })),
    { ...event, type: "custom", name: "cta" },
  ];
  assert.equal((await visitor.send(sent)).json.accepted, 4);
  const stored = await kept(marker);
  assert.deepEqual(
    stored.map(({ type }) => type),
    [...types, "custom"],
  );
  assert.equal(stored[3].name, "cta");
});

test("sendBeacon's text/plain is the same JSON", async () => {
  const visitor = await granted();
  const { marker, event } = marked();
  const body = JSON.stringify({ site, token: visitor.token, events: [event] });
  const post = (type) =>
    call(eventsUrl(), { method: "POST", headers: { "Content-Type": type }, body });
  assert.equal((await post("text/plain;charset=UTF-8")).status, 202);
  assert.equal((await kept(marker)).length, 1);
  const refused = await post("application/x-www-form-urlencoded");
  assertProblem(refused, 415);
  assert.match(refused.json.detail, /application\/json or text\/plain/);
});

test("a hundred events, one more, too many bytes, and none", async () => {
  const visitor = await granted();
  const many = (count) => Array.from({ length: count }, () => pageView());
  assert.deepEqual((await visitor.send(many(100))).json, { accepted: 100, dropped: {} });
  assertProblem(await visitor.send(many(101)), 422, "/events");
  assert.deepEqual((await visitor.send([])).json, { accepted: 0, dropped: {} });
  assertProblem(await visitor.send([pageView({ url: `/${"x".repeat(66_000)}` })]), 413);
});

test("a body that is none", async () => {
  const post = (body) => call(eventsUrl(), { method: "POST", body });
  assertProblem(await post({ events: [] }), 422, "/site");
  assertProblem(await post({ site: "other.example", events: [] }), 422, "/site");
  assertProblem(await post({ site }), 422, "/events");
  assertProblem(await post({ site, events: {} }), 422, "/events");
  assertProblem(await post({ site, events: [], extra: 1 }), 422, "/extra");
  assertProblem(await post({ site, events: [], token: 1 }), 422, "/token");
  const broken = { method: "POST", headers: { "Content-Type": "application/json" }, body: "{" };
  assertProblem(await call(eventsUrl(), broken), 400);
  const foreign = { method: "POST", headers: { Origin: "https://evil.example" } };
  assertProblem(await call(eventsUrl(), { ...foreign, body: { site, events: [] } }), 403);
});
