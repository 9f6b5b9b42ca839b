// Requests that are too large, too slow, or no HTTP: refused quickly, and nobody else notices.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { startConsentd } from "../support/consentd.mjs";
import { call, callRaw } from "../support/http_call.mjs";
import { assertProblem, site, Visitor } from "../support/visitor.mjs";

let service;
before(async () => (service = await startConsentd()));
after(() => service?.stop());

const statusOf = (answer) => Number(answer.match(/^HTTP\/1\.1 (\d{3}) /)?.[1] ?? 0);
const noticePath = `/v1/notice?site=${site}`;
const get = (fields = "", path = noticePath) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${fields}\r\n`;

test("headers up to 16 KiB are read, more are 431", async () => {
  const padded = (size) => get(`X-Padding: ${"x".repeat(size)}\r\n`);
  assert.equal(statusOf(await callRaw(service.url, padded(15_000))), 200);
  assert.equal(statusOf(await callRaw(service.url, padded(17_000))), 431);
  const many = Array.from({ length: 5000 }, (_, i) => `X-${i}: 1\r\n`).join("");
  assert.equal(statusOf(await callRaw(service.url, get(many))), 431);
  const longPath = get("", `/${"a".repeat(20_000)}`);
  assert.ok([414, 431].includes(statusOf(await callRaw(service.url, longPath))));
});

test("an endless header is refused before it is stored", async () => {
  const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => {});
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk));
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
  for (let i = 0; i < 200 && !socket.destroyed && answer === ""; i += 1) {
    if (!socket.write("x".repeat(64 * 1024))) {
      await Promise.race([
        once(socket, "drain"),
        once(socket, "close"),
        once(socket, "data"),
      ]).catch(() => {});
    }
  }
  socket.destroy();
  assert.ok(answer === "" || statusOf(answer) === 431, answer.slice(0, 60));
  assert.equal((await call(`${service.url}${noticePath}`)).status, 200);
});

test("what is no HTTP, or two at once, is refused", async () => {
  const post = (fields, body) =>
    `POST /v1/consents HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${fields}\r\n${body}`;
  const requests = {
    nonsense: "hello\r\n\r\n",
    "no version": "GET /\r\n\r\n",
    "version 2": "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
    "no host": `GET ${noticePath} HTTP/1.1\r\n\r\n`,
    "two hosts": get("Host: other\r\n"),
    "a blank before the colon": get("X-Y : 1\r\n"),
    "a folded field": get("X-Y: 1\r\n 2\r\n"),
    "a NUL in a field": get("X-Y: a\0b\r\n"),
    "a bare CR in a field": get("X-Y: a\rb\r\n"),
    "two lengths": post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}"),
    "length and chunks": post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    "a negative length": post("Content-Length: -1\r\n", "{}"),
    "a length with a sign": post("Content-Length: +2\r\n", "{}"),
    "a hexadecimal length": post("Content-Length: 0x2\r\n", "{}"),
    "an endless length": post(`Content-Length: ${"9".repeat(40)}\r\n`, "{}"),
    "an unknown coding": post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
    "a negative chunk": post("Transfer-Encoding: chunked\r\n", "-1\r\n{}\r\n0\r\n\r\n"),
    "a chunk of nonsense": post("Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"),
    "a blank in the path": get("", "/a b"),
  };
  for (const [what, request] of Object.entries(requests)) {
    const status = statusOf(await callRaw(service.url, request, { wait: 3000 }));
    assert.ok([400, 413, 501, 505].includes(status), `${what}: ${status}`);
  }
});

test("a chunked body is read, up to the same limit", async () => {
  const body = JSON.stringify(await new Visitor(service).body("reject_all"));
  const chunked = (text) => {
    const parts = text.match(/[^]{1,1000}/g);
    return `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("")}0\r\n\r\n`;
  };
  const post = (text) =>
    callRaw(
      service.url,
      `POST /v1/consents HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
        `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(text)}`,
    );
  assert.equal(statusOf(await post(body)), 201);
  assert.equal(statusOf(await post(body.padEnd(65_000, " ").padEnd(70_000, " "))), 413);
});

