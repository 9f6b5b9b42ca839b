// The transparency log from outside: an auditor who has nothing but HTTP, the formats and node's
// own cryptography; the privacy office; a visitor with a receipt; and whoever rewrites the files.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash, createPublicKey, verify } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { issueKey, program, startConsentd } from "../support/consentd.mjs";
import { Visitor } from "../support/visitor.mjs";
import { leafHash, root } from "../vectors/reference/merkle.mjs";

const run = promisify(execFile);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();

let dataDir;
let service;
let key;
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "consentd-log-"));
  service = await startConsentd({ dataDir });
  key = await issueKey(dataDir, ["privacy"]);
});
after(async () => {
  await service?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const get = async (path) => {
  const answer = await fetch(`${service.url}/v1/transparency/${path}`);
  assert.equal(answer.status, 200, path);
  return answer;
};
const inside = (path, bearer = key) =>
  fetch(`${service.internalUrl}${path}`, { headers: { Authorization: `Bearer ${bearer}` } });

// C2SP signed-note and tlog-checkpoint, read a second time.
function openCheckpoint(note, vkey) {
  const [name, id, typed] = [...vkey.trim().matchAll(/^([^+]+)\+(\w{8})\+(.+)$/g)][0].slice(1);
  const raw = Buffer.from(typed, "base64");
  assert.equal(raw[0], 1);
  const digest = sha256(Buffer.concat([Buffer.from(`${name}\n`), raw]));
  assert.equal(digest.subarray(0, 4).toString("hex"), id);
  const prefix = Buffer.from("302a300506032b6570032100", "hex");
  const publicKey = createPublicKey({
    key: Buffer.concat([prefix, raw.subarray(1)]),
    format: "der",
    type: "spki",
  });
  const [text, line] = [note.slice(0, note.indexOf("\n\n") + 1), note.split("\n\n")[1].trim()];
  assert.ok(line.startsWith(`\u2014 ${name} `));
  const signature = Buffer.from(line.split(" ")[2], "base64");
  assert.equal(signature.subarray(0, 4).toString("hex"), id);
  assert.ok(verify(null, Buffer.from(text), publicKey, signature.subarray(4)));
  const [origin, size, hash] = text.split("\n");
  return { origin, size: Number(size), root: hash };
}

async function currentHead() {
  const vkey = await (await get("key")).text();
  return openCheckpoint(await (await get("checkpoint")).text(), vkey);
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 1100)); // a checkpoint's age

function entriesOf(bundle) {
  const entries = [];
  for (let at = 0; at < bundle.length; ) {
    const size = bundle.readUInt16BE(at);
    entries.push(bundle.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return entries;
}

async function allEntries(size) {
  assert.ok(size < 256);
  return entriesOf(Buffer.from(await (await get(`tile/entries/000.p/${size}`)).arrayBuffer()));
}

test("the entries hash to the signed root, and so do the tiles", async () => {
  await new Visitor(service).decide("accept_all");
  await new Visitor(service).decide("save");
  await settle();
  const { origin, size, root: signed } = await currentHead();
  assert.equal(origin, "dialphone.com/consent/eu");
  assert.ok(size >= 4);
  const entries = await allEntries(size);
  assert.equal(entries.length, size);
  assert.equal(root(entries).toString("base64"), signed);
  const tile = Buffer.from(await (await get(`tile/0/000.p/${size}`)).arrayBuffer());
  assert.deepEqual(tile, Buffer.concat(entries.map(leafHash)));
});

test("the log begins with what the service is and serves, by hash", async () => {
  const { size } = await currentHead();
  const entries = await allEntries(size);
  const details = (kind) =>
    entries.filter((entry) => entry[1] === kind).map((entry) => entry.subarray(90).toString());
  const [build] = details(8).map(JSON.parse);
  const script = Buffer.from(await (await fetch(`${service.url}/v1/banner.js`)).arrayBuffer());
  assert.equal(build.sha256["/v1/banner.js"], sha256(script).toString("hex"));
  const visitor = new Visitor(service);
  await visitor.notice();
  const policies = details(5).map(JSON.parse);
  const inForce = policies.find(({ version }) => version === visitor.shown.policy.version);
  assert.equal(inForce.notices.en, visitor.shown.notice.id);
  assert.equal(details(7).length, 1);
});

test("a second start with the same files logs nothing again", async () => {
  await settle();
  const before = await currentHead();
  await service.stop();
  service = await startConsentd({ dataDir, key });
  const after = await currentHead();
  assert.deepEqual(after, before);
});

test("an old checkpoint is continued, as the consistency proof shows", async () => {
  const old = await currentHead();
  await new Visitor(service).decide("accept_all");
  await settle();
  const now = await currentHead();
  assert.ok(now.size > old.size);
  const entries = await allEntries(now.size);
  assert.equal(root(entries.slice(0, old.size)).toString("base64"), old.root);
  const answer = await get(`consistency?from=${old.size}`);
  const { proof, checkpoint } = await answer.json();
  assert.ok(proof.length > 0);
  assert.ok(checkpoint.includes("\n\n"));
});

test("no tile that the tree does not have, and no other way to write one", async () => {
  const { size } = await currentHead();
  for (const path of [
    ...["tile/0/000", `tile/0/000.p/${size + 1}`, "tile/0/001.p/1", "tile/1/000.p/1"],
    ...["tile/0/0", "tile/0/000.p/0", "tile/", "tile/x/000", "nothing"],
    ...["mars/checkpoint", "consistency?from=0", `consistency?from=${size + 99}`],
  ]) {
    const answer = await fetch(`${service.url}/v1/transparency/${path}`);
    assert.equal(answer.status, 404, path);
  }
  for (const query of ["", "?from=x", "?from=-1", "?from=1&from=2"]) {
    const answer = await fetch(`${service.url}/v1/transparency/consistency${query}`);
    assert.equal(answer.status, 422, query);
  }
});

test("the zones have logs and keys of their own", async () => {
  await new Visitor(service, { region: "US-CA" }).decide("accept_all");
  await settle();
  const [eu, us] = await Promise.all([(await get("key")).text(), (await get("us/key")).text()]);
  assert.notEqual(eu, us);
  assert.equal(await (await get("eu/key")).text(), eu);
  const head = openCheckpoint(await (await get("us/checkpoint")).text(), us);
  assert.equal(head.origin, "dialphone.com/consent/us");
});

test("the privacy office reads entries in words, page by page, and gets proofs", async () => {
  const visitor = new Visitor(service);
  const { record } = await visitor.decide("accept_all");
  const seen = [];
  for (let after = 0; ; ) {
    const page = await (await inside(`/v1/audit?after=${after}&limit=3`)).json();
    seen.push(...page.entries);
    if (page.entries.length === 0) break;
    after = page.next;
  }
  assert.deepEqual(
    seen.map(({ sequence }) => sequence),
    seen.map((_, i) => i + 1),
  );
  const entry = seen.find(({ id }) => id === record.id);
  assert.equal(entry.kind, "record");
  assert.equal(entry.time, record.time);
  assert.ok(!JSON.stringify(seen).includes(record.subject));
  const bySequence = await (await inside(`/v1/audit/proof?sequence=${entry.sequence}`)).json();
  const byRecord = await (await inside(`/v1/audit/proof?record=${record.id}`)).json();
  assert.deepEqual(bySequence.entry, entry);
  assert.deepEqual(byRecord.entry, entry);
  assert.equal(leafHash(Buffer.from(byRecord.bytes, "base64")).toString("hex"), entry.leaf_hash);
  const other = await issueKey(dataDir, ["check"]);
  assert.equal((await inside("/v1/audit", other)).status, 403);
  assert.equal((await fetch(`${service.internalUrl}/v1/audit`)).status, 401);
  for (const query of ["sequence=0", "sequence=999999", "sequence=x", "record=x"])
    assert.equal((await inside(`/v1/audit/proof?${query}`)).status, 404, query);
  assert.equal((await inside("/v1/audit/proof")).status, 422);
  for (const [query, pointer] of [
    ["after=x", "/after"],
    ["after=1&after=2", "/after"],
    ["limit=0&after=1", "/limit"],
    ["limit=1&limit=2", "/limit"],
  ]) {
    const refused = await inside(`/v1/audit?${query}`);
    assert.equal(refused.status, 422, query);
    assert.deepEqual(
      (await refused.json()).errors.map((error) => error.pointer),
      [pointer],
    );
  }
});

async function receiptOf(visitor) {
  const headers = { Authorization: `Consent ${visitor.token}` };
  return fetch(`${service.url}/v1/me/receipt`, { headers });
}

test("a receipt is checked by the program, without the service", async () => {
  const visitor = new Visitor(service);
  const { record } = await visitor.decide("accept_all");
  const answer = await receiptOf(visitor);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("cache-control"), "private, no-store");
  const receipt = await answer.json();
  assert.equal(receipt.record.id, record.id);
  const vkey = (await (await get("key")).text()).trim();
  const path = join(dataDir, "receipt.json");
  const checked = async (content, withKey = vkey) => {
    await writeFile(path, JSON.stringify(content));
    return run(program, ["receipt", "verify", path, "--key", withKey]).then(
      ({ stdout }) => [0, stdout],
      ({ code, stdout, stderr }) => [code, stdout + stderr],
    );
  };
  const [status, text] = await checked(receipt);
  assert.equal(status, 0, text);
  assert.match(text, /the receipt holds/);
  const [changed, said] = await checked({
    ...receipt,
    record: { ...receipt.record, time: "2020-01-01T00:00:00.000Z" },
  });
  assert.equal(changed, 1);
  assert.match(said, /something else than what was logged/);
  const usKey = (await (await get("us/key")).text()).trim();
  assert.equal((await checked(receipt, usKey))[0], 1);
});

test("there is a receipt for whoever has a record, and for nobody else", async () => {
  const refuser = new Visitor(service);
  await refuser.decide("reject_all");
  assert.equal((await receiptOf(refuser)).status, 404);
  assert.equal((await receiptOf({ token: "1.forged.token" })).status, 401);
  assert.equal((await fetch(`${service.url}/v1/me/receipt`)).status, 401);
});

const audit = (directory, ...more) =>
  run(program, ["audit", "verify", "--data-dir", directory, ...more]).then(
    ({ stdout, stderr }) => [0, stdout + stderr],
    ({ code, stdout, stderr }) => [code, stdout + stderr],
  );

test("an audit finds all as it was written, also beside a kept checkpoint", async () => {
  const [status, text] = await audit(dataDir);
  assert.equal(status, 0, text);
  assert.match(text, /eu: \d+ entries/);
  const path = join(dataDir, "kept");
  await writeFile(path, await (await get("checkpoint")).text());
  const vkey = (await (await get("key")).text()).trim();
  const [kept, said] = await audit(dataDir, "--checkpoint", path, "--key", vkey);
  assert.equal(kept, 0, said);
});

test("an audit does not look past a key or a checkpoint that it cannot use", async () => {
  const vkey = (await (await get("key")).text()).trim();
  const path = join(dataDir, "kept");
  await writeFile(path, "no checkpoint");
  for (const [words, advice] of [
    [["--checkpoint", path], /--checkpoint needs --key/],
    [["--checkpoint", path, "--key", "nonsense"], /--key must be a log's key/],
    [["--key", vkey], /name its file with --checkpoint/],
  ]) {
    const [status, said] = await audit(dataDir, ...words);
    assert.equal(status, 2, said);
    assert.match(said, advice);
    assert.doesNotMatch(said, /as they were written/);
  }
});

test("a rewritten file is found, and not served from", async () => {
  await settle();
  await currentHead();
  await service.stop();
  const copy = await mkdtemp(join(tmpdir(), "consentd-rewritten-"));
  try {
    await cp(dataDir, copy, { recursive: true });
    const path = join(copy, "zones/eu/ledger.sqlite");
    const bytes = await readFile(path);
    const at = bytes.indexOf("honour_dnt");
    assert.ok(at > 0);
    bytes.write("honour_DNT", at);
    await writeFile(path, bytes);
    const [status, text] = await audit(copy);
    assert.equal(status, 1, text);
    assert.match(text, /entry \d+ \(leaf \d+\) was changed/);
  } finally {
    await rm(copy, { recursive: true, force: true });
    service = await startConsentd({ dataDir, key });
  }
});

test("a ledger from before the last signature does not start, and says why", async () => {
  const old = await mkdtemp(join(tmpdir(), "consentd-old-"));
  const older = join(old, "zones-before");
  try {
    await service.stop();
    await cp(join(dataDir, "zones"), older, { recursive: true });
    service = await startConsentd({ dataDir, key });
    await new Visitor(service).decide("accept_all");
    await settle();
    await currentHead();
    await service.stop();
    for (const name of ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"])
      await rm(join(dataDir, "zones/eu", name), { force: true });
    await cp(join(older, "eu/ledger.sqlite"), join(dataDir, "zones/eu/ledger.sqlite"));
    await assert.rejects(startConsentd({ dataDir, key }), /this is an older copy/);
  } finally {
    await rm(old, { recursive: true, force: true });
    service = undefined;
  }
});
