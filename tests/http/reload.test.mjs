// SIGHUP: files are read again, no request is lost, and a broken file changes nothing.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { makeCertificate } from "../support/certificate.mjs";
import { root, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { tinyGeoDatabase } from "../support/tiny_geo_database.mjs";
import { randomId, site, Visitor } from "../support/visitor.mjs";

let directory;
let siteFile;
let bundled;
let geoDatabase;
let service;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "consentd-reload-"));
  siteFile = join(directory, "site.jsonc");
  bundled = await readFile(join(root, "server/site/dialphone.jsonc"), "utf8");
  await writeFile(siteFile, bundled);
  geoDatabase = join(directory, "geo.mmdb");
  await writeFile(geoDatabase, tinyGeoDatabase("DE"));
  service = await startConsentd({
    geoDatabases: [geoDatabase],
    scopes: ["check", "metrics"],
    options: ["--site", siteFile, "--rate-burst", "100000"],
  });
});
after(async () => {
  await service?.stop();
  await rm(directory, { recursive: true, force: true });
});

const bearer = () => ({ Authorization: `Bearer ${service.key}` });
const linesOf = (event) =>
  service
    .output()
    .split("\n")
    .filter((line) => line.includes(`"event":"${event}"`));

async function waitFor(condition, what) {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen:\n${service.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function reload(event = "reloaded") {
  const before = linesOf(event).length;
  service.child.kill("SIGHUP");
  await waitFor(() => linesOf(event).length > before, event);
}

const allowedFrom = async (origin) => {
  const { headers } = await call(`${service.url}/v1/notice?site=${site}`, {
    headers: { Origin: origin },
  });
  return headers["access-control-allow-origin"] === origin;
};

test("a changed site file counts from the reload on", async () => {
  const origin = "https://shop.dialphone.com";
  assert.equal(await allowedFrom(origin), false);
  const changed = bundled.replace('"origins": [', `"origins": ["${origin}", `);
  await writeFile(siteFile, changed);
  assert.equal(await allowedFrom(origin), false, "not before the signal");
  await reload();
  assert.equal(await allowedFrom(origin), true);
  assert.equal(await allowedFrom(service.url), true, "the demo's own origin stays");
});

test("a broken site file is reported with its place, and the old one stays in force", async () => {
  await writeFile(siteFile, bundled.replace('"site":', '"siet":'));
  await reload("reload_refused");
  const { detail, level } = JSON.parse(linesOf("reload_refused").at(-1));
  assert.equal(level, "error");
  assert.match(detail, /site\.jsonc:\d+:\d+: .*siet/);
  assert.equal(await allowedFrom("https://shop.dialphone.com"), true);
  await rm(siteFile);
  await reload("reload_refused");
  assert.equal((await new Visitor(service).notice()).status, 200);
  await writeFile(siteFile, bundled);
  await reload();
  assert.equal(await allowedFrom("https://shop.dialphone.com"), false);
  const { text } = await call(`${service.internalUrl}/metrics`, { headers: bearer() });
  assert.match(text, /^consent_reloads_total\{outcome="refused"\} 2$/m);
  assert.match(text, /^consent_reloads_total\{outcome="done"\} 2$/m);
});

test("a changed geo database counts from the reload on; a broken one leaves the old", async () => {
  const countryNow = async () => {
    const headers = { "X-Forwarded-For": "81.2.69.142" };
    const { json } = await call(`${service.url}/v1/notice?site=${site}`, { headers });
    return json.region.country;
  };
  // Replaced as a whole, as a download does it: the old file stays mapped.
  const install = async (bytes) => {
    await writeFile(`${geoDatabase}.new`, bytes);
    await rename(`${geoDatabase}.new`, geoDatabase);
  };
  assert.equal(await countryNow(), "DE");
  await install(tinyGeoDatabase("US"));
  assert.equal(await countryNow(), "DE", "not before the signal");
  await reload();
  assert.equal(await countryNow(), "US");
  await install("no database");
  await reload("reload_refused");
  assert.match(JSON.parse(linesOf("reload_refused").at(-1)).detail, /geo\.mmdb/);
  assert.equal(await countryNow(), "US");
  await install(tinyGeoDatabase("FR"));
  await reload();
  assert.equal(await countryNow(), "FR");
});

test("a reload that a certificate stops leaves no word of itself in the log", async () => {
  const pair = makeCertificate(directory);
  const own = await startConsentd({
    scopes: ["privacy"],
    options: [
      ...["--site", siteFile],
      ...["--public-tls-cert", pair.certificate, "--public-tls-key", pair.key],
    ],
  });
  try {
    const entries = async () => {
      const headers = { Authorization: `Bearer ${own.key}` };
      const url = `${own.internalUrl}/v1/audit?zone=eu&limit=1000`;
      return (await call(url, { headers })).json.entries.length;
    };
    const lines = (event) => own.output().split(`"event":"${event}"`).length;
    const before = await entries();
    assert.ok(before > 0);
    await writeFile(siteFile, bundled.replace('"site":', '"honour_dnt": true,\n  "site":'));
    const certificate = await readFile(pair.certificate, "utf8");
    await writeFile(pair.certificate, certificate.slice(0, certificate.length / 2));
    own.child.kill("SIGHUP");
    await waitFor(() => lines("reload_refused") > 1, "reload_refused");
    assert.match(own.output(), /server\.pem: cannot read the TLS certificate/);
    assert.equal(await entries(), before);
    await writeFile(pair.certificate, certificate);
    own.child.kill("SIGHUP");
    await waitFor(() => lines("reloaded") > 1, "reloaded");
    assert.equal(await entries(), before + 1);
  } finally {
    await own.stop();
    await writeFile(siteFile, bundled);
  }
});

test("under load no request is lost to thirty reloads", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 12 });
  const check = `${service.internalUrl}/v1/check?site=${site}&purpose=analytics`;
  const statuses = {};
  let running = true;
  const count = async (sent) => {
    const outcome = await sent.then(({ status }) => status).catch((error) => error.code);
    statuses[outcome] = (statuses[outcome] ?? 0) + 1;
  };
  const workers = Array.from({ length: 12 }, async (_, i) => {
    const visitor = new Visitor(service);
    while (running) {
      if (i % 4 === 0) await count(visitor.body("accept_all").then((body) => visitor.post(body)));
      else if (i % 4 === 1) await count(call(`${service.url}/v1/notice?site=${site}`, { agent }));
      else if (i % 4 === 2) await count(call(`${service.url}/v1/banner.js`, { agent }));
      else await count(call(`${check}&subject=${randomId()}`, { headers: bearer(), agent }));
    }
  });
  try {
    for (let i = 0; i < 30; i += 1) {
      await writeFile(`${geoDatabase}.new`, tinyGeoDatabase(i % 2 === 0 ? "DE" : "FR"));
      await rename(`${geoDatabase}.new`, geoDatabase);
      await reload();
    }
  } finally {
    running = false;
    await Promise.all(workers);
    agent.destroy();
  }
  const failed = Object.keys(statuses).filter((status) => !["200", "201"].includes(status));
  assert.deepEqual(failed, [], JSON.stringify(statuses));
  assert.ok(statuses[200] > 100, JSON.stringify(statuses));
  assert.ok(statuses[201] > 10, JSON.stringify(statuses));
});
