// A crowd of slow clients costs memory, bounded, and nobody else's answer. tests/faults/ does the
// same with thousands, and looks at the time.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { makeCertificate } from "../support/certificate.mjs";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import {
  answersAsked,
  residentKib,
  SlowClients,
  standstill,
  threadsOf,
} from "../support/slow_clients.mjs";
import { checkOf, randomId, Visitor } from "../support/visitor.mjs";

const kibPerConnectionMax = 40;
const readers = 60;

let directory;
let service;
let sealed;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "consentd-slow-"));
  const { certificate, key } = makeCertificate(directory);
  const options = ["--public-tls-cert", certificate, "--public-tls-key", key];
  const scopes = ["check", "metrics"];
  service = await startConsentd({ geoDatabases: [], scopes });
  sealed = await startConsentd({ geoDatabases: [], scopes, options });
});
after(async () => {
  for (const each of [service, sealed]) if (each) assert.equal(await each.stop(), 0);
  await rm(directory, { recursive: true, force: true });
});

const portOf = (url) => Number(new URL(url).port);

async function answersChecks(service) {
  for (let i = 0; i < 50; i += 1) {
    const { reason } = await checkOf(service, { subject: randomId() });
    assert.equal(reason, "no_record");
  }
}

async function answersAll() {
  await answersChecks(service);
  const { record } = await new Visitor(service).decide("accept_all");
  assert.equal((await checkOf(service, { subject: record.subject })).allowed, true);
}

// All that comes on a paused connection.
async function readAll(socket) {
  const chunks = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
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

for (const secure of [false, true]) {
  const how = secure ? "over TLS" : "in clear text";
  test(`answers that are not read, ${how}: bounded memory, all there when they are`, async () => {
    const asked = secure ? sealed : service;
    const { pid } = asked.child;
    const document = (await call(`${service.url}/v1/openapi.json`)).text;
    const slow = new SlowClients(portOf(asked.url), { secure });
    try {
      await slow.hold("reader", 1);
      const already = await standstill(asked);
      assert.ok(already > document.length);
      const [threads, resident] = [threadsOf(pid), residentKib(pid)];
      // One after the other: handshakes that run at once take more than this for themselves.
      for (let i = 0; i < readers; i += 1) await slow.hold("reader", 1);
      const sent = (await standstill(asked)) - already;
      const asksFor = readers * answersAsked * document.length;
      assert.ok(sent < (asksFor * 3) / 4, `${sent} of ${asksFor} bytes were taken`);
      const each = (residentKib(pid) - resident) / readers;
      assert.ok(each < kibPerConnectionMax, `${each} KiB a connection`);
      await answersChecks(asked);
      if (!secure) await answersAll();
      assert.equal(threadsOf(pid), threads);
      assert.equal(slow.open.size, readers + 1);
      assert.equal(slow.reopened, 0);

      const [patient] = slow.open;
      const all = await readAll(patient);
      const heads = all.replaceAll(document, "");
      assert.equal(all.length - heads.length, answersAsked * document.length);
      assert.equal(heads.match(/HTTP\/1\.1 200 OK\r\n/g).length, answersAsked);
      assert.match(heads, /\r\nConnection: close\r\n\r\n$/);
    } finally {
      slow.stop();
    }
  });
}
