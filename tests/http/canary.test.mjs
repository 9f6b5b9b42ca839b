// Visitors who can be recognised anywhere go through everything the service does; then everything
// that it leaves is searched for them and for the keys: data directory, backup, output, answers,
// metrics, and its memory as a core dump would hold it.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { foundIn, formsOf, readMemory, writableMemory } from "../support/canary.mjs";
import { program, root, startConsentd } from "../support/consentd.mjs";
import { call, callRaw } from "../support/http_call.mjs";
import { dataFiles, events, site } from "../support/pipeline.mjs";
import { checkOf, eventId, pageView, Visitor } from "../support/visitor.mjs";

const isRoot = process.getuid() === 0;
const skipWithoutRoot = isRoot ? false : "only root may read the memory of this service";
const scopes = ["check", "events", "privacy", "metrics"];

// Pieces that no program has by itself; every user agent, e-mail, referrer and URL holds one.
const agentMark = "ZqxLynx/77.3141";
const mailMark = "quixotic.zebra";
const urlMark = "vexed-jackdaw-9271";
const addresses = [
  { text: "91.12.213.178", bytes: [91, 12, 213, 178] },
  { text: "2001:db8:5eaf:cafe:d00d:beef:f00d:7a3b", country: "DE" },
  { text: "2001:db8:5eaf:cafe:d00d:beef:f00d:7a3c", country: "FR" },
  { text: "198.51.173.229", bytes: [198, 51, 173, 229], country: "US", subdivision: "US-CA" },
];

const bytesOfIpv6 = (text) =>
  Buffer.from(
    text
      .split(":")
      .map((group) => group.padStart(4, "0"))
      .join(""),
    "hex",
  );

function canaryOfAddress({ text, bytes }) {
  const binary = bytes ? Buffer.from(bytes) : bytesOfIpv6(text);
  const forms = [...formsOf(text), ...formsOf(binary)];
  if (bytes) {
    forms.push(Buffer.from(String(binary.readUInt32BE())));
    forms.push(Buffer.from(bytes.slice(0, 3).join(".")));
  } else {
    forms.push(Buffer.from("5eaf:cafe"), binary.subarray(4, 12));
  }
  // Four or five characters of base64 stand by chance in anything encrypted.
  const long = forms.filter((form) => form.length > 5);
  return { name: text, forms: bytes ? [...long, binary, Buffer.from(binary).reverse()] : long };
}

let directory;
let service;
let canaries;
let keys;
let visitors;
const answers = [];
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "consentd-canary-"));
  const bundled = await readFile(join(root, "server/site/dialphone.jsonc"), "utf8");
  const siteFile = join(directory, "site.jsonc");
  const replication = '{\n  "replication": {"from": "eu", "to": "us"},';
  await writeFile(siteFile, bundled.replace("{", replication));
  service = await startConsentd({
    dataDir: join(directory, "data"),
    scopes,
    cwd: directory,
    options: ["--access-log-sample", "1", "--site", siteFile],
  });
});
after(async () => {
  await service?.stop();
  await rm(directory, { recursive: true, force: true });
});

const pathOfPerson = `/u/${mailMark}@example.org`;
const personalUrl = `https://dialphone.com${pathOfPerson}?utm_source=news&q=${urlMark}#${urlMark}`;
const referrer = `https://jane:${urlMark}@ok.example/${mailMark}%40example.org?u=${urlMark}`;

function visitorFrom({ text, country, subdivision }, index) {
  const visitor = new Visitor(service, { region: subdivision ?? country ?? "DE" });
  if (!country) delete visitor.headers["X-Geo-Country"];
  visitor.headers["X-Forwarded-For"] = text;
  visitor.headers["User-Agent"] =
    `Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/14${index}.0 ${agentMark}.${index}`;
  visitor.headers.Referer = referrer;
  return visitor;
}

async function visit(address, index) {
  const visitor = visitorFrom(address, index);
  await visitor.decide("accept_all");
  const { subject, token } = visitor;
  const view = { url: personalUrl, referrer };
  answers.push((await visitor.send([pageView(view), pageView({ url: mailMark })])).text);
  answers.push(JSON.stringify(await checkOf(service, { subject })));
  answers.push(JSON.stringify(await checkOf(service, { token })));
  const ask = { Authorization: `Bearer ${service.key}` };
  const raw = { ...pageView(view), ip: address.text, user_agent: visitor.headers["User-Agent"] };
  const body = { site, events: [{ ...raw, token }] };
  const options = { method: "POST", headers: ask, body };
  answers.push((await call(`${service.internalUrl}/v1/pseudonymize`, options)).text);
  const question = { site, purpose: "analytics", subjects: [subject] };
  await call(`${service.internalUrl}/v1/check`, { ...options, body: question });
  await call(`${service.internalUrl}/v1/audit?site=${site}&subject=${subject}`, { headers: ask });
  const own = { ...visitor.headers, Authorization: `Consent ${token}` };
  const receipt = await call(`${service.url}/v1/me/receipt`, { headers: own });
  assert.equal(receipt.status, 200, receipt.text);
  answers.push((await call(`${service.url}/v1/preferences?site=${site}`, { headers: own })).text);
  if (index % 2 === 1) await visitor.decide("withdraw");
  return { subject, token };
}

