// The consent of one page: what may run, what is asked, what is told to the service. A choice acts
// at once; a refusal acts before anything is sent; what could not be decided is denied.

import type { Courier, CourierSurroundings } from "./courier";
import {
  isAllowed,
  purposeNames,
  type Action,
  type Choices,
  type Granted,
  type Layer,
  type OptionalPurpose,
  type Purpose,
  type Reason,
  type ServiceName,
} from "./names";
import { optionalPurposes, type Notice } from "./notice";
import type { PendingChoice } from "./outbox";
import { NoticeSource } from "./notice_source";
import { canRead, grantsSomething, PageState, type CoreSupply } from "./page_state";
import { serviceCookie } from "./service_cookie";
import type { Services } from "./services";
import type { View } from "./view";

/** The world outside, so that everything in here can be tested without one. */
export interface Surroundings extends CourierSurroundings {
  loadCore: CoreSupply;
  /** What delivers a choice, loaded when there is one. */
  loadCourier(): Promise<typeof Courier>;
  fetchNotice(): Promise<Notice>;
  gpc(): boolean;
  /** navigator.doNotTrack is "1". */
  dnt(): boolean;
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
  dnt: boolean;
  policy: number | null;
  subject: string | null;
  choices: Choices;
  decisions: Record<Purpose, { allowed: boolean; reason: Reason }>;
  /** Single services that may run: once one was asked for, or chosen among. */
  services: ServiceName[];
}

export class Consent {
  /** Knows of single services; there as soon as anything may run. */
  services?: Pick<Services, "allows" | "list" | "take">;
  /** Somebody wants to know of a single service. */
  asked = false;
  /** What was chosen here, for `services` to take. */
  chosen?: Granted;
  /** The last thing the visitor wanted: what waits for a notice gives way to what came after. */
  latest?: object;
  readonly page: PageState;
  readonly ready: Promise<void>;
  readonly loadNotice = () => this.noticeSource.load();
  private readonly listeners = new Set<(state: ConsentState) => void>();
  private decided = "";
  private readonly noticeSource: NoticeSource;
  private courier?: Courier;
  private loading?: Promise<Courier>;
  private recorded: "default" | "gpc" | "" = "";

  constructor(readonly around: Surroundings) {
    this.page = new PageState(around.cookieName, around.loadCore);
    this.page.gpc = around.gpc();
    this.page.dnt = around.dnt();
    this.noticeSource = new NoticeSource(this.page, around.fetchNotice);
    this.ready = this.start();
  }

  allows(name: Purpose | ServiceName): boolean {
    if (!name.includes(":")) return isAllowed(this.page.decide(name as Purpose));
    this.asked = true;
    return !!this.services?.allows(name as ServiceName);
  }

  state(): ConsentState {
    const { page } = this;
    const decisions = purposeNames.map((purpose) => {
      const reason = page.decide(purpose);
      return [purpose, { allowed: isAllowed(reason), reason }];
    });
    return {
      status: page.pending ? "pending" : page.token && !page.mustAsk ? "decided" : "undecided",
      model: page.model,
      regime: page.notice?.regime.id ?? null,
      gpc: page.gpc,
      dnt: page.dnt,
      policy: page.notice?.policy.version ?? (page.state.policy || null),
      subject: page.token?.subject ?? null,
      choices: { ...page.choices },
      decisions: Object.fromEntries(decisions) as ConsentState["decisions"],
      services: this.services?.list() ?? [],
    };
  }

