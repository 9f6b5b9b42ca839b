// Kills the service a hundred times while twelve visitors decide, and audits the log after each
// kill. Prints how many events were sent and acknowledged, and what became of them: sent again,
// each acknowledged one must be found as it was, and no record be there twice. Some minutes, ten at
// the most; exit status 1 when anything is lost, changed or double. script/test kills ten times.
//
// usage: node tests/faults/kill_9.mjs [--help] [kills]

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killAgainAndAgain } from "../support/kill_9.mjs";
import { answerHelp } from "../support/usage.mjs";

answerHelp(import.meta.url);

const kills = Number(process.argv[2] ?? 100);
if (!(kills >= 1 && kills <= 1000)) {
  console.error("usage: node tests/faults/kill_9.mjs [kills]      1 to 1000, 100 without");
  process.exit(2);
}
setTimeout(() => {
  console.error("not done within ten minutes: give it fewer kills, or a machine with less to do");
  process.exit(1);
}, 600_000).unref();

const began = Date.now();
function progress(done, sent) {
  const seconds = Math.round((Date.now() - began) / 1000);
  if (done % 10 === 0) console.log(`${done} of ${kills} kills, ${sent} events, ${seconds} s`);
}

const dataDir = await mkdtemp(join(tmpdir(), "consentd-kill-"));
try {
  const c = await killAgainAndAgain(dataDir, { kills, progress });
  console.log(
    `${c.kills} kills, ${c.sent} events sent\n` +
      `${c.acknowledged} acknowledged: ${c.found} found, ${c.changed} changed, ${c.lost} lost\n` +
      `${c.sent - c.acknowledged} not: ${c.kept} had been stored, ${c.new} had not\n` +
      `all sent again: ${c.records} records, ${c.twice} of them twice\n` +
      `${c.audits} audits, of ${c.entries} entries at the end, found nothing wrong`,
  );
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
