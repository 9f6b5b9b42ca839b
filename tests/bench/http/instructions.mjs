// How many instructions of its own a request takes, and where: counted by callgrind, so the same on
// a busy machine as on a quiet one. The kernel's are not counted, and what the processor does in
// one step (SHA-256) counts as callgrind knows it. Two runs, one with more requests, are compared.
//
// usage: node tests/bench/http/instructions.mjs [--help] [--requests N] [--top N]
//        [check | notice | grant | refusal ...]   without a name: all of them

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startConsentd } from "../../support/consentd.mjs";
import { answerHelp } from "../../support/usage.mjs";
import { eventId, randomId, site, Visitor } from "../../support/visitor.mjs";

answerHelp(import.meta.url);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    requests: { type: "string", default: "4000" },
    top: { type: "string", default: "24" },
  },
});
const kinds = {
  ...{ check: checks, notice: notices },
  grant: (service) => decisions(service, "accept_all"),
  refusal: (service) => decisions(service, "reject_all"),
};
const unknown = positionals.find((name) => !(name in kinds));
if (unknown) {
  console.error(`no such measurement: ${unknown}; one of: ${Object.keys(kinds).join(" ")}`);
  process.exit(2);
}
const wanted = positionals.length > 0 ? positionals : Object.keys(kinds);
const requests = Number(values.requests);
const few = 200;
const connections = 16;
const folder = mkdtempSync(join(tmpdir(), "consent-bench-"));

const head = (line, fields) =>
  [line, "Host: x", ...fields].map((text) => `${text}\r\n`).join("") + "\r\n";

async function checks(service) {
  const subject = (await new Visitor(service).decide("accept_all")).record.subject;
  const line = `GET /v1/check?site=${site}&purpose=analytics&subject=${subject} HTTP/1.1`;
  const request = head(line, [`Authorization: Bearer ${service.key}`]);
  return { url: service.internalUrl, next: () => request };
}

function notices(service) {
  const fields = ["Accept-Encoding: gzip, deflate, br", "Accept-Language: en", "X-Geo-Country: DE"];
  const request = head(`GET /v1/notice?site=${site} HTTP/1.1`, fields);
  return { url: service.url, next: () => request };
}

async function decisions(service, action) {
  const body = await new Visitor(service).body(action);
  const granting = action === "accept_all";
  const next = () => {
    const own = { event: eventId(), ...(granting ? { subject: randomId() } : {}) };
    const text = JSON.stringify({ ...body, ...own });
    const length = `Content-Length: ${Buffer.byteLength(text)}`;
    const type = "Content-Type: application/json";
    return head("POST /v1/consents HTTP/1.1", [type, length, "X-Geo-Country: DE"]) + text;
  };
  return { url: service.url, next };
}

// One connection of those that share `left`: its next request when the answer has come.
async function ask({ url, next }, left) {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("data", (answer) => {
    if (!/^HTTP\/1\.1 20[01] /.test(answer)) socket.destroy(new Error(answer.toString()));
    else if (left.count === 0) socket.end();
    else {
      left.count -= 1;
      socket.write(next());
    }
  });
  left.count -= 1;
  socket.write(next());
  await once(socket, "close");
}

async function countedRun(kind, count) {
  const file = join(folder, `${kind}-${count}`);
  const unlimited = ["rate-limit", "rate-burst", "site-rate-limit", "site-rate-burst"];
  const service = await startConsentd({
    under: ["valgrind", "--tool=callgrind", "--quiet", `--callgrind-out-file=${file}`],
    patienceMilliseconds: 120_000,
    geoDatabases: [],
    options: ["--access-log-sample", "0", ...unlimited.flatMap((name) => [`--${name}`, "1000000"])],
  });
  const asked = await kinds[kind](service);
  const left = { count };
  await Promise.all(Array.from({ length: connections }, () => ask(asked, left)));
  await service.stop();
  return inclusive(file);
}

// The instructions of each function and of what it calls, from callgrind's file.
function inclusive(file) {
  const words = ["--inclusive=yes", "--auto=no", "--threshold=100", file];
  const { status, stdout, stderr } = spawnSync("callgrind_annotate", words, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`callgrind_annotate: ${stderr.trim()}`);
  const found = new Map();
  for (const [, count, name] of stdout.matchAll(/^ *([\d,]+) \([ \d.]+%\) +(.+)$/gm)) {
    const plain = name.replace(/^.*?:(?!:)/, "").replace(/ \[[^[]*\]$/, "");
    found.set(plain, (found.get(plain) ?? 0) + Number(count.replaceAll(",", "")));
  }
  return found;
}

async function report(kind) {
  const start = await countedRun(kind, few);
  const whole = await countedRun(kind, few + requests);
  const each = [...whole].map(([name, count]) => {
    return [(count - (start.get(name) ?? 0)) / requests, name];
  });
  const [total] = each.find(([, name]) => name === "PROGRAM TOTALS");
  const named = each.filter(([, name]) => !/^(PROGRAM TOTALS|0x)/.test(name));
  named.sort(([a], [b]) => b - a);
  console.log(`${kind}: ${Math.round(total)} instructions a request; of each with what it calls:`);
  for (const [count, name] of named.slice(0, Number(values.top))) {
    console.log(`${String(Math.round(count)).padStart(9)}  ${name.slice(0, 110)}`);
  }
}

try {
  for (const kind of wanted) await report(kind);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
