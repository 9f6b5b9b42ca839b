// The OpenAPI document and the service say the same: every route, every method, every required
// member, and every answer fits its schema.

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { issueKey, root, startConsentd } from "../support/consentd.mjs";

const { default: Ajv2020 } = createRequire(import.meta.url)("ajv/dist/2020");

const california = { "X-Geo-Country": "US", "X-Geo-Subdivision": "CA" };
const germany = { "X-Geo-Country": "DE" };
let consentd;
let document;
let validators;
let notice;

before(async () => {
  consentd = await startConsentd({ scopes: ["check", "events", "metrics"] });
  const answer = await fetch(`${consentd.url}/v1/openapi.json`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/json");
  document = await answer.json();
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "api", ...closed(document) });
  validators = (pointer) => ajv.getSchema(`api#${pointer}`);
  notice = await json("/v1/notice?site=dialphone.com", { headers: germany });
});
after(() => consentd?.stop());

// With every object closed that names its members, so that an answer with a member which the
// document does not have does not fit. What others are composed of stays open.
function closed(node, parts = partsOf(node), place = "#") {
  if (Array.isArray(node)) return node.map((item) => closed(item, parts, `${place}/`));
  if (node === null || typeof node !== "object") return node;
  const copy = {};
  for (const [name, value] of Object.entries(node)) {
    copy[name] = name === "allOf" ? value : closed(value, parts, `${place}/${name}`);
  }
  const closes = copy.type === "object" && copy.properties && !copy.allOf && !parts.has(place);
  if (closes) copy.additionalProperties ??= false;
  return copy;
}

function partsOf(node) {
  const parts = new Set();
  JSON.stringify(node, (name, value) => {
    if (name === "allOf") for (const { $ref } of value) if ($ref) parts.add($ref);
    return value;
  });
  return parts;
}

const base = (operation) =>
  operation["x-listener"] === "public" ? consentd.url : consentd.internalUrl;
const escape = (name) => name.replaceAll("~", "~0").replaceAll("/", "~1");
const json = async (path, init) => (await fetch(`${consentd.url}${path}`, init)).json();

