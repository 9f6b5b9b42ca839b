// A service that is killed again and again while visitors decide; after each kill the log is
// audited as the kill left it, and at the end every event that was ever sent is sent once more and
// the ledger is counted.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual, promisify } from "node:util";
import { program, startConsentd } from "./consentd.mjs";
import { checkOf, Visitor } from "./visitor.mjs";

const run = promisify(execFile);
const options = ["--rate-burst", "1000000", "--rate-limit", "1000000"];

// Decides until the service is gone. `sent` gets every body, and the record that answered it.
async function decideUntilKilled(service, sent) {
  for (let turn = 0; ; turn += 1) {
    const visitor = new Visitor(service);
    try {
      const body = await visitor.body("accept_all");
      const entry = { body };
      sent.push(entry);
      const answer = await visitor.post(body);
      assert.equal(answer.status, 201, answer.text);
      entry.record = answer.json.record;
      if (turn % 3 !== 0) continue;
      visitor.subject = entry.record.subject;
      visitor.token = answer.json.token;
      const withdrawal = { body: await visitor.body("withdraw"), token: visitor.token };
      sent.push(withdrawal);
      const second = await visitor.post(withdrawal.body);
      assert.equal(second.status, 201, second.text);
      withdrawal.record = second.json.record;
    } catch (error) {
      if (error.code === "ERR_ASSERTION") throw error;
      return;
    }
  }
}

// What became of it: of an acknowledged one "found", "changed" or "lost"; of another "kept" (it was
// stored before the kill came) or "new" (it was not, and now is).
async function sendAgain(service, { body, token, record }) {
  const visitor = new Visitor(service);
  visitor.token = token ?? null;
  const answer = await visitor.post(body);
  assert.ok([200, 201].includes(answer.status), answer.text);
  const stored = answer.status === 200;
  if (!record) return stored ? "kept" : "new";
  if (!stored) return "lost";
  return isDeepStrictEqual(answer.json.record, record) ? "found" : "changed";
}

// The log as it lies there: every entry, the tree, the signed head, and the records it speaks of.
async function audit(dataDir) {
  const { stdout } = await run(program, ["audit", "verify", "--data-dir", dataDir]);
  return Number(/^eu: (\d+) entries .* are as they were written/m.exec(stdout)[1]);
}

async function inTurns(items, width, work) {
  const queue = items[Symbol.iterator]();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

// `progress` is told of each kill. Throws when an acknowledged record is lost or changed, any is
// there twice, or an audit finds anything.
export async function killAgainAndAgain(
  dataDir,
  { kills, writers = 12, milliseconds = 300, progress = () => {} },
) {
  const sent = [];
  const counts = { kills, audits: 0, entries: 0 };
  for (let round = 0; round < kills; round += 1) {
    const service = await startConsentd({ dataDir, options });
    const before = sent.length;
    const writing = Array.from({ length: writers }, () => decideUntilKilled(service, sent));
    const written = Promise.all(writing);
    let over = false;
    const end = () => (over = true);
    written.then(end, end);
    // Counted from the first one that is sent: a busy machine may take its time until then.
    while (!over && sent.length === before) await sleep(5);
    await sleep(milliseconds * (0.5 + Math.random()));
    service.child.kill("SIGKILL");
    await written;
    await service.stop();
    assert.ok(sent.length > before, `nothing was sent in round ${round}`);
    counts.entries = await audit(dataDir);
    counts.audits += 1;
    progress(round + 1, sent.length);
  }
  counts.sent = sent.length;
  counts.acknowledged = sent.filter(({ record }) => record).length;
  Object.assign(counts, { found: 0, changed: 0, lost: 0, kept: 0, new: 0 });
  const service = await startConsentd({ dataDir, options });
  await inTurns(sent, writers, async (entry) => (counts[await sendAgain(service, entry)] += 1));
  for (const { body, record } of sent) {
    if (!record || body.action === "withdraw") continue;
    const { reason } = await checkOf(service, { subject: record.subject });
    assert.ok(["granted", "withdrawn"].includes(reason), reason);
  }
  const withdrawn = sent.filter(({ body, record }) => record && body.action === "withdraw");
  for (const { record } of withdrawn) {
    assert.equal((await checkOf(service, { subject: record.subject })).reason, "withdrawn");
  }
  assert.equal(await service.stop(), 0);
  const { stdout } = await run(program, ["verify", "--data-dir", dataDir]);
  counts.records = Number(/^eu: .* (\d+) records of \d+ subjects open$/m.exec(stdout)[1]);
  // Each event is one record by now: what is more is there twice.
  counts.twice = counts.records - sent.length;
  counts.entries = await audit(dataDir);
  counts.audits += 1;
  const { lost, changed, twice } = counts;
  assert.deepEqual({ lost, changed, twice }, { lost: 0, changed: 0, twice: 0 });
  return counts;
}
