// POST /v1/pseudonymize: raw events in, pseudonymised ones out, in order, and nothing kept.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { issueKey, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { events, findInData } from "../support/pipeline.mjs";
import { assertProblem, pageView, randomId, site, Visitor } from "../support/visitor.mjs";

const address = "91.12.34.56"; // Germany
const userAgent = "Mozilla/5.0 (X11; Linux x86_64; CanaryOS) Gecko/20100101 Firefox/140.0 Canary/7";
const marker = "canary-path";
const url = `https://dialphone.com/${marker}?secret=canary-secret`;

let service;
before(async () => (service = await startConsentd({ scopes: ["events"] })));
after(() => service?.stop());

const post = (body, key = service.key) =>
  call(`${service.internalUrl}/v1/pseudonymize`, {
    ...{ method: "POST", headers: { Authorization: `Bearer ${key}` }, body },
  });
const resultsOf = async (sent, shared = {}) => {
  const answer = await post({ site, ...shared, events: sent });
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers["cache-control"], /no-store/);
  return answer.json.results;
};
const raw = (changes) => pageView({ url, ip: address, user_agent: userAgent, ...changes });

test("in order, a reason where there is no event, the ids of POST /v1/events", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("accept_all");
  const session = randomId();
  const results = await resultsOf([
    raw({ token: visitor.token, session }),
    raw({}),
    raw({ subject: visitor.subject, session }),
    raw({ token: "1.x.y" }),
    { type: "nothing" },
    raw({ token: visitor.token, time: new Date(Date.now() - 49 * 3_600_000).toISOString() }),
  ]);
  const reasons = results.map(({ reason }) => reason);
  const expected = ["granted", "no_record", "granted", "invalid_token", "invalid_event", "late"];
  assert.deepEqual(reasons, expected);
  for (const [i, { event }] of results.entries()) {
    assert.equal(event === null, ![0, 2].includes(i), `event ${i}`);
  }
  const [{ event }] = results;
  assert.equal(event.browser, "Firefox");
  assert.equal(event.country, "DE");
  assert.equal(event.path, `/${marker}`);
  assert.equal(results[2].event.visitor, event.visitor);

  await visitor.send([pageView({ url: "https://dialphone.com/beside", session })]);
  const [stored] = (await events(service)).filter(({ path }) => path === "/beside");
  assert.equal(stored.visitor, event.visitor);
  assert.equal(stored.session, event.session);
});

test("nothing of a request is in a file, an answer or the log", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("accept_all");
  const answer = await post({ site, events: [raw({ token: visitor.token }), raw({})] });
  const needles = [address, "91.12.34", "Canary/7", "CanaryOS", "canary-secret"];
  assert.deepEqual(await findInData(service, [...needles, marker]), []);
  for (const needle of needles) {
    assert.ok(!answer.text.includes(needle), `${needle} in the answer`);
    assert.ok(!service.output().includes(needle), `${needle} in the log`);
  }
});

test("a withdrawal stops the very next event", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("accept_all");
  const { token, subject } = visitor;
  assert.equal((await resultsOf([raw({})], { token }))[0].reason, "granted");
  await visitor.decide("withdraw");
  const after = await resultsOf([raw({ token }), raw({ subject })]);
  assert.deepEqual(after, Array(2).fill({ event: null, reason: "withdrawn" }));
});

test("keys, scopes and bodies that are none", async () => {
  assertProblem(await post({ site, events: [] }, "nobody"), 401);
  const other = await issueKey(service.dataDir, ["check"]);
  assertProblem(await post({ site, events: [] }, other), 403);
  assertProblem(await post({ site: "other.example", events: [] }), 422, "/site");
  assertProblem(await post({ site, events: [], extra: 1 }), 422, "/extra");
  assertProblem(await post({ site }), 422, "/events");
});
