// The service beside its measures on one machine: nginx answering a constant of the same size,
// Redis MGET of the same keys, its own empty POST, and @c15t/backend on PostgreSQL. Rounds of the
// two alternate and are short, so that what else the machine does falls on both; medians are
// printed, and the ratio of each round's pair. Beside them stands the processor time of a request,
// from /proc: it holds on a busy machine too.
//
// usage: node tests/bench/http/http_bench.mjs [--help] [--rounds N] [--seconds S] [--subjects N]
//        [check | check_many | notice | consents | tail | c15t ...]   without a name: all of them

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root, startConsentd } from "../../support/consentd.mjs";
import { call } from "../../support/http_call.mjs";
import { answerHelp } from "../../support/usage.mjs";
import { site, Visitor } from "../../support/visitor.mjs";
import { startC15t } from "./c15t_backend.mjs";
import { startNginx, startRedis } from "./measures.mjs";

answerHelp(import.meta.url);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "2" },
    subjects: { type: "string", default: "1000000" },
  },
});
const names = ["check", "check_many", "notice", "consents", "tail", "c15t"];
const unknown = positionals.find((name) => !names.includes(name));
if (unknown) {
  console.error(`no such measurement: ${unknown}; one of: ${names.join(" ")}`);
  process.exit(2);
}
const wanted = positionals.length > 0 ? positionals : names;
const rounds = Number(values.rounds);
const seconds = values.seconds;
const subjects = Number(values.subjects);
const connections = 64;
const idsPerQuestion = 1_000;
const writesPerSecond = 300;
const programs = process.env.BENCH_BIN ?? join(root, "build/bench/bin");
const folder = mkdtempSync(join(tmpdir(), "consent-bench-"));

function run(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Error(`${program}: ${error?.message ?? stderr.trim()}`);
}

function processorSeconds(pids) {
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, each) => sum + each, 0) / 100;
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

let files = 0;
function requestFile(text) {
  const path = join(folder, `request-${(files += 1)}`);
  writeFileSync(path, text);
  return path;
}

const httpGet = (path, key) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\n${key ? `Authorization: Bearer ${key}\r\n` : ""}\r\n`;
const httpPost = (path, body, fields = "") =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
  `${fields}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

// Neither a network nor the site is refused anything: the load comes from one address.
const unlimited = ["rate-limit", "rate-burst", "site-rate-limit", "site-rate-burst"].flatMap(
  (name) => [`--${name}`, "1000000"],
);

// A contender: the port, the pids that answer there, and either a URL for wrk or a request file.
// What is refused by intent says so.
function loadWithClient({ port, request, protocol = "http", refused = false }, more = []) {
  const out = run(join(programs, "load_client"), [
    ...["--port", String(port), "--request", request, "--protocol", protocol],
    ...["--connections", String(connections), "--seconds", seconds],
    ...["--recorded", String(subjects), ...more],
  ]);
  const { requests, seconds: took, failed, ...latency } = JSON.parse(out);
  if (failed > 0 && !refused) throw new Error(`${failed} of ${requests} requests failed`);
  return { requests, rate: requests / took, ...latency };
}

function loadWithWrk({ port, path, key }) {
  const out = run("wrk", [
    ...["-t", "1", "-c", String(connections), "-d", `${seconds}s`],
    ...(key ? ["-H", `Authorization: Bearer ${key}`] : []),
    `http://127.0.0.1:${port}${path}`,
  ]);
  if (/Non-2xx|Socket errors/.test(out)) throw new Error(out);
  return {
    requests: Number(out.match(/(\d+) requests in/)[1]),
    rate: Number(out.match(/Requests\/sec:\s+([\d.]+)/)[1]),
  };
}

function measure(contender) {
  const before = processorSeconds(contender.pids());
  const result = contender.request ? loadWithClient(contender) : loadWithWrk(contender);
  const used = processorSeconds(contender.pids()) - before;
  return { ...result, processorMicroseconds: (used / result.requests) * 1e6 };
}

function compare(title, ours, theirs, goal) {
  const found = [];
  measure(ours);
  measure(theirs);
  for (let round = 0; round < rounds; round += 1) {
    const reversed = round % 2 === 1;
    const pair = reversed ? [measure(theirs), measure(ours)] : [measure(ours), measure(theirs)];
    found.push(reversed ? pair.reverse() : pair);
  }
  const of = (index, member) => median(found.map((pair) => pair[index][member]));
  const ratios = found.map(([a, b]) => a.rate / b.rate);
  const line = (name, index) =>
    `  ${name}: ${Math.round(of(index, "rate"))}/s, ` +
    `${of(index, "processorMicroseconds").toFixed(1)} us of processor a request`;
  console.log(`${title}\n${line("ours", 0)}\n${line("theirs", 1)}`);
  const processor = of(1, "processorMicroseconds") / of(0, "processorMicroseconds");
  console.log(
    `  ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ` +
      `${Math.max(...ratios).toFixed(2)}), by processor time ${processor.toFixed(2)}; ` +
      `goal ${goal}`,
  );
}

