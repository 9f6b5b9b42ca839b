// A page of the ledger's file is damaged while the service runs: who is on it is not answered and
// not stored, everybody else is, the place that says why names it, and when it is whole again
// everything goes on by itself.

import assert from "node:assert/strict";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { assertProblem, checkOf, Visitor } from "../support/visitor.mjs";

const pageBytes = 4096;
const crowd = 120; // subjects, on several pages
const spoiltBytes = 64;

// Pages of the table of subjects: leaves of an index (0x0a), of rows so long that few find room.
// Those of indices of records hold several times as many.
function pagesOfSubjects(bytes) {
  const pages = [];
  for (let at = pageBytes; at < bytes.length; at += pageBytes) {
    const cells = bytes.readUInt16BE(at + 3);
    if (bytes[at] === 0x0a && cells >= 6 && cells <= 40) pages.push(at);
  }
  return pages;
}

async function comesTrue(what, happens) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (await happens()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what} did not come true`);
}

async function write(path, at, bytes) {
  const file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
}

test("a damaged page is 503 for who is on it, is named, and is over when it is whole", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "consentd-damaged-"));
  const options = ["--rate-burst", "1000000"];
  let service = await startConsentd({ dataDir, options });
  try {
    const visitors = Array.from({ length: crowd }, () => new Visitor(service));
    for (const visitor of visitors) await visitor.decide("accept_all");
    const { key } = service;
    await service.stop();
    service = await startConsentd({ dataDir, key, options });
    for (const visitor of visitors) visitor.service = service;
    const path = join(dataDir, "zones/eu/ledger.sqlite");
    const bytes = await readFile(path);
    const [damaged] = pagesOfSubjects(bytes);
    assert.ok(damaged, "the file has a page of subjects");
    await write(path, damaged, Buffer.alloc(spoiltBytes, 0xee));

    const readyz = () => call(`${service.internalUrl}/readyz`);
    assert.equal((await readyz()).status, 200, "nobody has read it yet");
    const there = [];
    const onIt = [];
    for (const visitor of visitors) {
      const { allowed, reason } = await checkOf(service, { subject: visitor.subject });
      assert.equal(allowed, reason === "granted");
      (allowed ? there : onIt).push(visitor);
    }
    assert.ok(onIt.length > 2, `${onIt.length} are on the page`);
    assert.ok(there.length > crowd / 2, `${there.length} are not`);

    const refused = await onIt[0].post(await onIt[0].body("withdraw"));
    assertProblem(refused, 503);
    assert.ok(Number(refused.headers["retry-after"]) > 0);
    assert.ok(!refused.text.includes(dataDir), "a visitor is told no paths");
    const named = new RegExp(`[Pp]age ${damaged / pageBytes + 1}\\b`);
    await comesTrue("the page's name in /readyz", async () => named.test((await readyz()).text));
    const ready = await readyz();
    assertProblem(ready, 503);
    assert.match(ready.json.detail, /^The ledger cannot store: /);
    assert.ok(ready.json.detail.includes(path), ready.text);
    assert.match(ready.json.detail, /restore it from a backup/);
    assert.match(service.output(), /"event":"ledger_failed"/);
    assert.equal((await call(`${service.internalUrl}/healthz`)).status, 200);

    const headers = { Authorization: `Consent ${there[0].token}` };
    assert.equal((await call(`${service.url}/v1/me`, { headers })).status, 200);
    const leaving = await there[0].post(await there[0].body("withdraw"));
    assert.equal(leaving.status, 201, leaving.text);
    assert.equal((await checkOf(service, { subject: there[0].subject })).reason, "withdrawn");
    assert.equal((await checkOf(service, { subject: there[1].subject })).reason, "granted");

    await write(path, damaged, bytes.subarray(damaged, damaged + spoiltBytes));
    await comesTrue("/readyz", async () => (await readyz()).status === 200);
    for (const visitor of onIt) {
      assert.equal((await checkOf(service, { subject: visitor.subject })).reason, "granted");
    }
    const stored = await onIt[0].post(await onIt[0].body("withdraw"));
    assert.equal(stored.status, 201, stored.text);
    assert.equal((await checkOf(service, { subject: onIt[0].subject })).reason, "withdrawn");
  } finally {
    await service.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
