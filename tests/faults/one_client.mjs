// One well-behaved client in a process of its own, so that what else a test does does not delay it:
// asks GET /v1/check again and again over one connection and prints a line of JSON with the
// percentiles of its waiting in milliseconds.
//
// usage: KEY=... node tests/faults/one_client.mjs [--help] INTERNAL_URL MILLISECONDS

import { Agent } from "node:http";
import { call } from "../support/http_call.mjs";
import { answerHelp } from "../support/usage.mjs";
import { randomId, site } from "../support/visitor.mjs";

answerHelp(import.meta.url);

const [internalUrl, milliseconds] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const headers = { Authorization: `Bearer ${process.env.KEY}` };
const times = [];
const until = performance.now() + Number(milliseconds);
while (performance.now() < until) {
  const url = `${internalUrl}/v1/check?site=${site}&purpose=analytics&subject=${randomId()}`;
  const started = performance.now();
  const { status } = await call(url, { headers, agent });
  if (status !== 200) throw new Error(`check answered ${status}`);
  times.push(performance.now() - started);
  await new Promise((resolve) => setTimeout(resolve, 1));
}
agent.destroy();
times.sort((a, b) => a - b);
const at = (share) => times[Math.floor(times.length * share)];
console.log(JSON.stringify({ p50: at(0.5), p99: at(0.99), asked: times.length }));