const portOf = (url) => Number(new URL(url).port);
const pidsOf = (service) => () => [service.child.pid];
const stopping = [];

// No access log: while a load runs nobody here reads what the service writes.
async function start(options) {
  const logless = ["--access-log-sample", "0", ...(options.options ?? [])];
  const service = await startConsentd({ ...options, options: logless });
  stopping.push(() => service.stop());
  return service;
}

async function nginxLike(url, options) {
  const { text } = await call(url, options);
  const nginx = await startNginx(folder, text);
  stopping.push(nginx.stop);
  return { port: nginx.port, path: "/constant", pids: nginx.pids };
}

// One directory with recorded subjects, for all that ask.
let filled;
async function filledService() {
  if (filled) return filled;
  const dataDir = join(folder, "data");
  console.log(run(join(programs, "record_subjects"), [dataDir, String(subjects)]).trim());
  filled = await start({ dataDir, geoDatabases: [], options: unlimited });
  // The first question for a subject reads the file; a pipeline asks for the same ones day by day.
  const warm = { port: portOf(filled.internalUrl), request: manyOf(filled) };
  const needed = Math.ceil((subjects / idsPerQuestion) * 5);
  for (let asked = 0; asked < needed; ) asked += loadWithClient(warm).requests;
  return filled;
}

const question = `/v1/check?site=${site}&purpose=analytics&subject=${"#".repeat(22)}`;