  on(_event: "change", listener: (state: ConsentState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async open(): Promise<void> {
    const notice = await this.loadNotice();
    await this.around.view.openPreferences(notice, (name) => this.allows(name));
  }

  accept(layer: Layer = "api"): Promise<void> {
    return this.grant("accept_all", layer);
  }

  /** Denies everything optional. For who had granted something the courier withdraws it. */
  reject(layer: Layer = "api"): void {
    this.refuse("reject_all", layer);
  }

  withdraw(layer: Layer = "api"): void {
    this.refuse("withdraw", layer);
  }

  /** Purposes that are not named are denied. */
  async save(granted: Granted, layer: Layer = "api"): Promise<void> {
    const some = Object.keys(granted).some((name) => !name.includes(":") && is(granted, name));
    return some ? this.grant("save", layer, granted) : this.reject(layer);
  }

  /**
   * Reads cookie and outbox again: another tab, the back button, or a long sleep may have changed
   * them.
   */
  refresh(): void {
    const busy = this.courier ? this.courier.busy : this.loading;
    const kept = this.around.outbox.read();
    // Another tab's refusal ends what this one is sending.
    if (!busy || (kept && !kept.request && grantsSomething(this.page.choices))) {
      this.page.takePending(kept);
    }
    this.page.readCookie(this.around.cookies());
    this.settle();
    // Somebody decided in another tab, and this page cannot read it yet.
    if (this.knows && this.page.core && !canRead(this.page.core)) {
      void this.page.loadCore(true).then(() => this.refresh(), ignore);
    }
  }

  /** Tries again at once what is still to be sent. */
  retry(): void {
    void this.deliver("retry");
  }

  /** Loads what a choice will need, so that it can be sent in the tick of the click. */
  prepare(): Promise<Courier> {
    void this.page.loadCore(true).catch(ignore);
    this.loading ??= this.around.loadCourier().then(
      (made) =>
        (this.courier = new made(
          this.around,
          this.page,
          this.noticeSource,
          () => this.settle(),
          () => this.present(),
        )),
      (error: unknown) => {
        this.loading = undefined;
        throw error;
      },
    );
    return this.loading;
  }

  private get knows(): boolean {
    return this.around.cookies().includes(`${this.around.cookieName}=`);
  }

  private async deliver(attempt: "first" | "retry"): Promise<void> {
    if (this.courier) return this.courier.deliver(attempt);
    try {
      await (await this.prepare()).deliver(attempt);
    } catch {
      // Not delivered: a refusal is kept for the next page, a grant does not count.
      this.page.chosenHere = false;
      this.settle();
    }
  }

  private async start(): Promise<void> {
    // The stack of whoever starts is long: browsers look through it when cookies are read.
    await null;
    const { around, page, knows } = this;
    page.pending ??= around.outbox.read();
    let runs = true;
    // A choice of an earlier page is sent before anything else of this one.
    const courier = page.pending && this.prepare().catch(ignore);
    // The service has decided already for a visitor without a cookie: the question need not wait
    // for the core.
    if (!knows && !page.pending) {
      void this.noticeSource.load().then((notice) => {
        const asked = notice.regime.model === "opt_in" && !page.pending;
        if (runs && asked) around.view.show("ask", notice);
      }, ignore);
    }
    try {
      await page.loadCore(knows || !!page.pending);
    } catch (error) {
      // A typo in the page's options, or neither build of the core runs here.
      console.warn("consent: nothing optional will run:", error);
      runs = false;
      around.view.hide();
      return;
    }
    page.readCookie(around.cookies());
    if (!page.settled) {
      await this.noticeSource
        .load()
        .then(() => this.present())
        .catch(console.warn);
    }
    this.settle();
    await courier;
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
    if (page.signal && !state.gpc) {
      if (state.action === "none" || grantsSomething(state.choices)) this.recordOnce("gpc");
      around.view.show("honoured", notice);
    } else if (
      state.action === "none" ||
      (state.action === "default" && !this.allows("analytics"))
    ) {
      this.recordOnce("default");
      around.view.show("opt_out", notice);
    }
  }

  private recordOnce(action: "gpc" | "default"): void {
    if (this.recorded === action) return;
    this.recorded = action;
    if (action === "gpc") return this.refuse(action, "none");
    const choices: Choices = {};
    for (const { id, required, default: start } of this.page.notice!.purposes) {
      if (!required) choices[id as OptionalPurpose] = start === "granted" ? "granted" : "denied";
    }
    this.choose({ action, layer: "none", choices });
  }

  private async grant(action: Action, layer: Layer, granted?: Granted): Promise<void> {
    const mine = (this.latest = {});
    const notice = this.page.notice ?? (await this.noticeSource.load());
    if (this.latest !== mine) return;
    const choices: Choices = {};
    for (const purpose of optionalPurposes(notice)) {
      choices[purpose] = !granted || is(granted, purpose) ? "granted" : "denied";
    }
    this.choose({ action, layer, choices }, granted);
  }

  private refuse(action: Action, layer: Layer): void {
    const { notice, state } = this.page;
    const purposes = notice ? optionalPurposes(notice) : Object.keys(state.choices);
    const named = purposes.length ? purposes : purposeNames.slice(1);
    const choices = Object.fromEntries(named.map((purpose) => [purpose, "denied"]));
    this.choose({ action, layer, choices });
  }

  // The tick of the click: the page acts, the outbox keeps a refusal, and only then it is sent.
  private choose(pending: PendingChoice, granted: Granted = {}): void {
    const { page, around } = this;
    // Which services an earlier choice let run says nothing any more.
    around.setCookie(`${serviceCookie}=; Path=/; Max-Age=0`);
    page.pending = pending;
    page.chosenHere = pending.action !== "default";
    page.vetoed = false;
    this.chosen = granted;
    this.services?.take();
    if (!grantsSomething(pending.choices)) around.outbox.write(pending);
    if (pending.layer !== "none") {
      this.latest = pending;
      around.view.hide();
    }
    if (pending.layer === "banner" && page.model === "opt_out") {
      around.view.show("opted_out", page.notice!);
    }
    this.settle();
    void this.deliver("first");
  }

  /** Tells everybody what has changed. */
  settle(): void {
    this.page.gpc ||= this.around.gpc();
    const state = this.state();
    const decided = JSON.stringify(state);
    if (decided === this.decided) return;
    this.decided = decided;
    this.around.apply(this);
    for (const listener of this.listeners) {
      try {
        listener(state);
      } catch (error) {
        console.error(error);
      }
    }
  }
}

function is(granted: Granted, name: string): boolean {
  return granted[name as OptionalPurpose] === true;
}

function ignore(): void {
  // Nothing is shown and nothing optional runs; the next page tries again.
}
