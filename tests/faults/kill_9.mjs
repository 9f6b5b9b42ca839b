// Kills the service a hundred times while twelve visitors decide. Prints how many events were sent,
// how many of them were acknowledged, and how many records there are after everything was sent
// again; fails when an acknowledged record is lost or changed, or any is there twice. Some minutes;
// script/test kills ten times.
//
// usage: node tests/faults/kill_9.mjs [kills]

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killAgainAndAgain } from "../support/kill_9.mjs";

setTimeout(() => process.exit(1), 600_000).unref();
const dataDir = await mkdtemp(join(tmpdir(), "consentd-kill-"));
try {
  const counts = await killAgainAndAgain(dataDir, { kills: Number(process.argv[2] ?? 100) });
  console.log(
    `${counts.kills} kills; ${counts.sent} events sent, ${counts.acknowledged} acknowledged and ` +
      `none of them lost; of the others ${counts.kept} had been stored; sent again, ` +
      `${counts.records} records, none twice`,
  );
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
