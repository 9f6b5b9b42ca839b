// The examples of the OpenAPI document are asked as they stand there, and answered so. Examples of
// request and answer belong together by their name. What lives only for a while (tickets, tokens,
// ids, times) is replaced in the question by what is valid now, and compared by kind in the answer.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { eventId, Visitor } from "../support/visitor.mjs";

const { default: Ajv2020 } = createRequire(import.meta.url)("ajv/dist/2020");
const scopes = ["check", "events", "privacy", "admin", "metrics"];
const unknownSubject = "A".repeat(22);

let service;
let document;
let ajv;
let live;
before(async () => {
  service = await startConsentd({ scopes, trustedProxies: [], geoDatabases: [] });
  document = (await call(`${service.url}/v1/openapi.json`)).json;
  ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "api", ...document });
  const visitor = new Visitor(service);
  visitor.headers = {};
  const { json: notice } = await visitor.notice();
  const { record, token } = await visitor.decide("accept_all");
  live = { notice, subject: record.subject, token };
});
after(() => service?.stop());

const escape = (name) => name.replaceAll("~", "~0").replaceAll("/", "~1");

// Replaces what has run out since the example was written.
function renewed(value, name = "") {
  if (Array.isArray(value)) return value.map((item) => renewed(item, name.replace(/s$/, "")));
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).map(([key, item]) => [key, renewed(item, key)]);
    return Object.fromEntries(members);
  }
  if (typeof value !== "string") return value;
  if (name === "ticket") return live.notice.ticket;
  const isNotice = name === "id" && value.startsWith("sha256:");
  if (name === "notice" || isNotice) return live.notice.notice.id;
  if (name === "event") return eventId();
  if (name === "time" || name === "client_time") return new Date().toISOString();
  if (name === "token") return live.token;
  if (name === "subject" && value !== unknownSubject) return live.subject;
  return value;
}

const passing = new Set([
  ...["ticket", "token", "id", "notice", "subject", "event", "time", "client_time", "expires_at"],
  ...["sequence", "ruleset", "lastUpdate", "service_version", "banner_build"],
  ...["name", "description", "lifetime"], // words of the site and of the translations
]);
const sorted = (value) => Object.keys(value).sort();

function assertAlike(actual, example, place) {
  if (example !== null && typeof example === "object") {
    assert.deepEqual(sorted(actual), sorted(example), place);
    for (const [key, value] of Object.entries(example)) {
      const isScalar = value === null || typeof value !== "object";
      const passes = isScalar && (passing.has(key) || place.endsWith("/text"));
      if (passes) assert.equal(typeof actual[key], typeof value, `${place}/${key}`);
      else assertAlike(actual[key], value, `${place}/${key}`);
    }
  } else {
    assert.equal(actual, example, place);
  }
}

// { name: { status, type, value } } of all answers of an operation.
function answersOf(operation) {
  const found = {};
  for (const [status, response] of Object.entries(operation.responses)) {
    for (const [type, { examples = {} }] of Object.entries(response.content ?? {})) {
      for (const [name, { value }] of Object.entries(examples)) {
        assert.ok(!found[name], `${name} is answered twice`);
        found[name] = { status: Number(status), type, value };
      }
    }
  }
  return found;
}

// { name: { parameters, type, body } } of all questions.
function questionsOf(operation) {
  const found = {};
  const question = (name) => (found[name] ??= { parameters: [] });
  for (const { name, in: place, examples = {} } of operation.parameters ?? []) {
    for (const [example, { value }] of Object.entries(examples)) {
      question(example).parameters.push({ name, place, value });
    }
  }
  for (const [type, { examples = {} }] of Object.entries(operation.requestBody?.content ?? {})) {
    for (const [example, { value }] of Object.entries(examples)) {
      Object.assign(question(example), { type, body: value });
    }
  }
  return found;
}

async function ask({ path, method, operation }, question) {
  const base = operation["x-listener"] === "public" ? service.url : service.internalUrl;
  const headers = {};
  if ((operation.security ?? []).some((way) => way.apiKey)) {
    headers.Authorization = `Bearer ${service.key}`;
  }
  if (operation.security?.every((way) => way.visitorToken)) {
    // A visitor of its own: what rights change is not what other examples rely on.
    const visitor = new Visitor(service);
    visitor.headers = {};
    headers.Authorization = `Consent ${(await visitor.decide("accept_all")).token}`;
  }
  const url = new URL(base + path);
  for (const { name, place, value } of question.parameters) {
    const now = renewed(value, name);
    if (place === "query") url.searchParams.set(name, now);
    if (place === "header") headers[name] = now;
    if (place === "path") url.pathname = url.pathname.replace(`%7B${name}%7D`, now);
  }
  const body = question.body === undefined ? undefined : renewed(question.body);
  if (question.type) headers["Content-Type"] = question.type;
  return call(url.href, { method: method.toUpperCase(), headers, body });
}

// The schema that stands beside the examples.
const schemaFits = (pointer, value) => {
  const validate = ajv.getSchema(`api#${pointer}/schema`);
  assert.ok(validate, pointer);
  assert.ok(validate(value), `${pointer}: ${JSON.stringify(validate.errors)}`);
};

test("each example is answered as the document says", async () => {
  let executed = 0;
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const answers = answersOf(operation);
      const questions = questionsOf(operation);
      const at = `/paths/${escape(path)}/${method}`;
      for (const name of Object.keys(questions)) assert.ok(answers[name], `${at}: ${name}?`);
      for (const [name, { status, type, value }] of Object.entries(answers)) {
        const question = questions[name] ?? { parameters: [] };
        if (question.type && status < 300) {
          schemaFits(`${at}/requestBody/content/${escape(question.type)}`, question.body);
        }
        schemaFits(`${at}/responses/${status}/content/${escape(type)}`, value);
        const answer = await ask({ path, method, operation }, question);
        assert.equal(answer.status, status, `${at} ${name}: ${answer.text}`);
        assert.equal(answer.headers["content-type"].split(";")[0], type);
        if (/[/+]json$/.test(type)) assertAlike(answer.json, value, `${at} ${name}`);
        else assert.equal(answer.text, value);
        executed += 1;
      }
    }
  }
  assert.ok(executed >= 12, `${executed}`);
});
