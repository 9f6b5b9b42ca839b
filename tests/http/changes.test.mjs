// A pipeline that keeps a copy of who consented: it reads every change once, also across restarts
// and zones, and hears of a withdrawal while it waits.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { issueKey, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { assertProblem, checkOf, Visitor } from "../support/visitor.mjs";

let dataDir;
let service;
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "consentd-changes-"));
  service = await startConsentd({ dataDir });
});
after(async () => {
  await service?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const ask = (query, key = service.key) =>
  call(`${service.internalUrl}/v1/changes?${new URLSearchParams(query)}`, {
    headers: { Authorization: `Bearer ${key}` },
  });

async function read(after, query = {}) {
  const answer = await ask({ ...(after ? { after } : {}), ...query });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers["content-type"], "application/x-ndjson");
  assert.ok(answer.text.endsWith("\n"));
  const lines = answer.text.trimEnd().split("\n").map(JSON.parse);
  return { changes: lines.slice(0, -1), ...lines.at(-1) };
}

test("across restarts and zones nothing is missed and nothing comes twice", async () => {
  const copy = new Map();
  const sequences = new Set();
  let cursor;
  const follow = async () => {
    let more = true;
    while (more) {
      const page = await read(cursor, { limit: "3" });
      for (const change of page.changes) {
        const place = `${change.zone} ${change.sequence}`;
        assert.ok(!sequences.has(place), place);
        sequences.add(place);
        copy.set(change.subject, change.now.analytics);
      }
      ({ cursor, more } = page);
    }
  };
  const visitors = [];
  for (const region of ["DE", "US-TX", "FR", "US-CA", "DE"]) {
    const visitor = new Visitor(service, { region });
    await visitor.decide("accept_all");
    visitors.push({ visitor, subject: visitor.subject });
  }
  await follow();
  await service.stop();
  service = await startConsentd({ dataDir, key: service.key });
  for (const { visitor } of visitors) visitor.service = service;
  await visitors[0].visitor.decide("withdraw");
  await visitors[3].visitor.decide("withdraw");
  await follow();
  assert.equal(sequences.size, 7);
  for (const { subject } of visitors) {
    assert.deepEqual(copy.get(subject), await checkOf(service, { subject }));
  }
  await follow();
  assert.equal(sequences.size, 7);
});

test("who waits is answered by the next change, and only then", async () => {
  const { cursor } = await read();
  const visitor = new Visitor(service);
  const begun = Date.now();
  const waiting = read(cursor, { wait: "30" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await visitor.decide("accept_all");
  const page = await waiting;
  assert.ok(Date.now() - begun >= 300);
  assert.ok(Date.now() - begun < 10_000);
  assert.deepEqual(
    page.changes.map(({ subject }) => subject),
    [visitor.subject],
  );
  const started = Date.now();
  const empty = await read(page.cursor, { wait: "1" });
  assert.ok(Date.now() - started >= 1000);
  assert.deepEqual([empty.changes, empty.cursor, empty.more], [[], page.cursor, false]);
});

test("those who wait never hold up a check; too many are turned away", async () => {
  const { cursor } = await read();
  const waiting = Array.from({ length: 16 }, () => ask({ after: cursor, wait: "30" }));
  const refused = [];
  for (const poll of waiting) poll.then((answer) => answer.status === 503 && refused.push(answer));
  const deadline = Date.now() + 10_000;
  while (refused.length < 12 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(refused.length, 12);
  for (const answer of refused) {
    assertProblem(answer, 503);
    assert.equal(answer.headers["retry-after"], "5");
  }
  const begun = Date.now();
  const checks = Array.from({ length: 32 }, () => checkOf(service, { subject: "A".repeat(22) }));
  await Promise.all(checks);
  assert.ok(Date.now() - begun < 5000);
  // One without wait is answered, and the others end with the service.
  assert.deepEqual((await read(cursor)).changes, []);
  const stopping = Date.now();
  assert.equal(await service.stop(), 0);
  assert.ok(Date.now() - stopping < 8000);
  const statuses = (await Promise.all(waiting)).map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 200).length, 4);
  service = await startConsentd({ dataDir, key: service.key });
});

test("a process that holds one zone tells of that one, and keeps the other's place", async () => {
  const { cursor } = await read(undefined, { zone: "eu" });
  await service.stop();
  service = await startConsentd({ dataDir, key: service.key, options: ["--zone", "us"] });
  assertProblem(await ask({ zone: "eu" }), 421);
  const american = await read(cursor);
  assert.deepEqual([...new Set(american.changes.map(({ zone }) => zone))], ["us"]);
  await service.stop();
  service = await startConsentd({ dataDir, key: service.key });
  assert.deepEqual((await read(american.cursor)).changes, []);
});

test("a key of another scope does not read them, and a bad query is named", async () => {
  assertProblem(await ask({}, await issueKey(dataDir, ["events", "metrics"])), 403);
  assertProblem(await ask({}, "x"), 401);
  assertProblem(await ask({ after: "x" }), 422, "/after");
  assertProblem(await ask({ wait: "600" }), 422, "/wait");
});
