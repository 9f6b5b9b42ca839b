// The consent of one page: what may run, what is asked, what is told to the service. A choice acts
// at once; a refusal acts before anything is sent; what could not be decided is denied.

import { exclusively, post, retryDelayMs, type Outcome } from "./delivery";
import {
  isAllowed,
  type Action,
  type Choices,
  type Layer,
  type OptionalPurpose,
  type Purpose,
  type Reason,
} from "./names";
import { optionalPurposes, type Notice } from "./notice";
import { Outbox, type ConsentRequest, type PendingChoice } from "./outbox";
import { PageState } from "./page_state";
import { randomId, uuidv7, type Randomness } from "./random_id";
import type { Core } from "./core";
import type { View } from "./view";

/** The world outside, so that everything in here can be tested without one. */
export interface Surroundings {
  base: string;
  site: string;
  cookieName: string;
  loadCore(): Promise<Core>;
  fetchNotice(): Promise<Notice>;
  cookies(): string;
  dropCookie(): void;
  gpc(): boolean;
  random: Randomness;
  outbox: Outbox;
  view: View;
  /** Called after every change: release or remove what the decisions say. */
  apply(consent: Consent): void;
}

export interface ConsentState {
  /** `pending`: chosen, but the service has not confirmed it yet. */
  status: "undecided" | "decided" | "pending";
  model: "opt_in" | "opt_out";
  regime: string | null;
  gpc: boolean;
  policy: number | null;
  subject: string | null;
  choices: Choices;
  decisions: Record<Purpose, { allowed: boolean; reason: Reason }>;
}

export class Consent {
  readonly page: PageState;
  readonly ready: Promise<void>;
  private readonly listeners = new Set<(state: ConsentState) => void>();
  private decided = "";
  private noticing?: Promise<Notice>;
  private delivering = false;
  private attempt = 0;
  private recorded: "default" | "gpc" | "" = "";

  constructor(private readonly around: Surroundings) {
    this.page = new PageState(around.cookieName);
    this.page.pending = around.outbox.read();
    this.page.gpc = around.gpc();
    this.ready = this.start();
  }

  allows(purpose: Purpose): boolean {
    return isAllowed(this.page.decide(purpose));
  }

  state(): ConsentState {
    const { page } = this;
    const decision = (purpose: Purpose) => {
      const reason = page.decide(purpose);
      return { allowed: isAllowed(reason), reason };
    };
    return {
      status: page.pending ? "pending" : page.token && !page.mustAsk ? "decided" : "undecided",
      model: page.model,
      regime: page.notice?.regime.id ?? null,
      gpc: page.gpc,
      policy: page.notice?.policy.version ?? (page.state.policy || null),
      subject: page.token?.subject ?? null,
      choices: { ...page.choices },
      decisions: {
        essential: decision("essential"),
        analytics: decision("analytics"),
        marketing: decision("marketing"),
      },
    };
  }

