// window.__gpp, the IAB's Global Privacy Platform API 1.1, for a site that asks for it with
// data-gpp: one section, usnat. Answers by callback only. There is no TCF section: a valid one
// needs a registered CMP id.

import type { ConsentApi } from "./consent_module";
import { answerFrames, placeLocator } from "./gpp_frames";
import type { GppSection, UsNational } from "./gpp_section";
import type { Notice } from "./notice";
import type { PageState } from "./page_state";

/** `no-sale`: the site neither sells nor shares personal data. `sale`: marketing shares them. */
export type GppMode = "no-sale" | "sale";

export interface GppRequest {
  mode: GppMode;
  consent: Pick<ConsentApi, "ready" | "allows" | "state" | "on">;
  page: Pick<PageState, "model" | "notice" | "token">;
  loadNotice(): Promise<Notice>;
  /** Where the first layer and the preferences appear. */
  root: ShadowRoot;
  section: Promise<GppSection>;
}

export type GppCallback = (response: unknown, success: boolean) => void;
type Call = [command: string, callback?: GppCallback, parameter?: unknown, version?: string];
type Gpp = (...call: Call) => unknown;

declare global {
  interface Window {
    __gpp?: Gpp;
  }
}

interface Listener {
  id: number;
  callback: GppCallback;
}

const sectionName = "usnat";
const sectionId = 7;
const noSections = "DBAA";

class GppApi {
  private readonly ping = {
    gppVersion: "1.1",
    cmpStatus: "loading",
    cmpDisplayStatus: "hidden",
    signalStatus: "not ready",
    supportedAPIs: [`${sectionId}:${sectionName}`],
    cmpId: 0,
    sectionList: [] as number[],
    applicableSections: [] as number[],
    gppString: noSections,
    parsedSections: {} as Record<string, object>,
  };
  private readonly listeners = new Map<number, GppCallback>();
  private lastId = 0;
  private round = 0;

  constructor(private readonly request: GppRequest) {}

  /** Takes over what a stub has collected, and answers from here on. */
  install(): void {
    const stub = window.__gpp;
    const ask = (...what: string[]) => {
      const found = (stub as ((...what: string[]) => unknown) | undefined)?.(...what);
      return Array.isArray(found) ? (found as unknown[]) : [];
    };
    for (const { id, callback } of ask("events") as Listener[]) {
      this.listeners.set(id, callback);
      this.lastId = Math.max(this.lastId, id);
    }
    const queued = ask() as Call[];
    window.__gpp = (...call) => this.call(call);
    for (const call of queued) this.call([...call]);
  }

  /** Says that something may change, finds out what, and says that it is settled. */
  async update(): Promise<void> {
    const round = ++this.round;
    this.signal("not ready");
    const { request } = this;
    try {
      const [section] = await Promise.all([request.section, request.consent.ready]);
      const applies = await inUsOptOut(request);
      // A later change has begun another round.
      if (round !== this.round) return;
      this.say(section, applies);
      this.signal("ready");
    } catch {
      // Without the module or the region there is nothing true to say: never ready.
    }
  }

  display(status: "visible" | "hidden"): void {
    if (this.ping.cmpDisplayStatus === status) return;
    this.ping.cmpDisplayStatus = status;
    this.fire("cmpDisplayStatus", status);
  }

  private say(section: GppSection, applies: boolean): void {
    const { ping, request } = this;
    const before = ping.gppString;
    ping.applicableSections = [applies ? sectionId : -1];
    ping.sectionList = applies ? [sectionId] : [];
    ping.gppString = noSections;
    ping.parsedSections = {};
    if (applies) {
      const { gpc } = request.consent.state();
      const optedOut = !request.consent.allows("marketing");
      const said = section.statement({ sellsOrShares: request.mode === "sale", optedOut, gpc });
      ping.gppString = section.encode(said)!;
      ping.parsedSections = { [sectionName]: asRead(said) };
    }
    if (ping.cmpStatus !== "loaded") {
      ping.cmpStatus = "loaded";
      this.fire("cmpStatus", "loaded");
    }
    if (before !== ping.gppString) this.fire("sectionChange", sectionName);
  }

  private signal(status: "ready" | "not ready"): void {
    if (this.ping.signalStatus === status) return;
    this.ping.signalStatus = status;
    this.fire("signalStatus", status);
  }

  private fire(eventName: string, data: unknown): void {
    for (const [listenerId, callback] of this.listeners) {
      answer(callback, { eventName, listenerId, data, pingData: this.pingData() });
    }
  }

  private pingData(): object {
    return copyOf(this.ping);
  }

  private call([command, callback, parameter]: Call): void {
    if (typeof callback !== "function") return;
    answer(callback, this.respond(command, callback, parameter));
  }

  // null: the command or what it asks for does not exist.
  private respond(command: string, callback: GppCallback, parameter: unknown): unknown {
    const { parsedSections } = this.ping;
    const [name, field] = typeof parameter === "string" ? parameter.split(".") : [];
    const section = own(parsedSections, name);
    const event = (eventName: string, listenerId: unknown, data: boolean) => ({
      eventName,
      listenerId,
      data,
      pingData: this.pingData(),
    });
    switch (command) {
      case "ping":
        return this.pingData();
      case "addEventListener":
        this.listeners.set(++this.lastId, callback);
        return event("listenerRegistered", this.lastId, true);
      case "removeEventListener":
        return event("listenerRemoved", parameter, this.listeners.delete(parameter as number));
      case "hasSection":
        return name ? !!section : null;
      case "getSection":
        return copyOf(section ?? null);
      case "getField":
        return copyOf(own(section, field) ?? null);
      default:
        return null;
    }
  }
}

// Whether the visitor is under an opt_out regime of the United States. A refusal's token names no
// region: only the notice knows it then.
async function inUsOptOut({ page, loadNotice }: GppRequest): Promise<boolean> {
  if (!page.notice && page.token) {
    if (page.model === "opt_in") return false;
    if (page.token.region.startsWith("US")) return true;
  }
  const { regime } = page.notice ?? (await loadNotice());
  return regime.model === "opt_out" && regime.id.startsWith("us_");
}

// As the IAB's library prints a section: with its version, and the type of the second segment.
function asRead({ Gpc, ...core }: UsNational): object {
  return { Version: 2, ...core, GpcSegmentType: 1, Gpc };
}

function own(holder: object | undefined, name: string | undefined): object | undefined {
  const isOwn = holder && name && Object.prototype.hasOwnProperty.call(holder, name);
  return isOwn ? (holder as Record<string, object>)[name] : undefined;
}

function copyOf<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

function answer(callback: GppCallback, response: unknown): void {
  try {
    callback(response, response !== null);
  } catch (error) {
    console.error(error);
  }
}

export function installGpp(request: GppRequest): void {
  if (request.mode !== "sale" && request.mode !== "no-sale") {
    console.error(`consent: data-gpp is "no-sale" or "sale", not "${request.mode as string}"`);
    return;
  }
  const api = new GppApi(request);
  api.install();
  placeLocator();
  answerFrames((...call) => window.__gpp!(...call));
  request.consent.on("change", () => void api.update());
  const layer = () => request.root.querySelector(".card,dialog");
  const shows = () => api.display(layer() ? "visible" : "hidden");
  new MutationObserver(shows).observe(request.root, { childList: true });
  shows();
  void api.update();
}
