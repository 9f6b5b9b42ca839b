// Clients that hold connections to a listener on loopback and give it as little as they can: idle
// ones, those that send header or body drop by drop, and those that ask for much and read nothing.

import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { connect as connectSealed } from "node:tls";
import { call } from "./http_call.mjs";

const dropMilliseconds = 1_000;
const openedAtOnce = 200;
// Of a reader: more than the kernel takes.
export const answersAsked = 100;

const document = (field) => `GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n${field}\r\n`;

// `starts` is sent at once, `drops` each second.
const kinds = {
  idle: { starts: "", drops: "" },
  header: { starts: "GET /healthz HTTP/1.1\r\nHost: x\r\n", drops: "X-A: b\r\n" },
  body: {
    starts: "POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n",
    drops: "x",
  },
  reader: {
    starts: document("").repeat(answersAsked - 1) + document("Connection: close\r\n"),
    drops: "",
    readsNothing: true,
  },
};

export class SlowClients {
  // Over TLS where `secure` says so.
  constructor(port, { secure = false } = {}) {
    this.address = { port, host: "127.0.0.1", rejectUnauthorized: false };
    this.connect = secure ? connectSealed : connect;
    this.open = new Set();
    this.reopened = 0; // were cut off, and came again
  }

  async hold(kind, count) {
    for (let held = 0; held < count; held += openedAtOnce) {
      const some = Math.min(openedAtOnce, count - held);
      await Promise.all(Array.from({ length: some }, () => this.holdOne(kinds[kind])));
    }
  }

  holdOne(kind) {
    return new Promise((resolve) => {
      const socket = this.connect(this.address, () => {
        if (kind.starts) socket.write(kind.starts);
        this.open.add(socket);
        resolve();
      });
      if (kind.readsNothing) socket.pause();
      else socket.on("data", () => {});
      const timer = kind.drops && setInterval(() => socket.write(kind.drops), dropMilliseconds);
      socket.on("error", () => resolve());
      socket.on("close", () => {
        clearInterval(timer);
        this.open.delete(socket);
        if (this.stopping) return;
        this.reopened += 1;
        setTimeout(() => this.stopping || this.holdOne(kind), 50);
      });
    });
  }

  stop() {
    this.stopping = true;
    for (const socket of this.open) socket.destroy();
  }
}

function statusOf(pid, name) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, "m"))[1]);
}

// Until the public listener sends nothing more: what is not read fills every buffer. The service's
// key has the scope "metrics".
export async function standstill({ internalUrl, key }) {
  const headers = { Authorization: `Bearer ${key}` };
  const sentBytes = async () => {
    const { text } = await call(`${internalUrl}/metrics`, { headers });
    return Number(text.match(/^consent_sent_bytes_total\{listener="public"\} (\d+)$/m)[1]);
  };
  let before = await sentBytes();
  for (let still = 0; still < 5; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await sentBytes();
    still = now === before ? still + 1 : 0;
    before = now;
  }
  return before;
}

export const residentKib = (pid) => statusOf(pid, "VmRSS");
export const threadsOf = (pid) => statusOf(pid, "Threads");