  on(_event: "change", listener: (state: ConsentState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async open(): Promise<void> {
    const notice = await this.loadNotice();
    const choices: Choices = {};
    for (const purpose of optionalPurposes(notice)) {
      choices[purpose] = this.allows(purpose) ? "granted" : "denied";
    }
    await this.around.view.openPreferences(notice, choices);
  }

  accept(layer: Layer = "api"): Promise<void> {
    return this.grant("accept_all", layer, (purpose) => purpose !== undefined);
  }

  /** Denies everything optional. Who had granted something withdraws it, which needs no notice. */
  reject(layer: Layer = "api"): void {
    if (this.page.token?.subject) return this.withdraw(layer);
    this.choose({ action: "reject_all", layer, choices: this.everything("denied") });
  }

  withdraw(layer: Layer = "api"): void {
    this.choose({ action: "withdraw", layer, choices: this.everything("denied") });
  }

  /** Purposes that are not named are denied. */
  save(granted: Partial<Record<OptionalPurpose, boolean>>, layer: Layer = "api"): Promise<void> {
    if (!Object.values(granted).includes(true)) {
      this.reject(layer);
      return Promise.resolve();
    }
    return this.grant("save", layer, (purpose) => granted[purpose] === true);
  }

  /**
   * Reads cookie and outbox again: another tab, the back button, or a long sleep may have changed
   * them.
   */
  refresh(): void {
    if (!this.delivering) {
      this.page.pending = this.around.outbox.read();
      this.page.chosenHere &&= !!this.page.pending;
    }
    this.page.readCookie(this.around.cookies());
    this.settle();
  }

  /** The service refused an event that this page held to be allowed: its word counts. */
  veto(): void {
    this.page.vetoed = true;
    this.settle();
  }

  /** Tries again at once what is still to be sent. */
  retry(): void {
    void this.deliver("retry");
  }

  private async start(): Promise<void> {
    const { around, page } = this;
    const knows = around.cookies().includes(`${around.cookieName}=`);
    // The service has decided already for a visitor without a cookie: nothing waits for the core to
    // be shown.
    if (!knows && !page.pending) {
      void this.loadNotice().then((notice) => {
        if (notice.regime.model === "opt_in" && !page.pending) around.view.show("ask", notice);
      }, ignore);
    }
    try {
      page.core = await around.loadCore();
    } catch {
      console.warn("consent: neither build of the core runs here; nothing optional will run");
      around.view.hide();
      return;
    }
    page.readCookie(around.cookies());
    if (!page.settled) await this.loadNotice().then(() => this.present(), ignore);
    this.settle();
    if (page.pending) void this.deliver(page.chosenHere ? "first" : "retry");
  }

  // What the visitor is shown, and the two starting states that are recorded without a click.
  private present(): void {
    const { page, around } = this;
    const notice = page.notice!;
    if (page.pending) return;
    if (page.model === "opt_in") {
      if (page.mustAsk) around.view.show("ask", notice);
      else around.view.hide();
      return;
    }
    const { state } = page;
    if (page.gpc && !(state.action !== "none" && state.gpc)) {
      this.recordOnce(
        "gpc",
        state.action === "none" || Object.values(state.choices).includes("granted"),
      );
      around.view.show("honoured", notice);
    } else if (
      state.action === "none" ||
      (state.action === "default" && !this.allows("analytics"))
    ) {
      this.recordOnce("default", true);
      around.view.show("opt_out", notice);
    }
  }

  private recordOnce(action: "gpc" | "default", needed: boolean): void {
    if (!needed || this.recorded === action) return;
    this.recorded = action;
    if (action === "gpc") {
      this.choose({ action, layer: "none", choices: this.everything("denied") });
      return;
    }
    const choices: Choices = {};
    for (const { id, required, default: start } of this.page.notice!.purposes) {
      if (!required) choices[id as OptionalPurpose] = start === "granted" ? "granted" : "denied";
    }
    this.choose(this.withRequest({ action, layer: "none", choices }));
  }

  private async grant(
    action: Action,
    layer: Layer,
    granted: (purpose: OptionalPurpose) => boolean,
  ): Promise<void> {
    const notice = this.page.notice ?? (await this.loadNotice());
    const choices: Choices = {};
    for (const purpose of optionalPurposes(notice)) {
      choices[purpose] = granted(purpose) ? "granted" : "denied";
    }
    this.choose(this.withRequest({ action, layer, choices }));
  }

  private everything(choice: "denied"): Choices {
    const { notice, state } = this.page;
    const purposes = notice ? optionalPurposes(notice) : Object.keys(state.choices);
    const named = purposes.length ? purposes : ["analytics", "marketing"];
    return Object.fromEntries(named.map((purpose) => [purpose, choice]));
  }

  // The tick of the click: the page acts, the outbox keeps it, and only then it is sent.
  private choose(pending: PendingChoice): void {
    const { page, around } = this;
    page.pending = pending;
    page.chosenHere = true;
    page.vetoed = false;
    around.outbox.write(pending);
    if (pending.layer !== "none") around.view.hide();
    if (pending.layer === "banner" && page.model === "opt_out") {
      around.view.show("opted_out", page.notice!);
    }
    this.settle();
    void this.deliver("first");
  }

  private settle(): void {
    const state = this.state();
    const decided = JSON.stringify(state);
    if (decided === this.decided) return;
    this.decided = decided;
    this.around.apply(this);
    for (const listener of this.listeners) listener(state);
  }

  private loadNotice(): Promise<Notice> {
    this.noticing ??= this.around.fetchNotice().then(
      (notice) => {
        this.page.gpc ||= notice.signals?.gpc === true;
        return (this.page.notice = notice);
      },
      (error: unknown) => {
        this.noticing = undefined;
        throw error;
      },
    );
    return this.noticing;
  }

  private withRequest(pending: PendingChoice): PendingChoice {
    const grants = Object.values(pending.choices).includes("granted");
    return grants ? { ...pending, request: this.request(pending) } : pending;
  }

  // The ids are made here: of a grant when it is given, of a refusal only when it is sent.
  private request({ action, layer, choices }: PendingChoice): ConsentRequest {
    const { page, around } = this;
    const grants = Object.values(choices).includes("granted");
    const nowMs = Math.trunc(page.now * 1000);
    const notice = page.notice;
    return {
      site: around.site,
      event: uuidv7(nowMs, around.random),
      subject: page.token?.subject ?? (grants ? randomId(around.random) : null),
      ...(notice && {
        ticket: notice.ticket,
        notice: notice.notice.id,
        policy: notice.policy.version,
        language: notice.notice.language,
      }),
      choices,
      action,
      layer,
      client_time: new Date(nowMs).toISOString(),
      gpc: page.gpc,
    };
  }

  // One request at a time, the newest choice last: an answer must never overtake a later choice.
  private async deliver(attempt: "first" | "retry"): Promise<void> {
    if (this.delivering) return;
    this.delivering = true;
    try {
      await exclusively(() => this.drain(attempt), attempt);
    } finally {
      this.delivering = false;
    }
    if (!this.page.pending) return;
    const delay = retryDelayMs(this.attempt++, Math.random());
    setTimeout(() => void this.deliver("retry"), delay);
  }

  private async drain(attempt: "first" | "retry"): Promise<void> {
    if (attempt === "retry") this.page.pending = this.around.outbox.read();
    for (let round = 0; this.page.pending && round < 4; ++round) {
      const pending = this.page.pending;
      const outcome = await this.send(pending);
      if (outcome === "retry") return;
      await this.take(outcome, pending);
    }
  }

  private async send(pending: PendingChoice): Promise<Outcome> {
    const ticketed = pending.request ?? pending.action === "withdraw";
    if (!ticketed && !this.page.notice) {
      try {
        await this.loadNotice();
      } catch {
        return "retry";
      }
    }
    return post(this.around.base, pending.request ?? this.request(pending));
  }

  private async take(outcome: Exclude<Outcome, "retry">, sent: PendingChoice): Promise<void> {
    const { page, around } = this;
    if (typeof outcome === "object") {
      this.attempt = 0;
      page.takeToken(outcome.token);
      if (page.pending === sent) this.finish();
      page.readCookie(around.cookies());
      this.settle();
    } else if (outcome === "stale") {
      await this.renew(sent);
    } else if (!sent.request && page.token?.subject) {
      // The grant this refusal ends is not believed any more: it goes, and the refusal stands
      // alone.
      around.dropCookie();
      page.readCookie(around.cookies());
      page.pending = { ...sent, action: "reject_all" };
    } else {
      console.warn("consent: the service refused this choice; nothing optional will run");
      if (page.pending === sent) this.finish();
      this.settle();
    }
  }

  private finish(): void {
    this.page.pending = undefined;
    this.page.chosenHere = false;
    this.around.outbox.write(undefined);
  }

  // The notice went out of force meanwhile. A refusal needs no agreement to it; a grant only stands
  // when the purposes are the same, otherwise the visitor is asked again.
  private async renew(sent: PendingChoice): Promise<void> {
    const { page } = this;
    const before = JSON.stringify(page.notice?.purposes);
    this.noticing = undefined;
    try {
      await this.loadNotice();
    } catch {
      return;
    }
    if (!sent.request || page.pending !== sent) return;
    if (before === JSON.stringify(page.notice?.purposes)) {
      page.pending = this.withRequest({ ...sent, request: undefined });
      this.around.outbox.write(page.pending);
      return;
    }
    this.finish();
    this.present();
    this.settle();
  }
}

function ignore(): void {
  // Nothing is shown and nothing optional runs; the next page tries again.
}
