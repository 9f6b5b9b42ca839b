// Plays a decision vector to a running service: the visitor's choices one after the other, each at
// its own time, then the question.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { call } from "../support/http_call.mjs";
import { edgeHeaders, eventId, randomId } from "../support/visitor.mjs";

const site = "vectors.test";

function expectStatus(answer, status, what) {
  if (answer.status === status) return answer;
  throw new Error(`${what}: ${answer.status} instead of ${status}: ${answer.text}`);
}

export class PlayedVisitor {
  // The first grant makes the subject; its token proves every later record of the same visitor.
  subject = null;
  held = null;
  newest = null;

  constructor(service, clock, agent) {
    Object.assign(this, { service, clock, agent });
  }

  async decide(entry) {
    await this.clock.set(entry.at);
    const headers = edgeHeaders(entry.region, entry.gpc);
    const noticeUrl = `${this.service.url}/v1/notice?site=${site}&language=en`;
    const notice = expectStatus(
      await call(noticeUrl, { headers, agent: this.agent }),
      200,
      "notice",
    );
    const body = {
      site,
      event: eventId(Date.parse(entry.event_at ?? entry.at)),
      subject: this.subject,
      ticket: notice.json.ticket,
      notice: notice.json.notice.id,
      policy: entry.policy,
      language: "en",
      choices: entry.choices,
      action: entry.action,
      layer: entry.action === "default" || entry.action === "gpc" ? "none" : "banner",
      client_time: entry.event_at ?? entry.at,
      gpc: entry.gpc ?? false,
    };
    if (this.held) headers.Authorization = `Consent ${this.held}`;
    const answer = await call(`${this.service.url}/v1/consents`, {
      ...{ method: "POST", headers, body, agent: this.agent },
    });
    const { record, token } = expectStatus(answer, 201, `record ${entry.action}`).json;
    this.newest = token;
    this.subject ??= record.subject;
    if (this.subject) this.held ??= token;
  }

  // The right that places a hold: "restricted" or "erased".
  async exercise(hold, now) {
    await this.clock.set(now);
    const [method, path] = hold === "erased" ? ["DELETE", "/v1/me"] : ["POST", "/v1/me/restrict"];
    const headers = { Authorization: `Consent ${this.held}`, Origin: `https://${site}` };
    const answer = await call(this.service.url + path, { method, headers, agent: this.agent });
    expectStatus(answer, 200, hold);
  }

  async checkedByPipeline(input) {
    await this.clock.set(input.now);
    const query = new URLSearchParams({ site, purpose: input.purpose });
    if (this.subject || !this.newest) {
      query.set("subject", this.subject ?? randomId());
    } else {
      query.set("token", this.newest);
    }
    const answer = await call(`${this.service.internalUrl}/v1/check?${query}`, {
      headers: { Authorization: `Bearer ${this.service.key}` },
      agent: this.agent,
    });
    const { allowed, reason, expires_at: expiresAt } = expectStatus(answer, 200, "check").json;
    return { allowed, reason, expires_at: expiresAt?.replace(".000Z", "Z") ?? null };
  }

  // An event is stored exactly when analytics may run for this visitor here and now.
  async askedThroughEvent(input) {
    await this.clock.set(input.now);
    const body = {
      site,
      ...(this.newest ? { token: this.held ?? this.newest } : {}),
      events: [{ type: "page_view", time: input.now, url: "https://vectors.test/" }],
    };
    const { accepted, dropped } = (await this.postEvents(body, input.visitor)).json;
    if (accepted === 0) return { allowed: false, reason: Object.keys(dropped).join() };
    const { basis } = await newestEvent(this.service, input.now);
    return { allowed: true, reason: basis === "consent" ? "granted" : basis };
  }

  async postEvents(body, { region, gpc, dnt }, headers = {}) {
    const signal = dnt === undefined ? {} : { DNT: dnt };
    const answer = await call(`${this.service.url}/v1/events`, {
      method: "POST",
      headers: { ...edgeHeaders(region, gpc), ...signal, ...headers },
      body,
      agent: this.agent,
    });
    return expectStatus(answer, 202, "events");
  }
}

export async function newestEvent(service, now) {
  const day = new Date(now).toISOString().slice(0, 10);
  const text = await readFile(join(service.dataDir, "events", `${day}.ndjson`), "utf8");
  return JSON.parse(text.trimEnd().split("\n").at(-1));
}
