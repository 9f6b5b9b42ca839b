// A visitor's decisions as ISO/IEC TS 27560 consent records in DPV terms: of the right form, and
// saying what the records say.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { Visitor } from "../support/visitor.mjs";

const { default: Ajv2020 } = createRequire(import.meta.url)("ajv/dist/2020");
const schema = new URL("dpv_consent.schema.json", import.meta.url);
const jsonLd = "application/ld+json";

let service;
let fits;
before(async () => {
  service = await startConsentd();
  fits = new Ajv2020({ strictTypes: false }).compile(JSON.parse(await readFile(schema, "utf8")));
});
after(() => service?.stop());

const me = (visitor, accept, at = service) =>
  call(`${at.url}/v1/me`, {
    headers: { Authorization: `Consent ${visitor.token}`, ...(accept ? { Accept: accept } : {}) },
  });

async function documentOf(visitor, at = service) {
  const answer = await me(visitor, jsonLd, at);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers["content-type"], jsonLd);
  assert.equal(answer.headers["cache-control"], "private, no-store");
  assert.ok(fits(answer.json), JSON.stringify(fits.errors));
  return answer.json;
}

const statuses = (document, purpose) =>
  document["@graph"]
    .filter((record) => record["@id"].endsWith(`#${purpose}`))
    .map((record) => record["dpv:hasConsentStatus"].map((status) => status["@type"]).join());

test("each decision about a purpose is a consent record of the standard's form", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("save");
  await visitor.decide("accept_all");
  const granted = visitor.token;
  await visitor.decide("withdraw");
  visitor.token = granted;
  const document = await documentOf(visitor);
  assert.deepEqual(statuses(document, "analytics"), [
    "dpv:ConsentGiven",
    "dpv:RenewedConsentGiven",
    "dpv:ConsentWithdrawn",
  ]);
  assert.deepEqual(statuses(document, "marketing"), [
    "dpv:ConsentRefused",
    "dpv:ConsentGiven",
    "dpv:ConsentWithdrawn",
  ]);
  const [first] = document["@graph"];
  assert.equal(first["dct:conformsTo"].split("#")[1], "record-eu-gdpr");
  assert.equal(first["dpv:hasJurisdiction"], "loc:DE");
  assert.ok(first["dpv:hasRight"].includes("eu-gdpr:A7-3"));
  const [process] = first["dpv:hasProcess"];
  assert.equal(process["dpv:hasLegalBasis"], "eu-gdpr:A6-1-a");
  assert.equal(process["dpv:hasStorageCondition"]["dpv:hasLocation"], "loc:EU");
  const periods = document["@graph"].map(({ "@id": id, "dpv:hasProcess": [one] }) => [
    id.split("#")[1],
    one["dpv:hasStorageCondition"]["dpv:hasDuration"],
  ]);
  // Of events what the site file does not say is 25 months; of marketing the cookie's 90 days.
  assert.deepEqual(Object.fromEntries(periods), { analytics: "P25M", marketing: "P90D" });
});

test("controller, address and period are those of the site file", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "consentd-document-"));
  const bundled = await readFile(join(root, "server/site/dialphone.jsonc"), "utf8");
  const own =
    '"controller_address": "1 Example Street, Berlin", "retention": { "events": "90 days" },';
  const site = join(directory, "site.jsonc");
  await writeFile(site, bundled.replace("{", `{ ${own}`));
  const other = await startConsentd({ options: ["--site", site] });
  t.after(async () => {
    await other.stop();
    await rm(directory, { recursive: true });
  });
  const visitor = new Visitor(other);
  await visitor.decide("save");
  const [first] = (await documentOf(visitor, other))["@graph"];
  const controller = first["dpv:hasDataController"];
  assert.equal(controller["dpv:hasAddress"], "1 Example Street, Berlin");
  assert.equal(controller["dct:title"], first.record.evidence.controller);
  const [process] = first["dpv:hasProcess"];
  assert.equal(process["dpv:hasStorageCondition"]["dpv:hasDuration"], "P90D");
});

test("there and back: the records are in it whole, and its own terms say the same", async () => {
  const visitor = new Visitor(service, { region: "US-TX" });
  await visitor.decide("default");
  await visitor.decide("save");
  await visitor.decide("accept_all");
  const { records } = (await me(visitor)).json;
  const document = await documentOf(visitor);
  const back = new Map(document["@graph"].map(({ record }) => [record.id, record]));
  assert.deepEqual([...back.values()], records);
  const meant = {
    "dpv:ConsentUnknown": "granted",
    "dpv:ConsentGiven": "granted",
    "dpv:RenewedConsentGiven": "granted",
    "dpv:ConsentRefused": "denied",
    "dpv:ConsentWithdrawn": "denied",
  };
  for (const entry of document["@graph"]) {
    const [status] = entry["dpv:hasConsentStatus"];
    const purpose = entry["@id"].split("#")[1];
    const { record } = entry;
    // The starting state denies marketing; nobody has said anything yet.
    const nobody = record.action === "default";
    if (!nobody) assert.equal(meant[status["@type"]], record.choices[purpose]);
    assert.equal(status["@type"] === "dpv:ConsentUnknown", nobody);
    assert.equal(status["dpv:isIndicatedAtTime"], record.time);
    assert.equal(entry["dct:identifier"], record.id);
    assert.equal(entry["dpv:hasDataSubject"]["dct:identifier"], record.subject);
    assert.equal(entry["dpv:hasProcess"][0]["dpv:hasPurpose"]["dct:identifier"], purpose);
  }
});

test("a refusal that arrived first overtakes the grant made before it", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("save");
  const held = visitor.token;
  const late = await visitor.body("accept_all");
  await new Promise((resolve) => setTimeout(resolve, 5));
  await visitor.decide("withdraw");
  visitor.token = held;
  assert.equal((await visitor.post(late)).status, 201);
  const document = await documentOf(visitor);
  assert.deepEqual(statuses(document, "analytics"), [
    "dpv:ConsentGiven",
    "dpv:ConsentWithdrawn",
    "dpv:ConsentInvalidated",
  ]);
});

test("who refused has no consent record; who does not ask for this form gets JSON", async () => {
  const refuser = new Visitor(service);
  await refuser.decide("reject_all");
  assert.deepEqual((await documentOf(refuser))["@graph"], []);
  for (const accept of [undefined, "*/*", "application/json, application/ld+json;q=0.9"]) {
    const answer = await me(refuser, accept);
    assert.equal(answer.headers["content-type"], "application/json");
    assert.match(answer.headers.vary, /Accept/);
  }
});
