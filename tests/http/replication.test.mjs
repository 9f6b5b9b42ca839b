// Records cross from one zone to another only where the site file says so: then each has a copy
// there, proven in that zone's own log, which goes with it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { foundIn, formsOf } from "../support/canary.mjs";
import { program, root, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { Visitor } from "../support/visitor.mjs";

const patience = 60_000;
const bundled = await readFile(join(root, "server/site/dialphone.jsonc"), "utf8");
const copying = (from, to) =>
  bundled.replace("{", `{\n  "replication": {"from": "${from}", "to": "${to}"},`);

let directory;
let dataDir;
let siteFile;
let service;
const start = async () => {
  service = await startConsentd({
    dataDir,
    scopes: ["check", "metrics", "privacy"],
    options: ["--site", siteFile],
  });
};
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "consentd-replication-"));
  dataDir = join(directory, "data");
  siteFile = join(directory, "site.jsonc");
  await writeFile(siteFile, bundled);
  await start();
});
after(async () => {
  await service?.stop();
  await rm(directory, { recursive: true, force: true });
});

const consentd = (...command) =>
  new Promise((resolve) => {
    execFile(program, command, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    );
  });

async function until(condition, what) {
  const deadline = Date.now() + patience;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen:\n${service.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function reload(text, event = "reloaded") {
  const count = () => service.output().split(`"event":"${event}"`).length;
  const seen = count();
  await writeFile(siteFile, text);
  service.child.kill("SIGHUP");
  await until(() => count() > seen, event);
}

// Every file of a zone but its keys, one after the other.
async function filesOf(zone) {
  const place = join(dataDir, "zones", zone);
  const names = (await readdir(place, { withFileTypes: true })).filter((one) => one.isFile());
  return Buffer.concat(await Promise.all(names.map(({ name }) => readFile(join(place, name)))));
}

const canaryOf = ({ record }) => ({
  name: "the record's id",
  forms: formsOf(Buffer.from(record.id.replaceAll("-", ""), "hex")),
});
const isIn = async (zone, decided) => foundIn(await filesOf(zone), [canaryOf(decided)]).length > 0;

const held = async (visitor) => {
  const headers = { Authorization: `Consent ${visitor.token}` };
  const answer = await call(`${service.url}/v1/me`, { headers });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const bearer = () => ({ Authorization: `Bearer ${service.key}` });
const entriesOf = async (zone) => {
  const url = `${service.internalUrl}/v1/audit?zone=${zone}&limit=200`;
  const answer = await call(url, { headers: bearer() });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.entries;
};
const copiesIn = async (zone) => (await entriesOf(zone)).filter(({ kind }) => kind === "copy");
const saysOfReplication = async (zone) =>
  (await entriesOf(zone))
    .filter(({ kind }) => kind === "configuration")
    .map(({ detail }) => JSON.parse(detail).replication);

const anna = {};
const bert = {};

test("switched off nothing crosses, not a byte of a record", async () => {
  for (const one of [anna, bert]) {
    one.visitor = new Visitor(service);
    one.decided = await one.visitor.decide("accept_all");
  }
  assert.equal(anna.decided.record.zone ?? "eu", "eu");
  assert.ok(await isIn("eu", anna.decided), "its own zone has it");
  assert.equal(await isIn("us", anna.decided), false);
  assert.deepEqual((await held(anna.visitor)).copies, []);
  for (const zone of ["eu", "us"]) assert.deepEqual(await saysOfReplication(zone), [null]);
});

test("switched on each record is copied, and both logs say since when", async () => {
  await reload(copying("eu", "us"));
  await until(async () => (await held(bert.visitor)).copies.length > 0, "a copy");
  const { copies, records } = await held(anna.visitor);
  assert.equal(copies.length, 1);
  assert.equal(copies[0].zone, "us");
  assert.equal(copies[0].records, records.length);
  assert.ok(Date.parse(copies[0].since) <= Date.now());
  assert.ok(await isIn("us", anna.decided));
  for (const zone of ["eu", "us"]) {
    assert.deepEqual((await saysOfReplication(zone)).at(-1), { from: "eu", to: "us" });
  }
  const logged = await copiesIn("us");
  const ids = [anna, bert].map((one) => one.decided.record.id);
  assert.deepEqual(logged.map(({ id }) => id).sort(), ids.sort());
  for (const { detail } of logged) assert.match(detail, /^eu \d+$/);
  const all = await entriesOf("us");
  const said = all.findIndex((one) => one.detail?.includes('"replication":{'));
  const crossed = all.findIndex(({ kind }) => kind === "copy");
  assert.ok(said >= 0 && said < crossed, "said before it crosses");
  assert.deepEqual(await copiesIn("eu"), []);

  const saved = await anna.visitor.decide("save");
  await until(() => isIn("us", saved), "a later record's copy");
  await until(async () => {
    const { text } = await call(`${service.internalUrl}/metrics`, { headers: bearer() });
    assert.match(text, /^consent_replication_on 1$/m);
    return /^consent_replication_behind_records 0$/m.test(text);
  }, "having caught up");
});

test("neither subject nor choice stands in the other zone in clear", async () => {
  const bytes = Buffer.from(bert.decided.record.subject, "base64url");
  const forms = [Buffer.from(bert.decided.record.subject), ...formsOf(bytes)];
  const person = { name: "the subject", forms };
  assert.deepEqual(foundIn(await filesOf("us"), [person]), []);
});

test("an erasure removes record and copies, and certifies both", async () => {
  const url = `${service.url}/v1/me`;
  const headers = {
    ...{ Authorization: `Consent ${bert.visitor.token}`, Origin: "https://dialphone.com" },
  };
  const answer = await call(url, { method: "DELETE", headers });
  assert.equal(answer.status, 200, answer.text);
  const { certificate } = answer.json;
  assert.equal(certificate.zone, "eu");
  assert.equal(certificate.copies.length, 1);
  assert.equal(certificate.copies[0].zone, "us");
  assert.equal(certificate.copies[0].records, certificate.scope.records);
  const mine = (await copiesIn("us")).filter(({ id }) => id === bert.decided.record.id);
  assert.equal(mine.length, 2);
  assert.match(mine.at(-1).commitment, /^0+$/);
  const gone = await call(url, { headers });
  assert.deepEqual(gone.json.copies, []);
  assert.equal((await held(anna.visitor)).copies[0].records, 2);
});

test("switched off again, what comes does not cross, and what is there stays", async () => {
  await reload(bundled);
  for (const zone of ["eu", "us"]) assert.equal((await saysOfReplication(zone)).at(-1), null);
  const visitor = new Visitor(service);
  const decided = await visitor.decide("accept_all");
  assert.deepEqual((await held(visitor)).copies, []);
  assert.equal((await held(anna.visitor)).copies[0].records, 2);
  assert.equal(await service.stop(), 0);
  assert.equal(await isIn("us", decided), false);
  const audited = await consentd("audit", "verify", "--data-dir", dataDir);
  assert.equal(audited.status, 0, audited.stdout);
  assert.match(audited.stdout, /^us: 2 copies of another zone's records are as they were/m);
  const verified = await consentd("verify", "--data-dir", dataDir);
  assert.equal(verified.status, 0, verified.stdout);
  assert.match(verified.stdout, /^us: .* and 2 copies of another zone's records$/m);
});

test("what came meanwhile crosses once it is on at a start", async () => {
  await writeFile(siteFile, copying("eu", "us"));
  await start();
  await until(async () => {
    const copies = await copiesIn("us");
    return new Set(copies.map(({ id }) => id)).size === 4;
  }, "the copy of what came meanwhile");
});

test("a site file that cannot be carried out ends check-config and the start", async () => {
  const config = join(directory, "consentd.jsonc");
  await writeFile(config, '{"zone": "eu"}');
  const check = (...options) => consentd("check-config", "--site", siteFile, ...options);
  await writeFile(siteFile, copying("eu", "us"));
  assert.equal((await check()).status, 0);
  const half = await check("--config", config);
  assert.equal(half.status, 1);
  assert.match(half.stderr, /replication.*zone us is not held.*leave --zone out, or remove/);
  const started = await consentd(
    ...["serve", "--site", siteFile, "--data-dir", join(directory, "half"), "--zone", "eu"],
    ...["--public-listen", "127.0.0.1:0", "--internal-listen", "127.0.0.1:0"],
  );
  assert.equal(started.status, 1);
  assert.match(started.stderr, /zone us is not held/);
  await writeFile(siteFile, copying("eu", "eu"));
  const same = await check();
  assert.equal(same.status, 1);
  assert.match(same.stderr, /\/replication\/to.*must be another zone than from/);
});
