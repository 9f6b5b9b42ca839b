// POST /v1/policies: a version of the site's promises, published while the service runs.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { issueKey, program, root, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { MovableClock } from "../support/movable_clock.mjs";
import { assertProblem, checkOf, eventId, Visitor } from "../support/visitor.mjs";

const run = promisify(execFile);
const scopes = ["check", "privacy"];
const day = 24 * 3600e3;
const start = Date.parse("2026-11-23T10:00:00Z");
const after30Days = new Date(start + 31 * day).toISOString();

let clock;
let directory;
let dataDir;
let siteFile;
let key;
let service;

const open = (folder = dataDir) =>
  startConsentd({ dataDir: folder, key, env: clock.env, options: ["--site", siteFile] });

before(async () => {
  clock = await MovableClock.create();
  await clock.set(start);
  directory = await mkdtemp(join(tmpdir(), "consentd-policies-"));
  dataDir = join(directory, "data");
  siteFile = join(directory, "site.jsonc");
  await copyFile(join(root, "server/site/dialphone.jsonc"), siteFile);
  key = await issueKey(dataDir, scopes);
  service = await open();
});
after(async () => {
  await service?.stop();
  await clock?.remove();
  await rm(directory, { recursive: true, force: true });
});

// Version 3 of the bundled site, where marketing has one recipient more.
const own = { id: "dialphone", name: "DialPhone", recipient: "DialPhone, Inc.", country: "US" };
const hosts = [
  own,
  { id: "havelbogen", name: "Havelbogen", recipient: "Havelbogen Hosting GmbH", country: "DE" },
  { id: "liffey", name: "Liffey Compute", recipient: "Liffey Compute Ltd", country: "IE" },
  { id: "prairie", name: "Prairie Rack", recipient: "Prairie Rack Inc.", country: "US" },
];
const purposes = (marketing = [own]) => [
  { id: "essential", legal_basis: "contract", cookies: [], services: hosts },
  { id: "analytics", legal_basis: "consent", cookies: [], services: hosts },
  { id: "marketing", legal_basis: "consent", cookies: [], services: marketing },
];
const policy = (changes = {}) => ({
  effective_at: after30Days,
  controller: "DialPhone, Inc.",
  purposes: purposes(hosts.slice(0, 2)),
  ...changes,
});

const bearer = () => ({ Authorization: `Bearer ${service.key}` });
const post = (body, headers = bearer()) =>
  call(`${service.internalUrl}/v1/policies`, { method: "POST", headers, body });
const policies = async () =>
  (await call(`${service.internalUrl}/v1/policies`, { headers: bearer() })).json.policies;
const versions = async () => (await policies()).map(({ version }) => version);

// What each zone's log says of a version.
async function logged(version) {
  const found = [];
  for (const zone of ["eu", "us"]) {
    const url = `${service.internalUrl}/v1/audit?zone=${zone}&limit=1000`;
    const { json, text } = await call(url, { headers: bearer() });
    assert.ok(json, text);
    for (const { kind, detail } of json.entries) {
      if (kind !== "policy") continue;
      const said = typeof detail === "string" ? JSON.parse(detail) : detail;
      if (said.version === version) found.push({ zone, ...said });
    }
  }
  return found;
}

test("who may publish, and what is no policy", async () => {
  assertProblem(await post(policy(), {}), 401);
  const checker = await issueKey(dataDir, ["check", "events", "admin", "metrics"]);
  assertProblem(await post(policy(), { Authorization: `Bearer ${checker}` }), 403);
  assertProblem(await post("{"), 415);
  const json = { ...bearer(), "Content-Type": "application/json" };
  assertProblem(await post("{", json), 400);
  assertProblem(await post('{"version": 4, "version": 4}', json), 400);
  assertProblem(await post([]), 422, "");
  assertProblem(await post({}), 422, "/effective_at");
  assertProblem(await post(policy({ effective: after30Days })), 422, "/effective");
  assertProblem(await post(policy({ site: "other.example" })), 422, "/site");
  assertProblem(await post(policy({ effective_at: "soon" })), 422, "/effective_at");
  const [essential, , marketing] = purposes();
  const double = [essential, marketing, marketing];
  assertProblem(await post(policy({ purposes: double })), 422, "/purposes/2/id");
  assert.deepEqual(await versions(), [1, 2, 3]);
});

test("a material version takes effect 30 days after its publication or later", async () => {
  const early = new Date(start + 30 * day - 1000).toISOString();
  assertProblem(await post(policy({ effective_at: early })), 422, "/effective_at");
  const dated = { published_at: new Date(start - 2 * day).toISOString(), effective_at: early };
  assertProblem(await post(policy(dated)), 422, "/published_at");
  assert.deepEqual(await versions(), [1, 2, 3]);
  assert.deepEqual(await logged(4), []);
});

