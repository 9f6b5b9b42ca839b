// What is no request, or two to some reader: one refusal, a closed connection, and never an answer
// to what stands behind it. The table is malformed_requests.json; over clear text and over TLS.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { makeCertificate } from "../support/certificate.mjs";
import { startConsentd } from "../support/consentd.mjs";
import { malformedRequests } from "../support/malformed_requests.mjs";

const smuggled = Buffer.from("GET /.well-known/gpc.json HTTP/1.1\r\nHost: a\r\n\r\n");
const atOnce = 20;
const closeMilliseconds = 5_000;

let directory;
let table;
const services = {};
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "consentd-malformed-"));
  table = await malformedRequests();
  const { certificate, key } = makeCertificate(directory);
  services.clear = await startConsentd({ scopes: ["metrics"] });
  services.sealed = await startConsentd({
    options: ["--public-tls-cert", certificate, "--public-tls-key", key],
  });
});
after(async () => {
  for (const service of Object.values(services)) await service.stop();
  await rm(directory, { recursive: true, force: true });
});

const portOf = (service) => Number(new URL(service.url).port);
const clear = () => connectTcp(portOf(services.clear), "127.0.0.1");
const sealed = () =>
  connectTls({ port: portOf(services.sealed), host: "127.0.0.1", rejectUnauthorized: false });

// Everything the server says until it closes; `closed` is false when it did not in time.
function exchange(connect, bytes) {
  return new Promise((resolve) => {
    const socket = connect();
    const chunks = [];
    const end = (closed) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ closed, answer: Buffer.concat(chunks).toString("latin1") });
    };
    const timer = setTimeout(() => end(false), closeMilliseconds);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => {});
    socket.on("close", () => end(true));
    socket.write(bytes);
  });
}

// `before` is answered with 200 first.
async function refusesAll(connect, before = Buffer.alloc(0)) {
  const answeredBefore = before.length > 0 ? ["200"] : [];
  const rows = [...table];
  const workers = Array.from({ length: atOnce }, async () => {
    for (let row = rows.pop(); row; row = rows.pop()) {
      const { closed, answer } = await exchange(
        connect,
        Buffer.concat([before, row.bytes, smuggled]),
      );
      const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);
      const expected = [...answeredBefore, String(row.status)];
      assert.deepEqual(statuses, expected, `${row.name}: ${answer.slice(0, 300)}`);
      assert.ok(closed, `${row.name}: the connection stayed open`);
      assert.match(answer, /^Connection: close\r$/m, row.name);
      assert.match(answer, /^Content-Type: application\/problem\+json\r$/m, row.name);
      assert.ok(!answer.includes("lastUpdate"), row.name);
    }
  });
  await Promise.all(workers);
}

// As the metrics of the service in clear text count them.
async function refusedSoFar() {
  const { internalUrl, key } = services.clear;
  const headers = { Authorization: `Bearer ${key}` };
  const metrics = await (await fetch(`${internalUrl}/metrics`, { headers })).text();
  const counted = metrics.match(/^consent_connections_dropped_total\{.*"malformed".*\} \d+$/gm);
  return counted.reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
}

test("the table is large, and what stands behind each row would be answered", async () => {
  assert.ok(table.length > 150);
  for (const connect of [clear, sealed]) {
    const { answer } = await exchange(
      connect,
      Buffer.from(smuggled.toString().replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")),
    );
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.match(answer, /lastUpdate/);
  }
});

test("each is refused once, counted, and ends its connection, in clear text", async () => {
  const before = await refusedSoFar();
  await refusesAll(clear);
  assert.equal((await refusedSoFar()) - before, table.length);
});

test("behind a request that is answered, too", async () => {
  const banner = Buffer.from("HEAD /v1/banner.js HTTP/1.1\r\nHost: a\r\n\r\n");
  await refusesAll(clear, banner);
  await refusesAll(sealed, banner);
});

test("each is refused once and ends its connection, over TLS", () => refusesAll(sealed));
