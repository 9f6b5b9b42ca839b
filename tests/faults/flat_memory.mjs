// Asks the service a few hundred thousand things of every kind over kept connections, and looks
// whether its memory grows with them: exit status 1 when the resident size at the end is more than
// 2 MiB over that after the first quarter. Two minutes for a million on a busy machine.
//
// usage: node tests/faults/flat_memory.mjs [--help] [requests]

import { connect } from "node:net";
import { startConsentd } from "../support/consentd.mjs";
import { residentKib } from "../support/slow_clients.mjs";
import { answerHelp } from "../support/usage.mjs";
import { pageView, randomId, site, Visitor } from "../support/visitor.mjs";

answerHelp(import.meta.url);
const requests = Number(process.argv[2] ?? 1_000_000);
const requestsPerConnection = 50_000;
const pipelined = 32;
const growthKibMax = 2_048;

const unlimited = ["rate-limit", "rate-burst", "site-rate-limit", "site-rate-burst"].flatMap(
  (name) => [`--${name}`, "1000000"],
);
const service = await startConsentd({ options: unlimited });
const visitor = new Visitor(service);
const { record, token } = await visitor.decide("accept_all");
const key = `Authorization: Bearer ${service.key}\r\n`;

// The service remembers who has no record, in a memory of fixed size: many strangers would fill it,
// and that is no leak. So there are few.
const strangers = Array.from({ length: 1_000 }, randomId);
const strangerId = () => strangers[Math.floor(Math.random() * strangers.length)];

const get = (path, fields = "") => `GET ${path} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`;
const post = (path, body, fields = "") =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${fields}` +
  `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const question = (subject) => `/v1/check?site=${site}&purpose=analytics&subject=${subject}`;
const many = () =>
  JSON.stringify({ site, purpose: "analytics", subjects: [record.subject, strangerId(), "odd\n"] });

// What is sent over and over; events are few, since each is written to the disk.
const inside = [
  () => get(question(record.subject), key),
  () => get(question(strangerId()), key),
  () => post("/v1/check", many(), key),
  () => get(question(strangerId())),
  () => get("/metrics"),
  () => get("/healthz"),
];
const outside = [
  () => get(`/v1/notice?site=${site}`, "X-Geo-Country: DE\r\nAccept-Language: de\r\n"),
  () => get(`/v1/notice?site=${site}`, "X-Geo-Country: US\r\nSec-GPC: 1\r\n"),
  () => get("/.well-known/gpc.json"),
  () => get(`/nothing/${randomId()}`),
  () => post("/v1/consents", "{}"),
  () => post("/v1/consents", '{"unknown": [[[['),
];
const event = () => post("/v1/events", JSON.stringify({ site, token, events: [pageView()] }));

// Sends `count` requests, a few ahead of the answers, and ends when each has had its answer.
function send(url, makers, count) {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    let sent = 0;
    let answered = 0;
    const fill = () => {
      let text = "";
      while (sent < count && sent - answered < pipelined) {
        text += makers[sent % makers.length]();
        sent += 1;
      }
      if (text) socket.write(text);
    };
    socket.setEncoding("latin1");
    let tail = "";
    socket.on("data", (chunk) => {
      const text = tail + chunk;
      answered += text.split("HTTP/1.1 ").length - 1;
      tail = text.slice(text.lastIndexOf("HTTP/1.1 ") + 9).slice(-8);
      if (answered >= count) socket.end();
      else fill();
    });
    socket.on("connect", fill);
    socket.on("error", reject);
    socket.on("close", () => {
      if (answered >= count) resolve();
      else reject(new Error(`${answered} answers to ${count} requests`));
    });
  });
}

async function sendAll(count) {
  const connections = Math.max(4, Math.ceil(count / requestsPerConnection));
  const each = Math.ceil(count / connections);
  const all = Array.from({ length: connections }, (_, i) =>
    i % 2 ? send(service.url, outside, each) : send(service.internalUrl, inside, each),
  );
  await Promise.all([...all, send(service.url, [event], Math.ceil(count / 1_000))]);
}

const started = performance.now();
await sendAll(requests / 4);
const before = residentKib(service.child.pid);
await sendAll((requests * 3) / 4);
const after = residentKib(service.child.pid);
const seconds = (performance.now() - started) / 1_000;
console.log(
  `${requests} requests in ${seconds.toFixed(0)} s: ${before} KiB after a quarter, ` +
    `${after} KiB at the end`,
);
const status = await service.stop();
process.exit(status !== 0 || after - before > growthKibMax ? 1 : 0);
