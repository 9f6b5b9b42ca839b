// The data subject's own rights, as a browser exercises them.

import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { waitForEvent } from "../support/pipeline.mjs";
import { assertProblem, pageView, Visitor } from "../support/visitor.mjs";

const origin = "https://dialphone.com";

let service;
before(async () => {
  service = await startConsentd({ scopes: ["check", "privacy"] });
});
after(() => service?.stop());

const me = (visitor, { method = "GET", path = "", headers = {} } = {}) =>
  call(`${service.url}/v1/me${path}`, {
    method,
    headers: { Authorization: `Consent ${visitor.token}`, ...headers },
  });

test("a visitor gets all that is held: records with their evidence, and events", async () => {
  const visitor = new Visitor(service, { headers: { Origin: origin } });
  const { record } = await visitor.decide("save");
  assert.equal((await visitor.send([pageView(), pageView({ url: "/about" })])).status, 202);
  await waitForEvent(service, ({ path }) => path === "/about");
  await visitor.decide("accept_all");
  const answer = await me(visitor);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers["cache-control"], "private, no-store");
  const { records, events, ...rest } = answer.json;
  const { subject } = visitor;
  assert.deepEqual(rest, { site: "dialphone.com", subject, zone: "eu", restricted: false });
  assert.equal(records.length, 2);
  const { kind, evidence, ...same } = records[0];
  assert.equal(kind, "decision");
  assert.deepEqual(same, record);
  assert.equal(evidence.origin, origin);
  assert.match(evidence.banner_build, /^sha256:[0-9a-f]{64}$/);
  assert.equal(evidence.previous, null);
  assert.equal(records[1].evidence.previous, record.id);
  assert.deepEqual(events.map(({ path }) => path).sort(), ["/about", "/pricing"]);
});

test("the cookie proves as much as the token", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("save");
  const headers = { Cookie: `dp_consent=${visitor.token}` };
  const answer = await call(`${service.url}/v1/me`, { headers });
  assert.equal(answer.json.subject, visitor.subject);
});

test("nothing is told without a token, and nothing to pages of others", async () => {
  assertProblem(await call(`${service.url}/v1/me`), 401);
  assertProblem(await me({ token: "1.x.y" }), 401);
  const visitor = new Visitor(service);
  await visitor.decide("save");
  const answer = await me(visitor, { headers: { Origin: "https://elsewhere.example" } });
  assert.equal(answer.headers["access-control-allow-origin"], undefined);
});

test("a service of the other zone names the one that has the subject", async (t) => {
  const visitor = new Visitor(service);
  await visitor.decide("save");
  const dataDir = await mkdtemp(join(tmpdir(), "consentd-"));
  await mkdir(join(dataDir, "keys"), { mode: 0o700 });
  await cp(join(service.dataDir, "keys/token.0.key"), join(dataDir, "keys/token.0.key"));
  const options = ["--zone", "us", "--zone-endpoint", "eu=https://eu.dialphone.example"];
  const american = await startConsentd({ dataDir, options });
  t.after(async () => {
    await american.stop();
    await rm(dataDir, { recursive: true });
  });
  const answer = await call(`${american.url}/v1/me`, {
    headers: { Authorization: `Consent ${visitor.token}` },
  });
  assertProblem(answer, 421);
  assert.match(answer.json.detail, /https:\/\/eu\.dialphone\.example\/v1\/me/);
});