// Requests that are wrong in many ways.
async function misbehave(address) {
  const { headers } = visitorFrom(address, 9);
  const badToken = { Authorization: `Consent ${Buffer.from(urlMark).toString("base64url")}` };
  const post = (body, more = {}) =>
    call(`${service.url}/v1/consents`, { method: "POST", headers: { ...headers, ...more }, body });
  const sent = [
    await post({ site: mailMark, event: eventId(), language: `${mailMark}@example.org` }),
    await post(`{"${urlMark}`),
    await post(urlMark.repeat(3), { "Content-Type": "text/plain" }),
    await call(`${service.url}/v1/notice?site=${urlMark}`, { headers }),
    await call(`${service.url}/${urlMark}?mail=${mailMark}@example.org`, { headers }),
    await call(`${service.url}/v1/me/receipt`, { headers: { ...headers, ...badToken } }),
  ];
  for (const { status, text } of sent) {
    assert.ok(status >= 400 && status < 500, `${status}: ${text}`);
    answers.push(text);
  }
  const lines = `Host: x\r\nX-Forwarded-For: ${address.text}\r\nUser-Agent: ${agentMark}\r\n`;
  for (const bad of [
    `GET /${urlMark} HTTP/9.9\r\n${lines}\r\n`,
    `BREW /${urlMark} HTTP/1.1\r\n${lines}\r\n`,
    `POST /v1/events HTTP/1.1\r\n${lines}Content-Length: 5x\r\n\r\n${mailMark}`,
    `GET /${urlMark} HTTP/1.1\r\n${lines}Bad Field: ${mailMark}\r\n\r\n`,
  ]) {
    answers.push(await callRaw(service.url, bad));
  }
}

async function keyFiles() {
  const files = (await dataFiles(service)).filter(({ path }) => path.endsWith(".key"));
  return files.map(({ path, bytes }) => ({
    path,
    name: basename(path),
    bytes,
    forms: formsOf(bytes),
  }));
}

