// No raw address, no raw user agent, no identifier of somebody who refused: in no file, answer,
// log line or metric.

import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { dataFiles, events, findInData } from "../support/pipeline.mjs";
import { pageView, Visitor } from "../support/visitor.mjs";

let service;
before(async () => {
  service = await startConsentd({ scopes: ["check", "metrics"] });
});
after(() => service?.stop());

// An address in every form it could be written down.
const address = "91.12.34.56";
const addressForms = [
  address,
  "91.12.34.0",
  "91.12.34",
  "5b0c2238",
  "5B0C2238",
  String(0x5b0c2238),
  Buffer.from([91, 12, 34, 56]),
  Buffer.from([56, 34, 12, 91]),
];
const userAgent = "Mozilla/5.0 (X11; Linux x86_64; CanaryOS) Gecko/20100101 Firefox/140.0 Canary/7";
const canaries = ["canary", "Canary", "jane@example.org", "jane%40example.org", "s3cret-parameter"];
const headers = { "X-Forwarded-For": address, "User-Agent": userAgent };

// Everything a visitor can cause: answers are returned as text.
async function visitEverything() {
  const texts = [];
  const visitor = new Visitor(service, { headers });
  delete visitor.headers["X-Geo-Country"];
  texts.push((await visitor.notice()).text);
  const answer = await visitor.post(await visitor.body("accept_all"));
  texts.push(answer.text);
  visitor.token = answer.json.token;
  visitor.subject = answer.json.record.subject;
  const url = "https://jane:pass@dialphone.com/u/jane@example.org?q=s3cret-parameter#canary";
  const referrer = "https://canary.example/jane@example.org?u=s3cret-parameter";
  texts.push(
    (await visitor.send([pageView({ url, referrer: `https://ok.example/${referrer}` })])).text,
  );
  texts.push((await visitor.send([pageView({ url: "canary" })])).text);
  texts.push((await visitor.post({ site: "canary", language: "jane@example.org" })).text);
  texts.push((await visitor.post('{"canary')).text);
  for (const path of [
    "/canary?x=jane@example.org",
    "/v1/notices/canary",
    "/v1/notice?site=canary",
  ]) {
    texts.push((await call(`${service.url}${path}`, { headers })).text);
  }
  const query = "site=dialphone.com&purpose=analytics&subject=canary";
  const bearer = { ...headers, Authorization: `Bearer ${service.key}` };
  texts.push((await call(`${service.internalUrl}/v1/check?${query}`, { headers: bearer })).text);
  texts.push((await call(`${service.internalUrl}/metrics`, { headers: bearer })).text);
  return { visitor, texts };
}

test("address and user agent are in no answer, file, log or metric", async () => {
  const { visitor, texts } = await visitEverything();
  const [event] = await events(service);
  assert.equal(event.country, "DE", "the address was used");
  assert.equal(event.browser, "Firefox", "and the user agent");
  assert.equal(event.path, "/u/:email");
  assert.deepEqual(await findInData(service, [...addressForms, ...canaries, "x86_64"]), []);
  const printed = service.output();
  for (const needle of [...addressForms.filter((form) => typeof form === "string"), ...canaries]) {
    assert.ok(!printed.includes(needle), `${needle} in the log`);
    for (const text of texts) assert.ok(!text.includes(needle), `${needle} in ${text}`);
  }
  const inEvents = (await events(service)).map((one) => JSON.stringify(one)).join("\n");
  assert.ok(!inEvents.includes(visitor.subject), "events name no subject");
  assert.ok(!inEvents.includes(visitor.token));
  assert.ok(!printed.includes(visitor.subject) && !printed.includes(visitor.token));
});

test("a refusal leaves nothing that belongs to one person", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "consentd-refused-"));
  const own = await startConsentd({ dataDir });
  try {
    const refused = [];
    for (const [action, options] of [
      ["reject_all", {}],
      ["reject_all", { region: "US-CA" }],
      ["gpc", { region: "US-CA", gpc: true }],
      ["withdraw", {}],
    ]) {
      const visitor = new Visitor(own, { headers, ...options });
      const body = await visitor.body(action);
      const answer = await visitor.post(body);
      assert.equal(answer.json.record.subject, null);
      await visitor.send([pageView()], { token: answer.json.token });
      const bytes = Buffer.from(body.event.replaceAll("-", ""), "hex");
      const id = Buffer.from(answer.json.record.id.replaceAll("-", ""), "hex");
      refused.push(body.event, bytes, answer.json.record.id, id, answer.json.token, body.ticket);
    }
    assert.equal(await own.stop(), 0);
    assert.ok((await dataFiles(own)).length > 3, "the files are there to be searched");
    assert.deepEqual(await events(own), []);
    assert.deepEqual(await findInData(own, refused), []);
  } finally {
    await own.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});

test("files under the data directory are for their owner only", async () => {
  await visitEverything();
  for (const { path } of await dataFiles(service)) {
    const { mode } = await stat(path);
    assert.equal(mode & 0o077, 0, `${path} is ${(mode & 0o777).toString(8)}`);
  }
  assert.equal((await stat(service.dataDir)).mode & 0o077, 0);
});
