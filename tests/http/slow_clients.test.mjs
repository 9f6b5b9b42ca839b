// A crowd of slow clients costs memory, bounded, and nobody else's answer. tests/faults/ does the
// same with thousands, and looks at the time.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { residentKib, SlowClients, threadsOf } from "../support/slow_clients.mjs";
import { checkOf, randomId, Visitor } from "../support/visitor.mjs";

const kibPerConnectionMax = 40;

let service;
before(async () => {
  service = await startConsentd({ geoDatabases: [] });
});
after(async () => {
  if (service) assert.equal(await service.stop(), 0);
});

const portOf = (url) => Number(new URL(url).port);

async function answersAll() {
  for (let i = 0; i < 50; i += 1) {
    const { reason } = await checkOf(service, { subject: randomId() });
    assert.equal(reason, "no_record");
  }
  const { record } = await new Visitor(service).decide("accept_all");
  assert.equal((await checkOf(service, { subject: record.subject })).allowed, true);
}

test("idle, slow in sending header and body: bounded memory, no thread", async () => {
  await answersAll();
  const threads = threadsOf(service.child.pid);
  const resident = residentKib(service.child.pid);
  const slow = new SlowClients(portOf(service.internalUrl));
  try {
    await slow.hold("idle", 300);
    await slow.hold("header", 60);
    await slow.hold("body", 60);
    await answersAll();
    assert.equal(slow.open.size, 420);
    assert.equal(threadsOf(service.child.pid), threads);
    const each = (residentKib(service.child.pid) - resident) / slow.open.size;
    assert.ok(each < kibPerConnectionMax, `${each} KiB a connection`);
  } finally {
    slow.stop();
  }
});

test("answers that are not read: no thread, and everybody else is served", async () => {
  const threads = threadsOf(service.child.pid);
  const slow = new SlowClients(portOf(service.url));
  try {
    await slow.hold("reader", 60);
    await answersAll();
    assert.equal(threadsOf(service.child.pid), threads);
    assert.equal(slow.open.size, 60);
    assert.equal(slow.reopened, 0);
  } finally {
    slow.stop();
  }
});