test("a compressed body is not unpacked", async () => {
  const body = JSON.stringify(await new Visitor(service).body("reject_all"));
  const packed = { gzip: gzipSync(body), br: brotliCompressSync(body), deflate: deflateSync(body) };
  const post = (type, encoding, bytes) =>
    call(`${service.url}/v1/consents`, {
      method: "POST",
      headers: { "Content-Type": type, "Content-Encoding": encoding },
      body: bytes,
    });
  for (const [encoding, bytes] of Object.entries({ ...packed, "gzip, gzip": gzipSync(body) })) {
    assertProblem(await post("application/json", encoding, bytes), 415);
    assertProblem(await post("application/x-www-form-urlencoded", encoding, bytes), 415);
  }
  assert.equal((await post("application/json", "identity", body)).status, 201);
});

test("slow and silent clients do not delay others", async () => {
  const port = Number(new URL(service.url).port);
  const starts = [
    "",
    "G",
    "GET /v1/notice HTTP/1.1\r\nHost: x\r\n",
    "POST /v1/consents HTTP/1.1\r\n",
  ];
  const slow = "POST /v1/consents HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{";
  const sockets = Array.from({ length: 400 }, (_, i) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write([...starts, slow][i % 5] || " ".slice(1));
    return socket;
  });
  try {
    await Promise.all(sockets.map((socket) => once(socket, "connect").catch(() => {})));
    const times = [];
    for (let i = 0; i < 50; i += 1) {
      const started = performance.now();
      const visitor = new Visitor(service);
      assert.equal((await visitor.notice()).status, 200);
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    assert.ok(times[45] < 500, `nine of ten under half a second, not ${times[45]} ms`);
    assert.equal((await call(`${service.internalUrl}/readyz`)).status, 200);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test("a client that does not read its answers does not delay others", async () => {
  const port = Number(new URL(service.url).port);
  const deaf = Array.from({ length: 20 }, () => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    socket.write(`GET /v1/banner.js HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(300));
    return socket;
  });
  try {
    for (let i = 0; i < 10; i += 1) {
      const started = performance.now();
      assert.equal((await new Visitor(service).notice()).status, 200);
      assert.ok(performance.now() - started < 1000);
    }
  } finally {
    for (const socket of deaf) socket.destroy();
  }
});

test("where descriptors are few, idle connections leave, and no listener lacks any", async () => {
  const own = await startConsentd({
    options: ["--connections-per-address", "0"],
    under: ["bash", "-c", 'ulimit -n 200 && exec "$0" "$@"'],
  });
  const idle = [];
  try {
    assert.match(own.output(), /"event":"connections_limited","public":88,"internal":12,/);
    for (let i = 0; i < 300; i += 1) {
      const socket = connect(Number(new URL(own.url).port), "127.0.0.1");
      idle.push(socket.on("error", () => {}));
      await once(socket, "connect");
    }
    for (const url of [`${own.url}${noticePath}`, `${own.internalUrl}/readyz`]) {
      assert.equal((await call(url)).status, 200, url);
    }
    const visitor = new Visitor(own);
    assert.equal((await visitor.post(await visitor.body("accept_all"))).status, 201);
  } finally {
    for (const socket of idle) socket.destroy();
    await own.stop();
  }
});

test("pipelined requests are answered in order", async () => {
  const first = get("", noticePath).replace("Connection: close\r\n", "");
  const answer = await callRaw(service.url, first + get("", "/.well-known/gpc.json"));
  const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);
  assert.deepEqual(statuses, ["200", "200"]);
  assert.ok(answer.indexOf('"regime"') < answer.indexOf('"lastUpdate"'));
});

test("the internal listener takes bodies up to 4 MiB", async () => {
  const headers = { Authorization: `Bearer ${service.key}`, "Content-Type": "application/json" };
  const post = (size) => {
    const body = JSON.stringify({ site, purpose: "analytics", subjects: [] }).padEnd(size, " ");
    return call(`${service.internalUrl}/v1/check`, { method: "POST", headers, body });
  };
  assert.equal((await post(4 * 1024 * 1024)).status, 200);
  assertProblem(await post(4 * 1024 * 1024 + 1), 413);
});

test("text with line breaks never makes a header", async () => {
  const attacks = ["%0d%0aX-Injected:%20yes", "%0aX-Injected:%20yes", "%0d%0a%0d%0a<b>"];
  for (const attack of attacks) {
    for (const path of [
      `/v1/preferences?return=/${attack}`,
      `/${attack}`,
      `/v1/notices/${attack}`,
    ]) {
      const answer = await callRaw(service.url, get("", path));
      const head = answer.slice(0, answer.indexOf("\r\n\r\n"));
      assert.ok(!/^X-Injected/im.test(head), path);
      assert.ok(statusOf(answer) < 500, path);
    }
  }
});
