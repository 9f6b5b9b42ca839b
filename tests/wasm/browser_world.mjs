// A browser with several tabs over the real state machine and courier: one cookie jar, one storage,
// one set of locks, a clock that only moves when told to, and a service behind a network that loses
// what it likes. Everything is decided by a seed.

import { CookieJar } from "./cookie_jar.mjs";
import { Consent, core, Courier, hearTabs, noticeFor, Outbox } from "./visitor.mjs";
import { subjectOf, tokenFor, undecided } from "./visitor.mjs";

const startMs = Date.UTC(2026, 10, 25);
let clock = { now: startMs, timers: [] };
Date.now = () => clock.now;
// Whose code is running: a page in the back/forward cache has timers that wait with it.
let running;
globalThis.setTimeout = (run, delay) =>
  void clock.timers.push({ run, at: clock.now + delay, tab: running });
const turn = () => new Promise((resolve) => setImmediate(resolve));
const dayMs = 86_400_000;

const refusal = {
  action: "reject_all",
  choices: { analytics: "denied", marketing: "denied" },
  gpc: false,
  subject: null,
};

/** Resolves when nothing more happens by itself. */
export async function quiet() {
  for (let i = 0; i < 8; ++i) await turn();
}

/** The service as http-api.md tells it, as far as one visitor can notice. */
class Service {
  granted = new Map();
  seen = new Map();
  /** Those of the events that granted something. */
  grants = new Set();

  constructor(now) {
    this.now = now;
  }

  answer(request, held) {
    if (Math.abs(Date.parse(request.client_time) - this.now()) > dayMs) return { status: 422 };
    const first = this.seen.get(request.event);
    // The same event again: the answer tells what holds now.
    if (first) {
      const choices = this.granted.get(first.subject) ?? {};
      const ended = first.subject && !grantsAny(choices);
      return { status: 200, token: this.tokenOf(ended ? refusal : { ...first, choices }) };
    }
    if (request.action !== "withdraw" && !request.ticket) return { status: 422 };
    const grants = grantsAny(request.choices);
    const subject = request.subject ?? (grants ? null : held);
    if (this.granted.has(subject) && held !== subject) return { status: 403 };
    if (grants) this.grants.add(request.event);
    if (grants) this.granted.set(subject, { ...request.choices });
    else if (subject) this.granted.set(subject, {});
    this.seen.set(request.event, { ...request, choices: {} });
    return { status: 201, token: this.tokenOf(request) };
  }

  tokenOf(request) {
    return tokenFor(request, "DE", this.now() / 1000);
  }
}

function grantsAny(choices) {
  return Object.values(choices).includes("granted");
}

// One whose timers are known to be of the tab.
function courierOf(tab) {
  return class extends Courier {
    tryLater() {
      running = tab;
      super.tryLater();
      running = undefined;
    }
  };
}

export class World {
  jar = new CookieJar();
  kept = new Map();
  storage = "works";
  network = true;
  locks = true;
  notice = "works";
  /** Told when a slow notice comes. */
  asking = [];
  skew = 0;
  tabs = [];
  wires = [];
  waiting = [];
  /** Every request that a page has begun, also those that never left. */
  sent = [];
  holder = undefined;
  /** Subjects of whom the service knows what the browser was never told. */
  unheard = new Set();

  constructor(random) {
    this.random = random;
    clock = { now: startMs, timers: [] };
    const chance = new Random(random.state);
    Math.random = () => chance.below(1 << 20) / (1 << 20);
    this.service = new Service(() => clock.now - this.skew);
    const world = this;
    // follow_up.js listens in every tab in which something may run.
    globalThis.BroadcastChannel = class {
      tab = running;
      postMessage(data) {
        for (const { hears } of world.tabs) world.tell(hears?.tab, () => hears.onmessage({ data }));
      }
      set onmessage(heard) {
        Object.defineProperty(this, "onmessage", { value: heard });
        this.tab.hears = this;
      }
      close() {}
    };
    Object.defineProperty(globalThis, "navigator", {
      configurable: true,
      value: { locks: { request: (...all) => world.lock(...all) } },
    });
    globalThis.fetch = (url, { body, headers }) =>
      world.send(Number(/^tab(\d+)/.exec(url)[1]), JSON.parse(body), headers.authorization);
  }

  noticeComes() {
    for (const come of this.asking.splice(0)) come();
  }

  /** The browser's clock is `ms` ahead of the service's. */
  setSkew(ms) {
    clock.now += ms - this.skew;
    this.skew = ms;
  }

  async advance(ms) {
    clock.now += ms;
    const isDue = ({ at, tab }) => at <= clock.now && !tab?.frozen;
    const due = clock.timers.filter(isDue);
    clock.timers = clock.timers.filter((timer) => !isDue(timer));
    for (const { run, tab } of due) if (tab?.alive !== false) run();
    await quiet();
  }

  // navigator.locks, one name.
  async lock(_, ...rest) {
    if (!this.locks) throw new DOMException("The request was denied.", "SecurityError");
    const run = rest.at(-1);
    if (rest.length === 2 && rest[0].ifAvailable && this.holder) return run(null);
    while (this.holder) await new Promise((resolve) => this.waiting.push(resolve));
    const mine = (this.holder = {});
    try {
      return await run({});
    } finally {
      if (this.holder === mine) this.release();
    }
  }