test("visitors are served, and have left their consent", async () => {
  const served = [];
  for (const [index, address] of addresses.entries()) served.push(await visit(address, index));
  for (const address of addresses) await misbehave(address);
  const own = { headers: { Authorization: `Consent ${served[0].token}` } };
  const isCopied = async () => (await call(`${service.url}/v1/me`, own)).json.copies.length > 0;
  const deadline = Date.now() + 60_000;
  while (!(await isCopied())) {
    assert.ok(Date.now() < deadline, "their records are copied to the other zone");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const stored = await events(service);
  assert.ok(stored.length >= addresses.length, "the events are there");
  assert.equal(stored[0].country, "DE", "the address was used");
  assert.equal(stored[0].browser, "Firefox", "and the user agent");
  keys = await keyFiles();
  assert.ok(keys.length >= 7, `${keys.length} keys`);
  visitors = served;
  canaries = [
    ...addresses.map(canaryOfAddress),
    ...[agentMark, mailMark, urlMark].map((mark) => ({ name: mark, forms: formsOf(mark) })),
    ...served.map(({ subject }) => ({
      name: "a subject",
      subject,
      forms: [
        ...new Set([Buffer.from(subject), ...formsOf(Buffer.from(subject, "base64url"))]),
      ],
    })),
    { name: "an API key", forms: formsOf(service.key) },
  ];
});

test("the search finds what is there", async () => {
  for (const { name, forms } of [...canaries, ...keys]) {
    for (const form of forms) {
      const text = Buffer.concat([Buffer.from("x"), form, Buffer.from("y")]);
      assert.notDeepEqual(foundIn(text, [...canaries, ...keys]), [], `${name}: ${form}`);
    }
  }
  for (const prefix of ["", "a", "ab"]) {
    const url = Buffer.from(prefix + personalUrl).toString("base64");
    assert.match(foundIn(Buffer.from(url), canaries).join(), /vexed-jackdaw/);
  }
  for (const key of keys) {
    const file = await readFile(key.path);
    assert.ok(foundIn(file, keys).length > 0, "a key's own file holds it");
  }
});

async function searchFiles(files, where) {
  for (const { path, bytes } of files) {
    const others = keys.filter((key) => !key.bytes.equals(bytes));
    assert.deepEqual(foundIn(bytes, [...canaries, ...others]), [], `${where}: ${path}`);
  }
}

test("no file of the data directory names a visitor or holds another's key", async () => {
  await searchFiles(await dataFiles(service), "data");
});

// What a person or an office is handed may name that person, and nobody else.
test("no export, receipt or certificate names another, an address or a key", async () => {
  const origin = { Origin: "https://dialphone.com" };
  const office = { headers: { Authorization: `Bearer ${service.key}` } };
  const [first] = visitors;
  for (const { subject, token } of visitors) {
    const own = { Authorization: `Consent ${token}`, ...origin };
    const linked = { ...own, Accept: "application/ld+json" };
    const held = [
      await call(`${service.url}/v1/me`, { headers: own }),
      await call(`${service.url}/v1/me`, { headers: linked }),
      await call(`${service.url}/v1/me/receipt`, { headers: own }),
    ];
    const others = canaries.filter((canary) => canary.subject !== subject);
    for (const { status, text } of held) {
      assert.equal(status, 200, text);
      assert.deepEqual(foundIn(Buffer.from(text), [...others, ...keys]), [], text);
    }
    if (subject !== first.subject) continue;
    const erased = await call(`${service.url}/v1/me`, { method: "DELETE", headers: own });
    assert.equal(erased.status, 200, erased.text);
    const { id } = erased.json.certificate;
    const again = await call(`${service.internalUrl}/v1/certificates/${id}`, office);
    assert.equal(again.json.certificate.id, id);
    for (const { text } of [erased, again]) {
      const signed = Buffer.from(JSON.parse(text).leaf.entry, "base64");
      for (const bytes of [Buffer.from(text), signed]) {
        assert.deepEqual(foundIn(bytes, [...canaries, ...keys]), [], text);
      }
    }
  }
});

test("no backup does", async () => {
  const [to, keysTo] = [join(directory, "backup"), join(directory, "backup-keys")];
  const words = ["backup", "--data-dir", service.dataDir, "--to", to, "--keys-to", keysTo];
  execFileSync(program, words);
  const files = await dataFiles({ dataDir: to });
  assert.ok(files.some(({ path }) => path.endsWith("ledger.sqlite")));
  await searchFiles(files, "backup");
  for (const { path, bytes } of files) assert.deepEqual(foundIn(bytes, keys), [], path);
  await searchFiles(await dataFiles({ dataDir: keysTo }), "backup of the keys");
});

test("no output, answer or metric does", async () => {
  const headers = { Authorization: `Bearer ${service.key}` };
  const metrics = (await call(`${service.internalUrl}/metrics`, { headers })).text;
  assert.match(metrics, /consent_/);
  const output = service.output();
  assert.match(output, /"route":"\/v1\/consents"/, "the access log is on");
  for (const text of [metrics, output]) {
    assert.deepEqual(foundIn(Buffer.from(text), [...canaries, ...keys]), []);
  }
  const visible = canaries.filter(({ name }) => name !== "a subject");
  for (const text of answers) assert.deepEqual(foundIn(Buffer.from(text), visible), [], text);
});

function searchMemory(regions, wanted) {
  const found = new Set();
  readMemory(service.child.pid, regions, (bytes, region) => {
    for (const hit of foundIn(bytes, wanted)) found.add(`${hit} in ${region.name || "memory"}`);
  });
  return [...found];
}

// A connection's last request stays until its loop turns again, a second at most.
const untilLoopsTurn = () => new Promise((resolve) => setTimeout(resolve, 1_500));

const keepsNothing = "memory that a core dump would hold keeps nothing of them";
test(keepsNothing, { skip: skipWithoutRoot }, async () => {
  await untilLoopsTurn();
  const regions = writableMemory(service.child.pid);
  const hidden = regions.filter(({ dumped }) => !dumped);
  assert.notDeepEqual(searchMemory(hidden, keys), [], "keys are there, and the search finds them");
  assert.match(searchMemory(hidden, canaries).join(), /a subject/, "and subjects asked for");
  const dumped = regions.filter((region) => region.dumped);
  assert.deepEqual(searchMemory(dumped, [...canaries, ...keys]), []);
});

const coreFiles = async (folder) =>
  (await readdir(folder)).filter((name) => name.startsWith("core"));

// Whether a crash leaves a file here at all: a kernel may hand core dumps to a program.
async function leavesCore(folder) {
  const script = 'ulimit -c unlimited && cd "$0" && kill -ABRT $$';
  const { signal } = spawnSync("bash", ["-c", script, folder]);
  assert.equal(signal, "SIGABRT");
  const files = await coreFiles(folder);
  for (const name of files) await rm(join(folder, name));
  return files.length > 0;
}

const childrenOf = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();

test("a crash leaves no core dump, whatever the limit", async (t) => {
  if (!(await leavesCore(directory))) return t.skip("core dumps leave no file here");
  // A command that waits for its keys; unlike serve it does not set the limit itself.
  const words = ["keys", "rotate", "--data-dir", service.dataDir];
  words.push("--zone-keys", "command:sleep 20");
  const script = 'ulimit -c unlimited && exec "$@"';
  const options = { cwd: directory, stdio: "ignore" };
  const child = spawn("bash", ["-c", script, "sh", program, ...words], options);
  const ended = once(child, "exit");
  while (childrenOf(child.pid) === "") await new Promise((resolve) => setTimeout(resolve, 10));
  const waited = Number(childrenOf(child.pid));
  child.kill("SIGABRT");
  assert.deepEqual(await ended, [null, "SIGABRT"]);
  process.kill(waited);
  assert.deepEqual(await coreFiles(directory), []);
});