async function check() {
  const service = await filledService();
  const { port, pids } = { port: portOf(service.internalUrl), pids: pidsOf(service) };
  const request = requestFile(httpGet(question, service.key));
  loadWithClient({ port, request });
  const path = question.replace(/#+/, "A".repeat(21) + "g");
  const headers = { Authorization: `Bearer ${service.key}` };
  const theirs = await nginxLike(service.internalUrl + path, { headers });
  const ours = { port, path, key: service.key, pids };
  compare("GET /v1/check, beside nginx with a constant of the same size (wrk)", ours, theirs, 0.75);
  const constant = requestFile(httpGet(theirs.path));
  compare(
    `the same, a random one of ${subjects} subjects each time (load_client)`,
    { port, request, pids },
    { ...theirs, request: constant },
    0.75,
  );
}

const ids = Array.from({ length: idsPerQuestion }, () => "#".repeat(22));

function manyOf(service) {
  const body = JSON.stringify({ site, purpose: "analytics", subjects: ids });
  const authorization = `Authorization: Bearer ${service.key}\r\n`;
  return requestFile(httpPost("/v1/check", body, authorization));
}

async function checkMany() {
  const service = await filledService();
  const request = manyOf(service);
  const ours = { port: portOf(service.internalUrl), request, pids: pidsOf(service) };
  const redis = await startRedis(folder, join(programs, "redis_keys"), subjects);
  stopping.push(redis.stop);
  const keys = ids.map((id) => `$22\r\n${id}\r\n`).join("");
  const mget = requestFile(`*${idsPerQuestion + 1}\r\n$4\r\nMGET\r\n${keys}`);
  const theirs = { port: redis.port, request: mget, protocol: "resp", pids: redis.pids };
  const title = `POST /v1/check with ${idsPerQuestion} of ${subjects}, beside Redis MGET`;
  compare(title, ours, theirs, 3);
}

async function notice() {
  const service = await start({});
  const path = `/v1/notice?site=${site}&language=en`;
  const theirs = await nginxLike(service.url + path);
  const ours = { port: portOf(service.url), path, pids: pidsOf(service) };
  compare("GET /v1/notice, beside nginx with a constant of the same size (wrk)", ours, theirs, 0.5);
}

// A grant of a new subject each time.
async function writeOf(service, action = "accept_all") {
  const body = await new Visitor(service).body(action);
  body.event = "@".repeat(36);
  if (action === "accept_all") body.subject = "@".repeat(22);
  const edge = "X-Geo-Country: DE\r\n";
  return requestFile(httpPost("/v1/consents", JSON.stringify(body), edge));
}

async function consents() {
  const service = await start({ options: unlimited, geoDatabases: [] });
  const port = portOf(service.url);
  const write = await writeOf(service);
  const empty = requestFile(httpPost("/v1/ping", ""));
  const pids = pidsOf(service);
  const answered = { port, request: empty, pids, refused: true };
  const title = "durable, beside an empty POST (answered 404) of the same server";
  compare(`POST /v1/consents, a grant, ${title}`, { port, request: write, pids }, answered, 0.5);
  const refusal = await writeOf(service, "reject_all");
  compare(
    `the same, a refusal, of which a count is kept, ${title}`,
    { port, request: refusal, pids },
    answered,
    0.5,
  );
}

// Writes at a steady rate, enough for a checkpoint of the store every second or two, until stopped.
async function startWriting(service) {
  const child = spawn(join(programs, "load_client"), [
    ...["--port", String(portOf(service.url)), "--request", await writeOf(service)],
    ...["--connections", "16", "--rate", String(writesPerSecond), "--seconds", "300"],
  ]);
  const ended = once(child, "exit");
  return async () => {
    if (child.exitCode !== null) throw new Error("the writes ended before they were to");
    child.kill("SIGTERM");
    await ended;
  };
}

function tailAt(contender, rate, title) {
  const found = Array.from({ length: rounds }, () =>
    loadWithClient(contender, ["--rate", String(Math.round(rate))]),
  );
  const [p50, p99] = ["p50_us", "p99_us"].map((name) => median(found.map((each) => each[name])));
  console.log(
    `${title}: p50 ${p50} us, p99 ${p99} us, ratio ${(p99 / p50).toFixed(1)}; goal at most 3`,
  );
}

// At seven tenths of what it can do, from the moment each request was due.
async function tail() {
  const gaps = JSON.parse(run(join(programs, "clock_gaps"), [seconds]));
  console.log(
    `a program that only looks at the clock, on each processor: not let run ` +
      `${gaps.lost_percent} % of the time, at the longest ${gaps.longest_us} us`,
  );
  const service = await filledService();
  const request = requestFile(httpGet(question, service.key));
  const contender = { port: portOf(service.internalUrl), request };
  const most = () => median(Array.from({ length: 3 }, () => loadWithClient(contender).rate));
  const alone = most();
  tailAt(contender, alone * 0.7, `GET /v1/check at 70 % of ${Math.round(alone)}/s`);
  // What the machine itself adds at this rate.
  const constant = await nginxLike(service.internalUrl + "/healthz");
  const plain = { ...constant, request: requestFile(httpGet(constant.path)) };
  tailAt(plain, alone * 0.7, "nginx with a constant at the same rate");
  const stop = await startWriting(service);
  try {
    const beside = most();
    const title = `the same beside ${writesPerSecond} durable writes a second`;
    tailAt(contender, beside * 0.7, `${title}, of ${Math.round(beside)}/s`);
  } finally {
    await stop();
  }
}

// The three things that both do: record a choice, ask for it, say what a visitor must be shown.
async function c15t() {
  const service = await start({ options: unlimited, geoDatabases: [] });
  const { record } = await new Visitor(service).decide("accept_all");
  const pids = pidsOf(service);
  const outside = { port: portOf(service.url), pids };
  const inside = { port: portOf(service.internalUrl), pids };
  const theirs = await startC15t(folder);
  stopping.push(theirs.stop);
  const choice = (subjectId) =>
    JSON.stringify({
      ...{ type: "cookie_banner", domain: site, subjectId, givenAt: Date.now() },
      preferences: { necessary: true, measurement: true, marketing: true },
    });
  const subject = "sub_ABCDEFGHABCDEFGHABCD";
  const url = `http://127.0.0.1:${theirs.port}${theirs.path}`;
  const headers = { "Content-Type": "application/json" };
  const first = await call(`${url}/subjects`, { method: "POST", headers, body: choice(subject) });
  if (first.status !== 200) throw new Error(`c15t answers ${first.status}: ${first.text}`);
  const ask = question.replace(/#+/, record.subject);
  const write = httpPost(`${theirs.path}/subjects`, choice(`sub_${"~".repeat(20)}`));
  compare(
    "POST /v1/consents, beside POST /subjects of @c15t/backend on PostgreSQL",
    { ...outside, request: await writeOf(service) },
    { ...theirs, request: requestFile(write) },
    20,
  );
  compare(
    "GET /v1/check, beside its GET /subjects/{id}",
    { ...inside, request: requestFile(httpGet(ask, service.key)) },
    { ...theirs, request: requestFile(httpGet(`${theirs.path}/subjects/${subject}`)) },
    20,
  );
  compare(
    "GET /v1/notice, beside its GET /init",
    { ...outside, request: requestFile(httpGet(`/v1/notice?site=${site}&language=en`)) },
    { ...theirs, request: requestFile(httpGet(`${theirs.path}/init`)) },
    20,
  );
  const constant = await nginxLike(`${service.url}/v1/notice?site=${site}&language=en`);
  compare(
    "nginx with a constant of the notice's size, beside the same GET /init",
    { ...constant, request: requestFile(httpGet(constant.path)) },
    { ...theirs, request: requestFile(httpGet(`${theirs.path}/init`)) },
    20,
  );
}

try {
  for (const name of ["load_client", "clock_gaps", "record_subjects", "redis_keys"]) {
    if (existsSync(join(programs, name))) continue;
    throw new Error(`${join(programs, name)} is missing: script/bench http builds it`);
  }
  const all = { check, check_many: checkMany, notice, consents, tail, c15t };
  for (const name of wanted) await all[name]();
} finally {
  for (const stop of stopping.reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
}
