// Clients that hold connections to a listener on loopback and give it as little as they can: idle
// ones, those that send header or body drop by drop, and those that ask for much and read nothing.

import { readFileSync } from "node:fs";
import { connect } from "node:net";

const dropMilliseconds = 1_000;
const openedAtOnce = 200;

// `starts` is sent at once, `drops` each second.
const kinds = {
  idle: { starts: "", drops: "" },
  header: { starts: "GET /healthz HTTP/1.1\r\nHost: x\r\n", drops: "X-A: b\r\n" },
  body: {
    starts: "POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n",
    drops: "x",
  },
  reader: {
    starts: "GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(60),
    drops: "",
    readsNothing: true,
  },
};

export class SlowClients {
  constructor(port) {
    this.port = port;
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
      const socket = connect(this.port, "127.0.0.1", () => {
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

export const residentKib = (pid) => statusOf(pid, "VmRSS");
export const threadsOf = (pid) => statusOf(pid, "Threads");
