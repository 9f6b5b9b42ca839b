// The access log: what a route did, and nothing of who asked.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { call, callRaw } from "../support/http_call.mjs";
import { checkOf, site, Visitor } from "../support/visitor.mjs";

const requestsOf = (service) =>
  service
    .output()
    .split("\n")
    .filter((line) => line.includes('"event":"request"'))
    .map((line) => JSON.parse(line));

test("with a share of 1 every request has its line, under the id its answer has", async () => {
  const service = await startConsentd({ options: ["--access-log-sample", "1"] });
  const secrets = ["canary-agent", "canary-query", "canary-path", "81.2.69.142", "canary-id"];
  const headers = {
    "User-Agent": "canary-agent",
    "X-Forwarded-For": "81.2.69.142",
    "X-Request-Id": "canary-id",
  };
  const visitor = new Visitor(service, { headers });
  const { record } = await visitor.decide("accept_all");
  await checkOf(service, { subject: record.subject });
  const notice = await call(`${service.url}/v1/notice?site=${site}&x=canary-query`, { headers });
  const lost = await call(`${service.url}/canary-path`, { headers });
  const bad = await callRaw(service.url, "nonsense canary-path\r\n\r\n");
  await service.stop();

  const lines = requestsOf(service);
  const lineOf = (id) => lines.find(({ request }) => request === id);
  const of = lineOf(notice.headers["x-request-id"]);
  assert.deepEqual(
    Object.keys(of).sort(),
    "answer_bytes duration_us event level method request request_bytes route status time".split(
      " ",
    ),
  );
  assert.deepEqual([of.route, of.method, of.status], ["/v1/notice", "GET", 200]);
  assert.equal(of.answer_bytes, notice.bytes.length);
  assert.ok(of.duration_us > 0 && of.duration_us < 10_000_000);
  assert.equal(lineOf(lost.headers["x-request-id"]).status, 404);
  const badId = bad.match(/^X-Request-Id: ([0-9a-f]{32})\r$/m)?.[1];
  assert.deepEqual([lineOf(badId).route, lineOf(badId).status], ["", 400]);
  assert.equal(new Set(lines.map(({ request }) => request)).size, lines.length);
  for (const secret of [...secrets, record.subject, visitor.token]) {
    assert.ok(!service.output().includes(secret), secret);
  }
});

test("with a share of 0 there is none, and 0.2 takes about a fifth", async () => {
  for (const [share, least, most] of [
    ["0", 0, 0],
    ["0.2", 20, 160],
  ]) {
    const service = await startConsentd({ options: ["--access-log-sample", share] });
    for (let i = 0; i < 400; i += 1) await call(`${service.internalUrl}/healthz`);
    await service.stop();
    const { length } = requestsOf(service);
    assert.ok(length >= least && length <= most, `${share}: ${length} of 400`);
  }
});