  release() {
    this.holder = undefined;
    for (const wake of this.waiting.splice(0)) wake();
  }

  send(tab, request, authorization) {
    this.sent.push(request);
    return new Promise((resolve, reject) => {
      const open = this.tabs.some(({ id }) => id === tab);
      const wire = { tab, request, authorization, resolve, reject };
      if (open && this.network) this.wires.push(wire);
      else reject(new TypeError("network"));
    });
  }

  /** What becomes of the oldest request on its way. */
  async arrive(fate) {
    const wire = this.wires.shift();
    if (!wire) return;
    const alive = this.tabs.some(({ id }) => id === wire.tab);
    const page = (status, json, type = "text/html") => {
      const headers = new Headers({ "content-type": type });
      if (alive) wire.resolve({ ok: status < 300, status, headers, json: async () => json });
      else wire.reject(new TypeError("closed"));
    };
    if (fate === "lost") wire.reject(new TypeError("network"));
    // Of a proxy.
    else if (/^\d+$/.test(fate)) page(Number(fate));
    else if (fate === "portal") page(200, { welcome: "to the hotel" });
    else {
      const token = wire.authorization?.split(" ")[1] ?? this.jar.value("dp_consent");
      const held = subjectOf(token) ?? null;
      const answer = this.service.answer(wire.request, held);
      // A subject that only the service keeps: no later page can name it, or ask anything for it.
      if (fate !== "answered") this.unheard.add(wire.request.subject);
      if (fate === "answer lost") {
        this.unheard.add(held);
        wire.reject(new TypeError("network"));
      } else {
        if (fate === "cookie lost") {
          this.unheard.add(held).add(subjectOf(this.jar.value("dp_consent")));
        } else if (answer.token) {
          // Two tabs that grant at once make two subjects, and the browser keeps one.
          const before = subjectOf(this.jar.value("dp_consent"));
          if (before !== (wire.request.subject ?? held)) this.unheard.add(before);
          this.jar.write(`dp_consent=${answer.token}; Path=/; Max-Age=15724800`);
        }
        page(answer.status, { token: answer.token }, "application/problem+json");
      }
    }
    await quiet();
  }

  storageOf(tab) {
    const broken = (when) => {
      if (when.includes(this.storage) || !tab.alive) throw new DOMException("no", "QuotaExceeded");
    };
    const told = () => {
      for (const other of this.others(tab)) this.tell(other, () => other.consent.refresh());
    };
    return {
      getItem: (key) => (broken(["off"]), this.kept.get(key) ?? null),
      removeItem: (key) => (broken(["off"]), this.kept.delete(key) && told()),
      setItem: (key, value) => (broken(["off", "full"]), this.kept.set(key, value), told()),
    };
  }

  others(tab) {
    return this.tabs.filter((one) => one !== tab && one.alive);
  }

  /** A page in the back/forward cache hears nothing. */
  tell(tab, hear) {
    setImmediate(() => tab?.alive && !tab.frozen && hear());
  }

  /** The tab shows another page and comes back later; one that asks for something is not kept. */
  freeze(tab) {
    const asks = this.wires.some((wire) => wire.tab === tab.id) || tab.waits;
    // Nothing could tell a page without cookies and storage what came after its grant.
    const alone = tab.consent.page.pending?.request && !this.kept.size;
    tab.frozen = !asks && !alone && !tab.consent.courier?.busy;
  }

  thaw(tab) {
    tab.frozen = false;
    return tab.consent.refresh();
  }

  async open() {
    const tab = { id: this.random.next(), alive: true };
    const cookies = () => (tab.alive ? this.jar.read() : "");
    tab.consent = this.start(tab, cookies);
    running = tab;
    hearTabs(tab.consent);
    running = undefined;
    this.tabs.push(tab);
    await quiet();
    return tab;
  }

  start(tab, cookies) {
    return new Consent({
      base: `tab${tab.id}/`,
      site: "dialphone.com",
      cookieName: "dp_consent",
      loadCore: async (reads) => (reads ? core : undecided),
      loadCourier: async () => courierOf(tab),
      fetchNotice: async () => {
        if (this.notice === "slow") await new Promise((come) => this.asking.push(come));
        if (this.notice === "none" || !this.network || !tab.alive) throw new TypeError("network");
        const skewMs = Math.abs(this.skew) > 60_000 ? -this.skew : 0;
        return { ...noticeFor("opt_in"), skewMs };
      },
      cookies,
      setCookie: (text) => tab.alive && this.jar.write(text),
      gpc: () => false,
      dnt: () => false,
      random: (bytes) => bytes.map(() => this.random.below(256)),
      outbox: new Outbox(() => this.storageOf(tab), cookies),
      view: { show() {}, hide() {}, openPreferences: async () => {} },
      apply: () => {},
    });
  }

  /** What a closed tab had sent goes on; what it would have done with the answer does not. */
  async close(tab) {
    tab.alive = false;
    this.tabs = this.tabs.filter((one) => one !== tab);
    for (let left = this.wires.length; left > 0; --left) await this.arrive("answered");
    await quiet();
  }
}

/** xorshift32. */
export class Random {
  constructor(seed) {
    this.state = (seed * 2654435761) >>> 0 || 1;
    this.count = 0;
  }

  next() {
    return ++this.count;
  }

  below(end) {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    this.state >>>= 0;
    return this.state % end;
  }

  of(list) {
    return list[this.below(list.length)];
  }
}
