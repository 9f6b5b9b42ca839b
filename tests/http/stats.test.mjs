// What an analyst is told of a day, from events that visitors sent.

import assert from "node:assert/strict";
import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { issueKey, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { assertProblem, pageView, Visitor } from "../support/visitor.mjs";

let dataDir;
let service;
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "consentd-stats-"));
  service = await startConsentd({ dataDir, scopes: ["events", "privacy"] });
});
after(async () => {
  await service?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const ask = (of, query, key = service.key) =>
  call(`${service.internalUrl}/v1/stats/${of}?${new URLSearchParams(query)}`, {
    headers: { Authorization: `Bearer ${key}` },
  });

const usage = (query, key) => ask("usage", query, key);

// So that the test need not wait for midnight: what arrived so far arrived a day ago.
async function endTheDay() {
  await service.stop();
  const files = join(dataDir, "events");
  const [today] = (await readdir(files)).filter((name) => name.endsWith(".ndjson"));
  const yesterday = new Date(Date.parse(today.slice(0, 10)) - 24 * 3600e3);
  const day = yesterday.toISOString().slice(0, 10);
  await rename(join(files, today), join(files, `${day}.ndjson`));
  service = await startConsentd({ dataDir, key: service.key });
  return day;
}

test("a page that ten visitors saw has a number, one that fewer saw has none", async () => {
  const seen = { pricing: 12, features: 11, about: 10, jobs: 9, contact: 2 };
  for (let i = 0; i < 12; i += 1) {
    const visitor = new Visitor(service);
    await visitor.decide("accept_all");
    const pages = Object.keys(seen).filter((page) => i < seen[page]);
    const events = pages.map((page) => pageView({ url: `https://dialphone.com/${page}` }));
    assert.equal((await visitor.send(events)).json.accepted, events.length);
  }
  const now = new Date().toISOString().slice(0, 10);
  assertProblem(await usage({ from: now, to: now }), 422, "/to");
  const day = await endTheDay();
  const { status, json, text } = await usage({ from: day, to: day, group_by: "path" });
  assert.equal(status, 200, text);
  // The two rare pages have nine visitors together: the smallest of the others goes with them.
  assert.deepEqual(json.days, [
    {
      day,
      cells: [
        { value: "/pricing", events: 12, pseudonyms: 12 },
        { value: "/features", events: 11, pseudonyms: 11 },
      ],
      other: { events: 21, pseudonyms: 10 },
    },
  ]);
  const whole = (await usage({ from: day, to: day })).json.days[0];
  assert.deepEqual(whole.cells, [{ value: null, events: 44, pseudonyms: 12 }]);
});

test("a key of another scope counts nothing", async () => {
  const key = await issueKey(dataDir, ["check", "metrics"]);
  assertProblem(await usage({ from: "2026-01-01", to: "2026-01-02" }, key), 403);
  assertProblem(await usage({}, "x"), 401);
});

test("rates of consent are for the privacy office, of days that are over", async () => {
  const today = new Date().toISOString().slice(0, 10);
  assertProblem(await ask("consent", { from: today, to: today }), 422, "/to");
  const days = { from: "2026-01-01", to: "2026-01-01" };
  const { status, json, headers } = await ask("consent", { ...days, group_by: "language" });
  assert.equal(status, 200);
  assert.equal(headers["cache-control"], "private, no-store");
  assert.deepEqual(json.days[0].cells, []);
  assertProblem(await ask("consent", { ...days, group_by: "subject" }), 422, "/group_by");
  assertProblem(await ask("consent", days, await issueKey(dataDir, ["events"])), 403);
  assertProblem(await ask("consent", days, "x"), 401);
  const posted = await call(`${service.internalUrl}/v1/stats/consent`, { method: "POST" });
  assertProblem(posted, 405);
  assert.match(posted.headers.allow, /GET/);
});
