// Health, metrics, log, and how the process ends.

import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { issueKey, startConsentd } from "../support/consentd.mjs";
import { call, callRaw } from "../support/http_call.mjs";
import { assertProblem, checkOf, randomId, Visitor } from "../support/visitor.mjs";

let service;
before(async () => (service = await startConsentd({ scopes: ["check", "metrics"] })));
after(() => service?.stop());

const internal = (path, headers = {}) => call(`${service.internalUrl}${path}`, { headers });
const bearer = () => ({ Authorization: `Bearer ${service.key}` });

test("health and readiness need no key", async () => {
  for (const path of ["/healthz", "/readyz"]) {
    const { status, headers } = await internal(path);
    assert.equal(status, 200, path);
    assert.match(headers["cache-control"], /no-store/);
  }
});

test("metrics need the scope and name no visitor", async () => {
  assertProblem(await internal("/metrics"), 401);
  const checkOnly = await issueKey(service.dataDir, ["check"]);
  assertProblem(await internal("/metrics", { Authorization: `Bearer ${checkOnly}` }), 403);
  const visitor = new Visitor(service, { headers: { "X-Forwarded-For": "91.12.34.56" } });
  const { record } = await visitor.decide("accept_all");
  await checkOf(service, { subject: record.subject });
  await call(`${service.url}/never/${randomId()}`);
  const { status, headers, text } = await internal("/metrics", bearer());
  assert.equal(status, 200);
  assert.match(headers["content-type"], /^text\/plain; version=0\.0\.4/);
  assert.match(text, /^consent_decisions_total\{reason="granted"\} 1$/m);
  for (const secret of [record.subject, visitor.token, "91.12.34", "/never/"]) {
    assert.ok(!text.includes(secret), secret);
  }
  for (const line of text.trimEnd().split("\n")) {
    assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? -?[0-9.e+]+)$/, line);
  }
});

test("metrics tell of each route, of the queue, of connections and why they ended", async () => {
  await call(`${service.url}/v1/notice?site=dialphone.com`);
  await callRaw(service.url, "nonsense\r\n\r\n");
  const { text } = await internal("/metrics", bearer());
  const value = (sample) => {
    const line = text.split("\n").find((candidate) => candidate.startsWith(`${sample} `));
    assert.ok(line, `${sample} is missing`);
    return Number(line.split(" ").at(-1));
  };
  const route = 'route="/v1/notice"';
  assert.ok(value(`consent_http_requests_total{${route},method="GET",status="200"}`) >= 1);
  const count = value(`consent_request_duration_seconds_count{${route}}`);
  assert.ok(count >= 1);
  assert.equal(value(`consent_request_duration_seconds_bucket{${route},le="+Inf"}`), count);
  assert.ok(value(`consent_request_duration_seconds_sum{${route}}`) > 0);
  for (const listener of ["public", "internal"]) {
    assert.ok(value(`consent_requests_queued{listener="${listener}"}`) >= 0);
    assert.ok(value(`consent_connections_open{listener="${listener}"}`) >= 0);
    assert.ok(value(`consent_connections_accepted_total{listener="${listener}"}`) >= 1);
    for (const reason of [
      ...["full", "address", "evicted", "idle", "header_late", "body_late", "too_slow"],
      ...["write_late", "malformed", "proxy_header", "tls_handshake"],
    ]) {
      const labels = `{listener="${listener}",reason="${reason}"}`;
      const dropped = value(`consent_connections_dropped_total${labels}`);
      if (listener === "public" && reason === "malformed") assert.ok(dropped >= 1);
    }
  }
  for (const limit of ["network", "site"]) {
    assert.equal(value(`consent_rate_limited_total{limit="${limit}"}`), 0);
  }
});

test("keys are shown once and stored as a hash", async () => {
  const { findInData } = await import("../support/pipeline.mjs");
  assert.deepEqual(await findInData(service, [service.key]), []);
  assert.ok(!service.output().includes(service.key));
});

test("SIGTERM finishes what is in flight and ends with 0", async () => {
  const own = await startConsentd();
  const visitor = new Visitor(own);
  const body = await visitor.body("accept_all");
  const answers = Array.from({ length: 20 }, () => visitor.post({ ...body, event: undefined }));
  const recorded = visitor.post(body);
  await Promise.all(answers);
  assert.equal((await recorded).status, 201);
  const started = Date.now();
  assert.equal(await own.stop(), 0);
  assert.ok(Date.now() - started < 5000);
  assert.match(own.output(), /"level":"info"/);
});

test("SIGTERM waits for the rest of a request that has begun, and takes no new one", async () => {
  const own = await startConsentd();
  const visitor = new Visitor(own);
  const body = JSON.stringify(await visitor.body("accept_all"));
  const sent = request(`${own.url}/v1/consents`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Content-Length": body.length },
  });
  sent.write(body.slice(0, 100));
  await new Promise((resolve) => setTimeout(resolve, 200));
  own.child.kill("SIGTERM");
  for (let tries = 0; !own.output().includes('"stopping"'); tries += 1) {
    assert.ok(tries < 200, own.output());
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  let refused = false;
  for (let tries = 0; !refused && tries < 100; tries += 1) {
    refused = await call(`${own.url}/`).then(
      () => false,
      () => true,
    );
  }
  assert.ok(refused, "a new connection was answered");
  sent.end(body.slice(100));
  const [answer] = await once(sent, "response");
  assert.equal(answer.statusCode, 201);
  assert.equal(answer.headers.connection, "close");
  answer.resume();
  assert.equal(await own.stop(), 0);
});

test("idle connections do not hold up the end", async () => {
  const own = await startConsentd();
  const idle = Array.from({ length: 5 }, () => callRaw(own.url, "GET / HTTP/1.1\r\nHost: x\r\n"));
  await call(`${own.internalUrl}/healthz`);
  const started = Date.now();
  assert.equal(await own.stop(), 0);
  assert.ok(Date.now() - started < 15_000);
  await Promise.all(idle);
});

test("too many writes from one network are told to wait, others go on", async () => {
  const own = await startConsentd({ options: ["--rate-limit", "1", "--rate-burst", "5"] });
  try {
    const from = (address) => new Visitor(own, { headers: { "X-Forwarded-For": address } });
    const eager = from("203.0.113.5");
    const statuses = [];
    let refused;
    for (let i = 0; i < 8; i += 1) {
      const answer = await eager.post(await eager.body("reject_all"));
      statuses.push(answer.status);
      if (answer.status === 429) refused = answer;
    }
    assert.deepEqual(statuses.slice(0, 5), Array(5).fill(201));
    assertProblem(refused, 429);
    assert.ok(Number(refused.headers["retry-after"]) >= 1);
    const neighbour = from("203.0.113.200");
    assert.equal((await neighbour.post(await neighbour.body("reject_all"))).status, 429);
    const other = from("198.51.100.5");
    assert.equal((await other.post(await other.body("reject_all"))).status, 201);
    assert.equal((await eager.notice()).status, 200, "reading is not held up");
  } finally {
    await own.stop();
  }
});

test("the log holds one JSON object a line and no visitor", async () => {
  const lines = service
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  assert.ok(lines.length > 0);
  for (const line of lines) assert.ok(JSON.parse(line).time, line);
});
