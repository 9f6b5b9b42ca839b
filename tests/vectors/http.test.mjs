// The shared vectors over HTTP, to a started consentd whose clock stands where a vector puts it:
// node --test tests/vectors/http.test.mjs, after script/build.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { MovableClock } from "../support/movable_clock.mjs";
import { newestEvent, PlayedVisitor } from "./played_visitor.mjs";
import { readVectors, Tally } from "./vector_file.mjs";

const site = "vectors.test";
const agent = new Agent({ keepAlive: true });
const siteFile = fileURLToPath(new URL("site.json", import.meta.url));
const files = {};
let clock;
let dataDir;
let service;

// A token key lies in a file of its own: 32 raw bytes, for its owner only.
async function placeTokenKeys(directory, keys) {
  await mkdir(join(directory, "keys"), { mode: 0o700 });
  for (const [id, hexadecimal] of Object.entries(keys)) {
    const path = join(directory, "keys", `token.${id}.key`);
    await writeFile(path, Buffer.from(hexadecimal, "hex"), { mode: 0o600 });
  }
}

before(async () => {
  for (const area of ["region", "decision", "token", "reduction"]) {
    files[area] = await readVectors(area);
  }
  clock = await MovableClock.create();
  dataDir = await mkdtemp(join(tmpdir(), "consentd-vectors-"));
  await placeTokenKeys(dataDir, files.token.keys);
  await clock.set("2019-06-01T00:00:00Z");
  service = await startConsentd({
    dataDir,
    env: clock.env,
    geoDatabases: [],
    options: ["--site", siteFile, "--rate-burst", "1000000"],
  });
});

after(async () => {
  agent.destroy();
  await service?.stop();
  await clock?.remove();
  if (dataDir) await rm(dataDir, { recursive: true, force: true });
});

// In the order of time: a pseudonym key whose day is over is never made anew.
function inOrderOf(time, tally) {
  return [...tally.selected].sort((a, b) => Date.parse(time(a.input)) - Date.parse(time(b.input)));
}

test("region vectors, http", async () => {
  const tally = new Tally("http", files.region);
  for (const vector of inOrderOf((input) => input.date, tally)) {
    const { input, expect } = vector;
    await clock.set(`${input.date}T12:00:00Z`);
    const headers = { "X-Geo-Country": input.country };
    if (input.subdivision !== null) headers["X-Geo-Subdivision"] = input.subdivision;
    const url = `${service.url}/v1/notice?site=${site}&language=en`;
    const { status, json } = await call(url, { headers, agent });
    if (status !== 200) {
      tally.check(vector, { status }, expect);
      continue;
    }
    const { source, ...region } = json.region;
    const { ruleset, ...regime } = json.regime;
    tally.check(vector, { region, regime, zone: json.zone }, expect);
    assert.equal(source, region.country === null ? "unknown" : "edge_header");
    assert.match(ruleset, /^\d{4}-\d\d-\d\d$/);
  }
  tally.finish();
});

test("decision vectors, http", async () => {
  const tally = new Tally("http", files.decision);
  for (const vector of inOrderOf((input) => input.now, tally)) {
    const { input, expect } = vector;
    const visitor = new PlayedVisitor(service, clock, agent);
    const { allowed, reason, expires_at: expiresAt } = expect;
    try {
      for (const entry of input.history) await visitor.decide(entry);
      if (input.hold) await visitor.exercise(input.hold, input.now);
      if (input.visitor) {
        tally.check(vector, await visitor.askedThroughEvent(input), { allowed, reason });
      } else {
        // Of an erased choice nobody knows any more when it would have expired.
        const known = input.hold === "erased" ? null : expiresAt;
        const expected = { allowed, reason, expires_at: known };
        tally.check(vector, await visitor.checkedByPipeline(input), expected);
      }
    } catch (error) {
      tally.check(vector, error.message, { allowed, reason });
    }
  }
  tally.finish();
});

// A grant names a subject that this ledger does not know; a refusal speaks for itself.
const reasonOfKind = {
  grant: "no_record",
  refused: "refused",
  opted_out: "opted_out",
  gpc: "gpc",
  withdrawn: "withdrawn",
};

test("token vectors, http", async () => {
  await clock.set("2038-03-01T00:00:00Z");
  const tally = new Tally("http", files.token);
  const headers = { Authorization: `Bearer ${service.key}` };
  const question = { site, purpose: "analytics" };
  const tokens = tally.selected.map((vector) => vector.input.token);
  const { json } = await call(`${service.internalUrl}/v1/check`, {
    ...{ method: "POST", headers, body: { ...question, tokens }, agent },
  });
  for (const [index, vector] of tally.selected.entries()) {
    const query = new URLSearchParams({ ...question, token: vector.input.token });
    const one = await call(`${service.internalUrl}/v1/check?${query}`, { headers, agent });
    const believed = vector.expect?.mac === "valid";
    const reason = believed ? reasonOfKind[vector.expect.kind] : "invalid_token";
    const answers = [one.json, json.results[index]];
    tally.check(
      vector,
      answers.map((answer) => ({ allowed: answer.allowed, reason: answer.reason })),
      answers.map(() => ({ allowed: false, reason })),
    );
  }
  tally.finish();
});

const eventFor = {
  url: ({ url }) => ({ type: "page_view", url }),
  referrer: ({ referrer, page_url: url }) => ({ type: "page_view", url, referrer }),
  user_agent: () => ({ type: "page_view", url: "/" }),
  duration_ms: ({ duration_ms: duration }) => ({
    type: "session_end",
    url: "/",
    duration_ms: duration,
  }),
  event_name: ({ event_name: name }) => ({ type: "custom", url: "/", name }),
};

// What the sink holds, in the words of the vector; an event that cannot be reduced is not kept.
const keptOf = {
  url: (event) => ({
    path: event?.path ?? "",
    campaign: {
      source: event?.campaign?.source ?? "",
      medium: event?.campaign?.medium ?? "",
      name: event?.campaign?.name ?? "",
    },
  }),
  referrer: (event) => ({ referrer: event.referrer ?? "" }),
  user_agent: (event, expect) => {
    const all = { ...event, browser_major: event.browser_major ?? 0 };
    return Object.fromEntries(Object.keys(expect).map((name) => [name, all[name]]));
  },
  duration_ms: (event) => ({ bucket: event?.duration ?? "" }),
  event_name: (event) => ({ kept: event !== undefined }),
};

test("reduction vectors, http", async () => {
  const now = "2038-03-02T10:00:00Z";
  await clock.set(now);
  const tally = new Tally("http", files.reduction);
  const sender = new PlayedVisitor(service, clock, agent);
  for (const vector of tally.selected) {
    const { input, expect } = vector;
    const kind = Object.keys(input)[0];
    const headers = kind === "user_agent" ? { "User-Agent": input.user_agent } : {};
    const body = { site, events: [{ time: now, ...eventFor[kind](input) }] };
    const { json } = await sender.postEvents(body, { region: "US-CA", gpc: false }, headers);
    const event = json.accepted === 1 ? await newestEvent(service, now) : undefined;
    if (!event) assert.deepEqual(json.dropped, { invalid_event: 1 }, vector.comment);
    tally.check(vector, keptOf[kind](event, expect), expect);
  }
  tally.finish();
});