function uuidv7() {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setBigUint64(0, (BigInt(Date.now()) << 16n) | 0x7000n);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Buffer.from(bytes).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function operations() {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

// Every answer of the test goes through here: its status must be documented and its body must fit.
async function call(path, method, { query = "", headers = {}, body, fill = {} } = {}) {
  const operation = document.paths[path]?.[method];
  assert.ok(operation, `${method} ${path} is not in the document`);
  const target = path.replace(/\{(\w+)\}/g, (_, name) => fill[name]) + query;
  const answer = await fetch(base(operation) + target, {
    method: method.toUpperCase(),
    headers,
    body,
    redirect: "manual",
  });
  const declared = operation.responses[answer.status];
  assert.ok(declared, `${method} ${path} answered ${answer.status}, which is not documented`);
  const resolved = declared.$ref
    ? document.components.responses[declared.$ref.split("/").at(-1)]
    : declared;
  const text = await answer.text();
  const type = answer.headers.get("content-type")?.split(";")[0];
  if (!text) return { answer };
  assert.ok(
    resolved.content?.[type],
    `${method} ${path} ${answer.status}: ${type} is not documented`,
  );
  if (!/[/+]json$/.test(type)) return { answer, text };
  const pointer = declared.$ref
    ? `/components/responses/${declared.$ref.split("/").at(-1)}/content/${escape(type)}/schema`
    : `/paths/${escape(path)}/${method}/responses/${answer.status}/content/${escape(type)}/schema`;
  const validate = validators(pointer);
  const value = JSON.parse(text);
  const fits = validate(value);
  assert.ok(fits, `${method} ${path} ${answer.status}: ${JSON.stringify(validate.errors)}`);
  return { answer, value };
}

const key = () => ({ Authorization: `Bearer ${consentd.key}` });
const jsonBody = (value, headers = {}) => ({
  headers: { "Content-Type": "application/json", ...headers },
  body: typeof value === "string" ? value : JSON.stringify(value),
});
const decision = (changes = {}) => ({
  site: "dialphone.com",
  event: uuidv7(),
  subject: null,
  ticket: notice.ticket,
  notice: notice.notice.id,
  policy: notice.policy.version,
  language: notice.notice.language,
  choices: { analytics: "granted", marketing: "denied" },
  action: "save",
  layer: "preferences",
  client_time: new Date().toISOString(),
  gpc: false,
  page: "/pricing",
  ...changes,
});

test("the document is the one of the sources, without its indentation", async () => {
  const source = await readFile(join(root, "server/openapi/openapi.json"), "utf8");
  const served = await (await fetch(`${consentd.url}/v1/openapi.json`)).text();
  assert.ok(served === JSON.stringify(JSON.parse(source)), `${served.length} characters`);
});

test("the document is OpenAPI 3.1 and every reference in it resolves", () => {
  assert.match(document.openapi, /^3\.1\./);
  const ids = new Set();
  for (const { operation } of operations()) {
    assert.ok(["public", "internal"].includes(operation["x-listener"]));
    assert.ok(!ids.has(operation.operationId), operation.operationId);
    ids.add(operation.operationId);
  }
  for (const [, pointer] of JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)) {
    const target = pointer
      .slice(1)
      .split("/")
      .reduce((node, name) => node?.[name], document);
    assert.ok(target, pointer);
  }
});

test("the document and the table of routes name the same routes", async () => {
  const table = await readFile(join(root, "server/src/routes.cpp"), "utf8");
  const [, publicPart, internalPart] = table.split(/void add_\w+_routes\(/);
  for (const [listener, part] of [
    ["public", publicPart],
    ["internal", internalPart],
  ]) {
    const built = [...part.matchAll(/router\.add\("(\w+)", "([^"]+)"/g)]
      .map(([, method, path]) => `${method} ${path}`)
      .filter((route) => !route.endsWith(" /*"))
      .map((route) => route.replace(/\*$/, "{path}"))
      .sort();
    const documented = operations()
      .filter(({ operation }) => operation["x-listener"] === listener)
      .map(({ path, method }) => `${method.toUpperCase()} ${path}`)
      .sort();
    assert.deepEqual(documented, built);
  }
});

// What can happen to every request of a kind is said of every operation of that kind.
function codesOf({ path, method, operation }) {
  const codes = [];
  const takesKey = (operation.security ?? []).some((way) => way.apiKey);
  const isPublic = operation["x-listener"] === "public";
  const writes = ["post", "put", "patch", "delete"].includes(method);
  if (operation.requestBody) codes.push("400", "413", "415", "422");
  if (takesKey) codes.push("401", "403");
  if (isPublic && writes) codes.push("403", "429", "503");
  if (isPublic && method === "options") codes.push("204", "403");
  if (path.includes("{") && method !== "options") codes.push("404");
  const asks = (operation.parameters ?? []).some((one) => one.in === "query" && one.required);
  if (asks) codes.push("422");
  return codes;
}

test("each operation says what its kind brings", () => {
  for (const entry of operations()) {
    const documented = Object.keys(entry.operation.responses);
    const missing = codesOf(entry).filter((code) => !documented.includes(code));
    assert.deepEqual(missing, [], `${entry.method} ${entry.path}`);
    for (const [code, response] of Object.entries(entry.operation.responses)) {
      const resolved = response.$ref
        ? document.components.responses[response.$ref.split("/").at(-1)]
        : response;
      assert.ok(resolved.description, `${entry.path} ${code}`);
      const types = Object.keys(resolved.content ?? {});
      if (code >= "400") assert.deepEqual(types, ["application/problem+json"], entry.path);
    }
  }
});

test("other methods are 405 with Allow, and the other listener answers 404", async () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    const target = path.replace(/\{\w+\}/g, "x");
    const [operation] = Object.values(methods);
    const method = methods.patch ? "PUT" : "PATCH";
    const answer = await fetch(base(operation) + target, { method });
    assert.equal(answer.status, 405, path);
    const allowed = answer.headers.get("allow").toLowerCase().split(", ");
    for (const known of Object.keys(methods))
      assert.ok(allowed.includes(known), `${known} ${path}`);
    const other = operation["x-listener"] === "public" ? consentd.internalUrl : consentd.url;
    assert.equal((await fetch(other + target)).status, 404, path);
  }
});

test("answers of the notice fit", async () => {
  for (const headers of [germany, california, { ...california, "Sec-GPC": "1" }, {}]) {
    await call("/v1/notice", "get", { query: "?site=dialphone.com", headers });
  }
  await call("/v1/notice", "get", { query: "?site=elsewhere.example" });
  await call("/v1/notice", "get");
  await call("/v1/notices/{id}", "get", { fill: { id: notice.notice.id } });
  await call("/v1/notices/{id}", "get", { fill: { id: `sha256:${"0".repeat(64)}` } });
  await call("/v1/preferences", "get", { query: "?site=dialphone.com&late=1" });
  await call("/.well-known/gpc.json", "get");
  await call("/v1/hints", "get");
});

test("answers to a decision fit, and its members are the document's", async () => {
  const body = decision();
  const { value } = await call("/v1/consents", "post", jsonBody(body));
  await call("/v1/consents", "post", jsonBody(body));
  const refused = { analytics: "denied", marketing: "denied" };
  const refusal = decision({ choices: refused, action: "reject_all" });
  await call("/v1/consents", "post", jsonBody(refusal));
  const wrong = [{ extra: 1 }, { ticket: "x.y" }, { policy: 1 }].map(decision);
  for (const bad of ["{", ...wrong]) await call("/v1/consents", "post", jsonBody(bad));
  await call("/v1/consents", "post", { headers: { "Content-Type": "text/csv" }, body: "a,b" });
  await call("/v1/consents", "post", jsonBody(decision(), { Origin: "https://elsewhere.example" }));
  await call("/v1/consents", "post", jsonBody(decision({ subject: value.record.subject })));

  const schema = document.components.schemas.ConsentRequest;
  assert.deepEqual(Object.keys(body).sort(), Object.keys(schema.properties).sort());
  for (const name of schema.required) {
    const { [name]: _, ...rest } = decision();
    const { answer, value: problem } = await call("/v1/consents", "post", jsonBody(rest));
    assert.equal(answer.status, 422, name);
    assert.ok(problem.errors.some(({ pointer }) => pointer === "" || pointer === `/${name}`), name);
  }
  const preflight = { Origin: "https://dialphone.com", "Access-Control-Request-Method": "POST" };
  await call("/v1/consents", "options", { headers: preflight });
  const stranger = { ...preflight, Origin: "https://elsewhere.example" };
  await call("/v1/events", "options", { headers: stranger });
});

test("answers to a check fit", async () => {
  const { value } = await call("/v1/consents", "post", jsonBody(decision()));
  const { subject } = value.record;
  const site = "?site=dialphone.com&purpose=analytics";
  await call("/v1/check", "get", { query: `${site}&subject=${subject}`, headers: key() });
  await call("/v1/check", "get", { query: `${site}&token=${value.token}`, headers: key() });
  await call("/v1/check", "get", { query: site, headers: key() });
  await call("/v1/check", "get", { query: site });
  const question = { site: "dialphone.com", purpose: "analytics", subjects: [subject, "x"] };
  await call("/v1/check", "post", jsonBody(question, key()));
  await call("/v1/check", "post", jsonBody({ ...question, tokens: [] }, key()));
  await call("/v1/check", "post", jsonBody("[", key()));
  await call("/v1/check", "post", { headers: key(), body: "x" });
});

// The visitor of `recorded` exercises each right, then the privacy office.
async function rightsOf({ record, token }, privacy) {
  const own = { Authorization: `Consent ${token}`, Origin: "https://dialphone.com" };
  const stranger = { ...own, Origin: "https://elsewhere.example" };
  for (const headers of [own, stranger, { Origin: own.Origin }]) {
    await call("/v1/me/restrict", "post", { headers });
    await call("/v1/me/restrict", "delete", { headers });
    await call("/v1/me/object", "post", { headers });
  }
  for (const path of ["/v1/me/restrict", "/v1/me/object"]) await call(path, "options");
  const of = (subject, headers = privacy) => ({ headers, fill: { subject } });
  for (const subject of [record.subject, "A".repeat(22), "x"]) {
    for (const method of ["put", "delete"])
      await call("/v1/subjects/{subject}/hold", method, of(subject));
    for (const method of ["post", "delete"])
      await call("/v1/subjects/{subject}/restrict", method, of(subject));
  }
  await call("/v1/subjects/{subject}/hold", "put", of(record.subject));
  await call("/v1/me", "delete", { headers: own });
  await call("/v1/subjects/{subject}/erase", "post", of(record.subject));
  await call("/v1/subjects/{subject}/hold", "delete", of(record.subject));
  const { value } = await call("/v1/me", "delete", { headers: own });
  await call("/v1/me", "get", { headers: own });
  await call("/v1/me", "get", { headers: { ...own, Accept: "application/ld+json" } });
  await call("/v1/me", "delete", { headers: { ...own, Authorization: "Consent x" } });
  for (const subject of [record.subject, "A".repeat(22), "x"])
    await call("/v1/subjects/{subject}/erase", "post", of(subject));
  await call("/v1/subjects/{subject}/erase", "post", of(record.subject, key()));
  for (const id of [value.certificate.id, record.id])
    await call("/v1/certificates/{id}", "get", { headers: privacy, fill: { id } });
  await call("/v1/certificates/{id}", "get", { fill: { id: "x" } });
}

test("answers about the log fit", async () => {
  const { value } = await call("/v1/consents", "post", jsonBody(decision()));
  const privacy = { Authorization: `Bearer ${await issueKey(consentd.dataDir, ["privacy"])}` };
  const log = "/v1/transparency";
  for (const part of ["checkpoint", "key"]) {
    await call(`${log}/${part}`, "get");
    await call(`${log}/{zone}/${part}`, "get", { fill: { zone: "us" } });
    await call(`${log}/{zone}/${part}`, "get", { fill: { zone: "mars" } });
  }
  for (const query of ["?from=1", "?from=0", ""]) {
    await call(`${log}/consistency`, "get", { query });
    await call(`${log}/{zone}/consistency`, "get", { query, fill: { zone: "eu" } });
  }
  for (const path of ["entries/000.p/1", "0/000.p/1", "0/000"]) {
    await call(`${log}/tile/{path}`, "get", { fill: { path } });
    await call(`${log}/{zone}/tile/{path}`, "get", { fill: { zone: "eu", path } });
  }
  const authorization = (token) => ({ headers: { Authorization: `Consent ${token}` } });
  await call("/v1/me/receipt", "get", authorization(value.token));
  await call("/v1/me/receipt", "get", authorization("x"));
  await call("/v1/me", "get", authorization(value.token));
  await call("/v1/me", "get", authorization("x"));
  await call("/v1/me", "options");
  await rightsOf(value, privacy);
  for (const query of ["", "?after=1&limit=2", "?zone=us", "?zone=mars", "?after=x"])
    await call("/v1/audit", "get", { query, headers: privacy });
  const record = `?record=${value.record.id}`;
  for (const query of [record, "?sequence=1", "?sequence=0", ""])
    await call("/v1/audit/proof", "get", { query, headers: privacy });
  for (const headers of [key(), {}]) {
    await call("/v1/audit", "get", { headers });
    await call("/v1/audit/proof", "get", { headers });
  }
});

test("answers to events and to operators fit", async () => {
  const events = { site: "dialphone.com", events: [{ type: "page_view", url: "/pricing" }] };
  for (const headers of [germany, california]) {
    await call("/v1/events", "post", jsonBody(events, headers));
  }
  await call("/v1/events", "post", jsonBody({ site: "dialphone.com" }));
  for (const path of ["/healthz", "/readyz"]) await call(path, "get");
  await call("/metrics", "get");
  await call("/metrics", "get", { headers: key() });
  await call("/v1/openapi.json", "get");
});

test("answers to a pipeline that pseudonymises fit", async () => {
  const { value } = await call("/v1/consents", "post", jsonBody(decision()));
  const page = { type: "page_view", time: new Date().toISOString(), url: "/pricing" };
  const body = { site: "dialphone.com", events: [{ ...page, token: value.token }, page, 7] };
  const answer = await call("/v1/pseudonymize", "post", jsonBody(body, key()));
  assert.deepEqual(
    answer.value.results.map(({ event, reason }) => [event?.path, reason]),
    [
      ["/pricing", "granted"],
      [undefined, "no_record"],
      [undefined, "invalid_event"],
    ],
  );
  await call("/v1/pseudonymize", "post", jsonBody({ ...body, extra: 1 }, key()));
  await call("/v1/pseudonymize", "post", jsonBody(body));
});

test("the lines of the changes fit", async () => {
  await call("/v1/consents", "post", jsonBody(decision()));
  const { text } = await call("/v1/changes", "get", { query: "?limit=1", headers: key() });
  const validate = validators("/components/schemas/Change");
  for (const line of text.trimEnd().split("\n")) {
    assert.ok(validate(JSON.parse(line)), `${line}: ${JSON.stringify(validate.errors)}`);
  }
  const { cursor } = JSON.parse(text.trimEnd().split("\n").at(-1));
  await call("/v1/changes", "get", { query: `?after=${cursor}`, headers: key() });
  const stranger = `AQ${"A".repeat(9)}B${"A".repeat(32)}`;
  for (const query of [`?after=${stranger}`, "?after=x", "?limit=0"])
    await call("/v1/changes", "get", { query, headers: key() });
  await call("/v1/changes", "get");
});

test("the policy versions fit", async () => {
  await call("/v1/policies", "get", { headers: key() });
  await call("/v1/policies", "get");
});

test("answers to an analyst fit", async () => {
  for (const path of ["/v1/stats/usage", "/v1/stats/consent"]) {
    for (const query of ["?from=2026-01-01&to=2026-01-03", "?from=2026-01-01&to=2099-01-01", ""])
      await call(path, "get", { query, headers: key() });
    await call(path, "get");
  }
});
