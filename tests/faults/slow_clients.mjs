// Ten thousand idle connections, two thousand that send their header drop by drop and two thousand
// that do so with a body, all at once against one listener on loopback, while one client asks
// GET /v1/check. Prints its p50 and p99 without and with them, and the memory each takes. Ends by
// itself within two minutes; exit status 1 when the p99 is over 5 times the one without (and over
// 5 ms), or a connection takes more than 40 KiB.
//
// usage: node tests/faults/slow_clients.mjs [idle] [slow headers] [slow bodies]

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { randomId, site } from "../support/visitor.mjs";

const counts = process.argv.slice(2, 5).map(Number);
const [idle = 10_000, slowHeaders = 2_000, slowBodies = 2_000] = counts;
const total = idle + slowHeaders + slowBodies;
const askMilliseconds = 10_000;
const dropMilliseconds = 1_000;
const kibPerConnectionMax = 40;

if (!process.env.LIMIT_RAISED) {
  const command = `ulimit -n ${total + 2_000} && exec "$@"`;
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
  options: ["--connections-max", String(total + 1_000)],
});
const port = Number(new URL(service.internalUrl).port);
const residentKib = () =>
  Number(readFileSync(`/proc/${service.child.pid}/status`, "utf8").match(/^VmRSS:\s+(\d+)/m)[1]);

async function percentiles() {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { Authorization: `Bearer ${service.key}` };
  const times = [];
  const until = performance.now() + askMilliseconds;
  while (performance.now() < until) {
    const url = `${service.internalUrl}/v1/check?site=${site}&purpose=analytics`;
    const started = performance.now();
    const { status } = await call(`${url}&subject=${randomId()}`, { headers, agent });
    if (status !== 200) throw new Error(`check answered ${status}`);
    times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)];
  return { p50: at(0.5), p99: at(0.99), asked: times.length };
}

const starts = {
  idle: "",
  header: "GET /healthz HTTP/1.1\r\nHost: x\r\n",
  body: "POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n",
};
const drops = { idle: "", header: "X-A: b\r\n", body: "x" };
const open = new Set();
let stopping = false;
let reopened = 0;

function hold(kind) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      if (starts[kind]) socket.write(starts[kind]);
      open.add(socket);
      resolve();
    });
    const timer = drops[kind] && setInterval(() => socket.write(drops[kind]), dropMilliseconds);
    socket.on("error", () => resolve());
    socket.on("data", () => {});
    socket.on("close", () => {
      clearInterval(timer);
      open.delete(socket);
      if (stopping) return;
      reopened += 1;
      setTimeout(() => hold(kind), 50);
    });
  });
}

async function holdMany(kind, count) {
  for (let held = 0; held < count; held += 200) {
    await Promise.all(Array.from({ length: Math.min(200, count - held) }, () => hold(kind)));
  }
}

const show = ({ p50, p99, asked }) =>
  `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms of ${asked} checks`;

await percentiles();
const alone = await percentiles();
console.log(`alone:  ${show(alone)}`);
const residentBefore = residentKib();
await holdMany("idle", idle);
await holdMany("header", slowHeaders);
await holdMany("body", slowBodies);
const perConnection = (residentKib() - residentBefore) / Math.max(open.size, 1);
const crowded = await percentiles();
console.log(`with ${open.size} connections: ${show(crowded)}`);
console.log(`p99 ratio ${(crowded.p99 / alone.p99).toFixed(2)}`);
console.log(`${perConnection.toFixed(1)} KiB a connection; slow ones cut off ${reopened} times`);
stopping = true;
for (const socket of open) socket.destroy();
const status = await service.stop();
const tooSlow = crowded.p99 > 5 * alone.p99 && crowded.p99 > 5;
process.exit(status !== 0 || tooSlow || perConnection > kibPerConnectionMax ? 1 : 0);
