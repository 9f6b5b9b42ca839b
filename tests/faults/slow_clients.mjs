// Ten thousand idle connections, two thousand that send their header drop by drop and two thousand
// that do so with a body, all at once against one listener on loopback, and at the other one 100
// that ask for the API document 100 times and read nothing, while one client asks GET /v1/check.
// Prints its p50 and p99 without and with them, and the memory each takes. Ends by itself within
// two minutes; exit status 1 when the p99 is over 5 times the one without (and over 5 ms), a
// connection takes more than 40 KiB, or they cost a thread. Of who reads nothing the kernel holds
// 4 MiB each.
//
// usage: node tests/faults/slow_clients.mjs [--help] [idle] [slow headers] [slow bodies] [readers]

import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startConsentd } from "../support/consentd.mjs";
import { residentKib, SlowClients, standstill, threadsOf } from "../support/slow_clients.mjs";
import { answerHelp } from "../support/usage.mjs";

answerHelp(import.meta.url);
const counts = process.argv.slice(2, 6).map(Number);
const [idle = 10_000, slowHeaders = 2_000, slowBodies = 2_000, readers = 100] = counts;
const total = idle + slowHeaders + slowBodies + readers;
const askMilliseconds = "10000";
const run = promisify(execFile);
const oneClient = fileURLToPath(new URL("one_client.mjs", import.meta.url));
const kibPerConnectionMax = 40;

if (!process.env.LIMIT_RAISED) {
  // Each listener has room for all of them, or the service would turn away some.
  const files = 2 * total + 4_000;
  const advice = `it takes ${files} open files: raise the hard limit, or give smaller numbers`;
  const command = `ulimit -n ${files} && exec "$@" || { echo "${advice}" >&2; exit 1; }`;
  const words = ["-c", command, "sh", process.execPath, fileURLToPath(import.meta.url)];
  const { status } = spawnSync("bash", [...words, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, LIMIT_RAISED: "1" },
  });
  process.exit(status ?? 1);
}
setTimeout(() => process.exit(1), 120_000).unref();

const service = await startConsentd({
  geoDatabases: [],
  scopes: ["check", "metrics"],
  options: ["--connections-max", String(total + 1_000)],
});
const port = Number(new URL(service.internalUrl).port);
const { pid } = service.child;

async function percentiles() {
  const words = [oneClient, service.internalUrl, askMilliseconds];
  const env = { ...process.env, KEY: service.key };
  const { stdout } = await run(process.execPath, words, { env });
  return JSON.parse(stdout);
}

const show = ({ p50, p99, asked }) =>
  `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms of ${asked} checks`;

await percentiles();
const alone = await percentiles();
console.log(`alone:  ${show(alone)}`);
const residentBefore = residentKib(pid);
const threadsBefore = threadsOf(pid);
const slow = new SlowClients(port);
await slow.hold("idle", idle);
await slow.hold("header", slowHeaders);
await slow.hold("body", slowBodies);
const perConnection = (residentKib(pid) - residentBefore) / Math.max(slow.open.size, 1);
const deaf = new SlowClients(Number(new URL(service.url).port));
await deaf.hold("reader", 1);
await standstill(service);
const residentBetween = residentKib(pid);
await deaf.hold("reader", readers);
await standstill(service);
const perReader = (residentKib(pid) - residentBetween) / Math.max(readers, 1);
const threads = threadsOf(pid) - threadsBefore;
const crowded = await percentiles();
console.log(`with ${slow.open.size + deaf.open.size} connections: ${show(crowded)}`);
console.log(`p99 ratio ${(crowded.p99 / alone.p99).toFixed(2)}`);
console.log(
  `${perConnection.toFixed(1)} KiB a connection, ${threads} threads more; ` +
    `slow ones cut off ${slow.reopened} times`,
);
console.log(`${perReader.toFixed(1)} KiB a connection that reads nothing of its answers`);
slow.stop();
deaf.stop();
const status = await service.stop();
const tooSlow = crowded.p99 > 5 * alone.p99 && crowded.p99 > 5;
const tooLarge = Math.max(perConnection, perReader) > kibPerConnectionMax || threads > 0;
process.exit(status !== 0 || tooSlow || tooLarge ? 1 : 0);
