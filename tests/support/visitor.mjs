// A visitor's side of the contract: notices, decisions, events; and the errors they may meet.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { call } from "./http_call.mjs";

export const site = "dialphone.com";

// A region as an edge in front of the service states it: "", "DE" or "US-CA".
export function edgeHeaders(region, gpc = false) {
  const [country, subdivision] = region === "" ? ["XX"] : region.split("-");
  return {
    "X-Geo-Country": country,
    ...(subdivision ? { "X-Geo-Subdivision": region } : {}),
    ...(gpc ? { "Sec-GPC": "1" } : {}),
  };
}

// A UUIDv7 of this moment, or of another.
export function eventId(milliseconds = Date.now()) {
  const bytes = Buffer.concat([Buffer.alloc(6), randomBytes(10)]);
  bytes.writeUIntBE(milliseconds, 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export const randomId = () => randomBytes(16).toString("base64url");

const granted = { analytics: "granted", marketing: "granted" };
const denied = { analytics: "denied", marketing: "denied" };
const choicesOf = {
  ...{ accept_all: granted, reject_all: denied, withdraw: denied, gpc: denied },
  ...{ save: { analytics: "granted", marketing: "denied" } },
  ...{ default: { analytics: "granted", marketing: "denied" } },
};

export class Visitor {
  constructor(service, { region = "DE", gpc = false, headers = {} } = {}) {
    this.service = service;
    this.headers = { ...edgeHeaders(region, gpc), ...headers };
    this.gpc = gpc;
    this.subject = null;
    this.token = null;
  }

  async notice(query = "&language=en") {
    const url = `${this.service.url}/v1/notice?site=${site}${query}`;
    const answer = await call(url, { headers: this.headers });
    assert.equal(answer.status, 200, answer.text);
    this.shown = answer.json;
    return answer;
  }

  // The body of a decision; `changes` replaces members, undefined leaves one out.
  async body(action, changes = {}) {
    if (!this.shown) await this.notice();
    return {
      site,
      event: eventId(),
      subject: this.subject,
      ticket: this.shown.ticket,
      notice: this.shown.notice.id,
      policy: this.shown.policy.version,
      language: this.shown.notice.language,
      choices: choicesOf[action],
      action,
      layer: action === "default" || action === "gpc" ? "none" : "banner",
      client_time: new Date().toISOString(),
      gpc: this.gpc,
      ...changes,
    };
  }

  post(body, headers = {}) {
    const held = this.token ? { Authorization: `Consent ${this.token}` } : {};
    return call(`${this.service.url}/v1/consents`, {
      ...{ method: "POST", headers: { ...this.headers, ...held, ...headers }, body },
    });
  }

  // Decides and remembers subject and token, as the banner would.
  async decide(action, changes = {}) {
    const answer = await this.post(await this.body(action, changes));
    assert.equal(answer.status, 201, answer.text);
    this.subject = answer.json.record.subject;
    this.token = answer.json.token;
    return answer.json;
  }

  send(events, { token = this.token, headers = {}, ...rest } = {}) {
    const body = { site, ...(token ? { token } : {}), events, ...rest };
    return call(`${this.service.url}/v1/events`, {
      ...{ method: "POST", headers: { ...this.headers, ...headers }, body },
    });
  }
}

export const pageView = (changes = {}) => ({
  type: "page_view",
  time: new Date().toISOString(),
  url: "https://dialphone.com/pricing",
  ...changes,
});

// RFC 9457: the only form an error takes. `pointer` names the member that is at fault.
export function assertProblem(answer, status, pointer) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers["content-type"], "application/problem+json");
  assert.equal(answer.json.status, status);
  if ("statusText" in answer) assert.equal(answer.statusText, answer.json.title);
  for (const member of ["type", "title", "detail"]) {
    assert.equal(typeof answer.json[member], "string", `${member} in ${answer.text}`);
  }
  if (pointer === undefined) return;
  const pointers = (answer.json.errors ?? []).map((error) => error.pointer);
  assert.ok(pointers.includes(pointer), `${pointer} in ${answer.text}`);
}

export async function checkOf(
  service,
  question,
  { key = service.key, purpose = "analytics" } = {},
) {
  const query = new URLSearchParams({ site, purpose, ...question });
  const answer = await call(`${service.internalUrl}/v1/check?${query}`, {
    headers: { Authorization: `Bearer ${key}` },
  });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}
