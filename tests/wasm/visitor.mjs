// A page without a document: the real state machine and core, a cookie jar, a storage, and a
// service that answers as it is told.

import { builtBytes, importBuilt, importSource, smallCoreBytes } from "./built.mjs";
import { CookieJar } from "./cookie_jar.mjs";

const names = await importBuilt("core.mjs");
const { encodeBase64url, encodeTokenPayload, findCookie, loadCore, parseToken } = names;
const { Consent } = await importSource("consent.ts");
const { Courier } = await importSource("courier.ts");
const { Outbox } = await importSource("outbox.ts");
const { hearTabs } = await importSource("tabs.ts");
globalThis.location = { pathname: "/pricing", search: "?of=nobody" };
// A retry waits for seconds; no test does.
const { setTimeout: start } = globalThis;
globalThis.setTimeout = (run, delay, ...rest) => {
  const timer = start(run, delay, ...rest);
  return delay >= 1000 ? timer.unref() : timer;
};
const service = await loadCore({ wasm: builtBytes("core.wasm") });
const undecided = await loadCore({ wasm: smallCoreBytes() });
const reader = { findCookie, parseToken };
const core = { ...(await loadCore({ wasm: builtBytes("consent.wasm") })), reader };

export const noticeFor = (model, changes = {}) => ({
  site: "dialphone.com",
  region: { country: model === "opt_in" ? "DE" : "US", subdivision: null },
  regime: { id: model === "opt_in" ? "eu_gdpr" : "us_union", model },
  signals: { gpc: false },
  policy: { version: 3, material_since: { essential: 1, analytics: 2, marketing: 3 } },
  notice: { id: "sha256:00", language: "en" },
  ticket: "ticket",
  purposes: [
    { id: "essential", required: true, default: "granted", cookies: [], services: [] },
    {
      id: "analytics",
      required: false,
      default: model === "opt_in" ? "denied" : "granted",
      cookies: [],
      services: [],
    },
    { id: "marketing", required: false, default: "denied", cookies: [], services: [] },
  ],
  text: { title: "Cookies" },
  skewMs: 0,
  ...changes,
});

export const subjectOf = (token) => token && parseToken(core, token)?.subject;
export { Consent, Courier, Outbox, core, hearTabs, undecided };

/** The token the service would answer with. */
export function tokenFor(request, region = "DE", now = Date.now() / 1000) {
  const granted = Object.values(request.choices).includes("granted");
  const refusals = { gpc: "gpc", withdraw: "withdrawn" };
  const kind = granted ? "grant" : (refusals[request.action] ?? "refused");
  const { action, choices, gpc, subject, policy = 3 } = request;
  const decidedAt = Math.trunc(now);
  const token = { kind, keyId: 0, decidedAt, policy, choices, action, gpc, region, subject };
  const payload = encodeBase64url(encodeTokenPayload(service, token));
  return `1.${payload}.${encodeBase64url(new Uint8Array(16))}`;
}

// What an earlier visitor of a file still tries to deliver is not this one's.
const visitors = new Map();
globalThis.fetch = async (url, { body }) => {
  const { href } = new URL("./", url);
  return visitors.get(href).receive(JSON.parse(body));
};

/**
 * A browser that opens pages; `service.answer(request)` gives a status, or undefined for an outage.
 */
export class Visitor {
  jar = new CookieJar();
  kept = new Map();
  gpc = false;
  dnt = false;
  notice = noticeFor("opt_in");
  posted = [];
  coresLoaded = [];
  shown = [];
  noticesFetched = 0;
  answer = () => 201;
  coreWorks = true;
  /** Whether the core that reads what was decided can be had. */
  readerLoads = true;
  courierLoads = true;
  /** Whether the visitor reaches for the banner before choosing. */
  reaches = true;

  get cookie() {
    return this.jar.read();
  }

  set cookie(text) {
    this.jar.replace(text);
  }

  constructor() {
    this.base = `http://service/${visitors.size}/v1/`;
    visitors.set(this.base, this);
  }

  async receive(request) {
    this.posted.push(request);
    const status = await this.answer(request);
    if (!status) throw new TypeError("network");
    const headers = new Headers({ "content-type": "application/problem+json" });
    if (status !== 201) return { ok: false, status, headers };
    const token = tokenFor(request, this.notice?.region.country ?? "");
    this.jar.write(`dp_consent=${token}; Max-Age=15724800; Path=/`);
    return { ok: true, status, json: async () => ({ token }) };
  }

  open() {
    const storage = {
      getItem: (key) => this.kept.get(key) ?? null,
      setItem: (key, value) => void this.kept.set(key, value),
      removeItem: (key) => void this.kept.delete(key),
    };
    const consent = new Consent({
      base: this.base,
      site: "dialphone.com",
      cookieName: "dp_consent",
      loadCore: async (reads) => {
        if (!this.coreWorks || (reads && !this.readerLoads)) throw new Error("blocked");
        this.coresLoaded.push(reads ? "consent" : "undecided");
        if (reads) await this.readerArrives;
        return reads ? core : undecided;
      },
      loadCourier: async () => {
        if (!this.courierLoads) throw new Error("blocked");
        return Courier;
      },
      fetchNotice: async () => {
        ++this.noticesFetched;
        if (!this.notice) throw new TypeError("network");
        return structuredClone(this.notice);
      },
      cookies: () => this.cookie,
      setCookie: (text) => this.jar.write(text),
      gpc: () => this.gpc,
      dnt: () => this.dnt,
      random: (bytes) => crypto.getRandomValues(bytes),
      outbox: new Outbox(() => storage, () => this.cookie),
      view: {
        show: (layer) => this.shown.push(layer),
        hide: () => this.shown.push("nothing"),
        openPreferences: async () => {},
      },
      apply: () => {},
    });
    if (this.reaches) void consent.prepare().catch(() => {});
    return consent;
  }

  get sees() {
    return this.shown.at(-1) ?? "nothing";
  }
}

/** Lets everything that was started finish. */
export const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
