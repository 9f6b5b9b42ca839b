// A backup beside a running service, and a service on what is restored from it: as an operator
// types it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { program, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { checkOf, Visitor } from "../support/visitor.mjs";

let directory;
const inside = (name) => join(directory, name);

before(async () => (directory = await mkdtemp(join(tmpdir(), "consentd-backup-"))));
after(() => rm(directory, { recursive: true, force: true }));

// Exit status and everything printed; a failure is an answer, too.
const type = (...words) =>
  new Promise((resolve) =>
    execFile(program, words, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    ),
  );

async function decideUntil(service, isOver, decided) {
  while (!isOver()) {
    const visitor = new Visitor(service);
    await visitor.decide("accept_all");
    decided.push(visitor.subject);
  }
}

test("rotated, backed up, restored and verified, beside a service that is written to", async () => {
  const dataDir = inside("data");
  const service = await startConsentd({ dataDir, options: ["--rate-burst", "1000000"] });
  let over = false;
  const decided = [];
  const writers = Array.from({ length: 4 }, () => decideUntil(service, () => over, decided));
  while (decided.length < 20) await new Promise((resolve) => setTimeout(resolve, 20));
  const rotated = await type("keys", "rotate", "--data-dir", dataDir);
  assert.equal(rotated.status, 0, rotated.stderr);
  assert.match(rotated.stdout, /^eu: kek\.2 wraps now, .*\neu: kek\.1 destroyed$/m);
  const before = [...decided];
  const backup = ["--to", inside("backup"), "--keys-to", inside("keys")];
  const made = await type("backup", "--data-dir", dataDir, ...backup);
  assert.equal(made.status, 0, made.stderr);
  over = true;
  await Promise.all(writers);
  assert.equal((await call(`${service.internalUrl}/readyz`)).status, 200);
  assert.equal((await checkOf(service, { subject: before[0] })).reason, "granted");
  await service.stop();
  const files = await readdir(inside("backup/zones/eu"));
  assert.deepEqual(files, ["SHA256SUMS", "erasures.txt", "ledger.sqlite", "log.head"]);

  const target = ["--data-dir", inside("restored"), "--from", inside("backup")];
  const incomplete = await type("restore", ...target, "--keys-from", inside("keys"));
  assert.equal(incomplete.status, 2);
  assert.match(incomplete.stderr, /--erasures is missing/);
  const erasures = ["--keys-from", inside("keys"), "--erasures", dataDir];
  const restored = await type("restore", ...target, ...erasures);
  assert.equal(restored.status, 0, restored.stderr);
  assert.match(restored.stdout, /^eu: \d+ records of \d+ subjects open; 0 subjects were erased/m);
  const verified = await type("verify", "--data-dir", inside("restored"));
  assert.equal(verified.status, 0, verified.stdout);
  assert.match(verified.stdout, /^eu: \d+ entries are as they were written, \d+ records of/m);

  const again = await startConsentd({ dataDir: inside("restored"), key: service.key });
  for (const subject of before) {
    assert.equal((await checkOf(again, { subject })).reason, "granted");
  }
  await again.stop();
});

test("a backup does not take its own keys along", async () => {
  const dataDir = inside("keyed");
  await (await startConsentd({ dataDir })).stop();
  const to = inside("keyed-copy");
  for (const keys of [to, `${to}/keys`, `${to}/../keyed-copy/zones`]) {
    const made = await type("backup", "--data-dir", dataDir, "--to", to, "--keys-to", keys);
    assert.equal(made.status, 2, made.stdout);
    assert.match(made.stderr, /--keys-to lies in --to.*name a directory apart/);
    assert.ok(!(await readdir(directory)).includes("keyed-copy"));
  }
  const apart = await type("backup", "--data-dir", dataDir, "--to", to, "--keys-to", `${to}-keys`);
  assert.equal(apart.status, 0, apart.stderr);
});

test("what is missing is said", async () => {
  assert.match((await type("backup")).stderr, /--to DIR/);
  assert.match((await type("restore")).stderr, /--from DIR/);
  const nowhere = await type("verify", "--data-dir", inside("nowhere"));
  assert.equal(nowhere.status, 1);
  assert.match(nowhere.stderr, /holds no ledger/);
  await mkdir(inside("unreadable/zones"), { recursive: true });
  await symlink("eu", inside("unreadable/zones/eu"));
  const unreadable = await type("verify", "--data-dir", inside("unreadable"));
  assert.equal(unreadable.status, 1);
  assert.match(unreadable.stderr, /ledger\.sqlite: .*; call the command as a user who can read it/);
  for (const words of [["backup"], ["restore"], ["verify"], ["keys", "rotate"]]) {
    const help = await type(...words, "--help");
    assert.equal(help.status, 0);
    assert.match(help.stdout, /--data-dir DIR/);
  }
});
