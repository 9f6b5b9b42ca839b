// consentd retention sweep, by hand: what it would do, what it does, and that a stranger's data
// directory is left alone.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { foundIn, formsOf } from "../support/canary.mjs";
import { program, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { MovableClock } from "../support/movable_clock.mjs";
import { checkOf, eventId, Visitor } from "../support/visitor.mjs";

let clock;
let dataDir;
before(async () => {
  clock = await MovableClock.create();
  dataDir = await mkdtemp(join(tmpdir(), "consentd-retention-"));
});
after(async () => {
  await clock?.remove();
  if (dataDir) await rm(dataDir, { recursive: true, force: true });
});

// { status, stdout, stderr } of the command at the clock's time.
const consentd = (...command) =>
  new Promise((resolve) => {
    execFile(program, command, { env: { ...process.env, ...clock.env } }, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    );
  });

const sweep = (...options) => consentd("retention", "sweep", "--data-dir", dataDir, ...options);

test("what is over is named by a dry run, destroyed by a sweep, and then gone", async () => {
  await clock.set("2026-11-23T10:00:00Z");
  let service = await startConsentd({ dataDir, env: clock.env });
  const visitor = new Visitor(service);
  const body = await visitor.body("save", { client_time: "2026-11-23T10:00:00.000Z" });
  body.event = eventId(Date.parse("2026-11-23T10:00:00Z"));
  const answer = await visitor.post(body);
  assert.equal(answer.status, 201, answer.text);
  const { subject } = answer.json.record;
  await service.stop();

  await clock.set("2029-05-23T00:00:00Z");
  assert.match((await sweep()).stdout, /^eu: 1 subjects looked at, 0 destroyed/);
  await clock.set("2029-05-25T00:00:00Z");
  assert.match((await sweep("--dry-run", "on")).stdout, /^eu: .* 1 would be destroyed/);
  const done = await sweep();
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /^eu: 1 subjects looked at, 1 destroyed, .* certificate [0-9a-f-]{36}/);
  assert.match((await sweep()).stdout, /^eu: 0 subjects looked at, 0 destroyed/);

  service = await startConsentd({ dataDir, env: clock.env, scopes: ["check", "privacy"] });
  assert.equal((await checkOf(service, { subject })).reason, "erased");
  const id = done.stdout.match(/^eu: .* certificate ([0-9a-f-]{36})$/m)[1];
  const headers = { Authorization: `Bearer ${service.key}` };
  const certificate = await call(`${service.internalUrl}/v1/certificates/${id}`, { headers });
  assert.equal(certificate.json.certificate.scope.subjects, 1, certificate.text);
  const bytes = Buffer.from(subject, "base64url");
  const person = { name: "the subject", forms: [Buffer.from(subject), ...formsOf(bytes)] };
  const entry = Buffer.from(certificate.json.leaf.entry, "base64");
  for (const text of [done.stdout, certificate.text, entry, service.output()]) {
    assert.deepEqual(foundIn(Buffer.from(text), [person]), [], text);
  }
  await service.stop();

  await clock.set("2032-11-24T00:00:00Z");
  const planned = await sweep("--dry-run", "on");
  assert.match(planned.stdout, /^eu: .* 1 entries of the log would be destroyed/);
  assert.match((await sweep()).stdout, /^eu: .* 1 entries of the log destroyed; certificate/);
  const audited = await consentd("audit", "verify", "--data-dir", dataDir);
  assert.equal(audited.status, 0, audited.stdout + audited.stderr);
  assert.match(audited.stdout, /^eu: of 1 entries, destroyed after their period, the hashes are$/m);
});

// One writer: what changes is asked of the service, what only counts goes by itself.
test("beside a running service the same command has the service sweep", async () => {
  const directory = await mkdtemp(join(tmpdir(), "consentd-sweep-"));
  await clock.set("2026-11-23T10:00:00Z");
  const service = await startConsentd({
    dataDir: directory,
    env: clock.env,
    scopes: ["check", "privacy"],
  });
  try {
    const visitor = new Visitor(service);
    const body = await visitor.body("save", { client_time: "2026-11-23T10:00:00.000Z" });
    body.event = eventId(Date.parse("2026-11-23T10:00:00Z"));
    const { subject } = (await visitor.post(body)).json.record;
    await clock.set("2029-05-25T00:00:00Z");
    const beside = (...options) =>
      consentd("retention", "sweep", "--data-dir", directory, ...options);
    const files = async () => (await readdir(directory, { recursive: true })).sort();
    const before = await files();
    const planned = await beside("--dry-run", "on");
    assert.equal(planned.status, 0, planned.stderr);
    assert.match(planned.stdout, /^eu: 1 subjects looked at, 1 would be destroyed/);
    assert.deepEqual(await files(), before, "a dry run leaves no file behind");
    assert.equal((await checkOf(service, { subject })).reason, "expired", "nothing is gone yet");

    const done = await beside();
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stderr, /the service that holds .* sweeps, by its own site file/);
    const line = /^eu: 1 subjects looked at, 1 destroyed, .* certificate ([0-9a-f-]{36})$/m;
    const [, id] = done.stdout.match(line);
    const headers = { Authorization: `Bearer ${service.key}` };
    const certificate = await call(`${service.internalUrl}/v1/certificates/${id}`, { headers });
    assert.equal(certificate.json.certificate.scope.subjects, 1, certificate.text);
    assert.match(service.output(), /"retention_sweeping","cause":"command"/);
    assert.equal((await checkOf(service, { subject })).reason, "erased");
    assert.match((await beside("--dry-run", "on")).stdout, /^eu: 0 subjects looked at, 0 would/);
    const left = (await files()).filter((name) => name.startsWith("sweep."));
    assert.deepEqual(left, [], "question and answer are taken away");

    const swept = () => service.output().match(/"retention_swept"/g).length;
    const sweptBefore = swept();
    service.child.kill("SIGUSR1");
    const deadline = Date.now() + 60_000;
    while (swept() === sweptBefore && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.match(service.output(), /"retention_sweeping","cause":"signal"/);
  } finally {
    await service.stop();
    await rm(directory, { recursive: true, force: true });
  }
});