test("of versions that come at once one gets the number", async () => {
  const days = [31, 32, 33, 34, 35, 36];
  const answers = await Promise.all(
    days.map((count) =>
      post(policy({ version: 4, effective_at: new Date(start + count * day).toISOString() })),
    ),
  );
  const published = answers.filter(({ status }) => status === 201);
  assert.equal(published.length, 1);
  for (const answer of answers) if (answer !== published[0]) assertProblem(answer, 409, "/version");
  const told = (await policies()).at(-1);
  assert.deepEqual(published[0].json, told);
  assert.equal(published[0].headers["cache-control"], "private, no-store");
  assert.equal(told.state, "upcoming");
  assert.equal(told.material, true);
  assert.deepEqual(told.material_since, { essential: 1, analytics: 3, marketing: 4 });
  const entries = await logged(4);
  assert.deepEqual(
    entries.map(({ zone }) => zone),
    ["eu", "us"],
  );
  for (const entry of entries) {
    assert.equal(entry.effective_at, told.effective_at);
    assert.deepEqual(entry.notices, told.notices);
  }
});

test("the same version again is the same, also after a restart", async () => {
  const [, , , four] = await policies();
  const again = policy({ version: 4, effective_at: four.effective_at });
  await service.child.kill("SIGKILL");
  await service.stop();
  service = await open();
  const answer = await post(again);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json, four);
  assert.deepEqual(await versions(), [1, 2, 3, 4]);
  assert.equal((await logged(4)).length, 2);
});

test("what is not material may take effect at once", async () => {
  const five = await post(
    policy({ purposes: purposes(hosts.slice(0, 2)), effective_at: "2027-03-01T00:00:00Z" }),
  );
  assert.equal(five.status, 201, five.text);
  assert.equal(five.json.version, 5);
  assert.equal(five.json.material, false);
});

test("a published version takes effect on its day, in a running service", async () => {
  const { effective_at: effective } = (await policies())[3];
  const rightNow = () => ({
    event: eventId(clock.now.getTime()),
    client_time: clock.now.toISOString(),
  });
  await clock.set(Date.parse(effective) - 1000);
  const visitor = new Visitor(service);
  const { json: shown } = await visitor.notice();
  assert.equal(shown.policy.version, 3);
  assert.equal(shown.policy.upcoming.version, 4);
  const { record } = await visitor.decide("accept_all", rightNow());
  const asked = { subject: record.subject, purpose: "marketing" };
  assert.equal((await checkOf(service, asked)).reason, "granted");
  await clock.set(Date.parse(effective));
  assert.equal((await new Visitor(service).notice()).json.policy.version, 4);
  assert.equal((await checkOf(service, asked)).reason, "notice_changed");
  assert.equal((await checkOf(service, { ...asked, purpose: "analytics" })).reason, "granted");
  await clock.set(start);
});

test("a version in the file that the log does not have is logged at the next start", async () => {
  const other = join(directory, "other");
  const otherKey = await issueKey(other, scopes);
  const first = await startConsentd({ dataDir: other, key: otherKey, env: clock.env });
  await first.stop();
  await copyFile(join(dataDir, "policies.json"), join(other, "policies.json"));
  const held = service;
  service = await startConsentd({ dataDir: other, key: otherKey, env: clock.env });
  try {
    assert.deepEqual(await versions(), [1, 2, 3, 4, 5]);
    assert.equal((await logged(4)).length, 2);
  } finally {
    await service.stop();
    service = held;
  }
});

test("nothing is published while the site file is broken", async () => {
  const good = await readFile(siteFile, "utf8");
  const stored = await readFile(join(dataDir, "policies.json"), "utf8");
  await writeFile(siteFile, good.replace('"site":', '"siet":'));
  const six = policy({ effective_at: "2027-04-01T00:00:00Z" });
  const refused = await post(six);
  assertProblem(refused, 503);
  assert.ok(Number(refused.headers["retry-after"]) > 0);
  assert.match(service.output(), /"event":"policy_not_published"/);
  assert.equal(await readFile(join(dataDir, "policies.json"), "utf8"), stored);
  assert.deepEqual(await versions(), [1, 2, 3, 4, 5]);
  await writeFile(siteFile, good);
  assert.equal((await post(six)).status, 201);
});

test("published versions are in the backup and in what is restored", async () => {
  const inside = (name) => join(directory, name);
  const backup = ["--to", inside("backup"), "--keys-to", inside("keys")];
  await run(program, ["backup", "--data-dir", dataDir, ...backup]);
  const from = ["--from", inside("backup"), "--keys-from", inside("keys"), "--erasures", "none"];
  await run(program, ["restore", "--data-dir", inside("restored"), ...from]);
  await run(program, ["verify", "--data-dir", inside("backup")]);
  const stored = await readFile(join(dataDir, "policies.json"), "utf8");
  assert.equal(await readFile(inside("restored/policies.json"), "utf8"), stored);

  await writeFile(inside("backup/policies.json"), stored.replace("2027-04-01", "2027-04-02"));
  const changed = /policies\.json is not the file that was backed up/;
  const verified = run(program, ["verify", "--data-dir", inside("backup")]);
  await assert.rejects(verified, ({ stdout }) => changed.test(stdout));
  const target = run(program, ["restore", "--data-dir", inside("again"), ...from]);
  await assert.rejects(target, ({ stderr }) => changed.test(stderr));
});
