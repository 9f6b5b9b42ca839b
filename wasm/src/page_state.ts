// What the page knows of its visitor, and the one way to decide on it: the recorded choice from the
// cookie, the choice not confirmed yet, the notice, the signal. A denial anywhere in there wins.

import type { Core, DecidingExports } from "./core";
import {
  mustAsk,
  nothingRecorded,
  reasonFor,
  type PolicyInForce,
  type Question,
  type RecordState,
} from "./core_decision";
import type { Token, TokenReader } from "./core_token";
import { purposeNames, type Choices, type Model, type Purpose, type Reason } from "./names";
import { type Notice } from "./notice";
import type { PendingChoice } from "./outbox";

/** A core that decides, or one that can also read what was decided. */
export type PageCore = Core<DecidingExports> | ReadingCore;
export type ReadingCore = Core & { reader: TokenReader };

/** Loads a core: one that `reads` what was decided, or the smaller one that need not. */
export type CoreSupply = (reads: boolean) => Promise<PageCore>;

export class PageState {
  /** Tells the open pages apart once this one has told something, and lives only as long as it. */
  tag?: number;
  core?: PageCore;
  notice?: Notice;
  pending?: PendingChoice;
  /**
   * The visitor chose in this page and the choice is on its way: a grant counts already. It no
   * longer does when it could not be delivered, until it is.
   */
  chosenHere = false;
  /** The service did not take an event it should have taken: nothing runs here any more. */
  vetoed = false;
  gpc = false;
  /**
   * DNT counts: whatever the browser sends as long as there is no notice, then where the site
   * honours it.
   */
  dnt = false;
  token?: Token;
  tokenText?: string;
  private cookieText?: string;
  /** The core that reads, on its way: it is asked for once, however many wait. */
  private reading?: Promise<PageCore>;

  constructor(
    private readonly cookieName: string,
    private readonly supply: CoreSupply,
  ) {}

  /** Rejects when there is none; the page then goes on with what it has. */
  async loadCore(reads: boolean): Promise<void> {
    if (canRead(this.core)) return;
    const supplied = (reads && this.reading) || this.supply(reads);
    if (reads) (this.reading = supplied).catch(() => (this.reading = undefined));
    const core = await supplied;
    // The smaller one may have been asked for first, and come last.
    if (!canRead(this.core)) this.core = core;
  }

  /**
   * Reads the consent cookie again. One that has not changed changes nothing: where cookies are
   * off, the service's answer is remembered as long as the page lives.
   */
  readCookie(cookies: string): void {
    if (!canRead(this.core)) return;
    const text = this.core.reader.findCookie(this.core, cookies, this.cookieName);
    if (text !== this.cookieText) this.takeToken(text);
    else if (!this.token) this.takeToken(this.tokenText);
    this.cookieText = text;
  }

  takePending(pending: PendingChoice | undefined): void {
    // Another tab has delivered the choice: the token that it ended does not count again.
    if (!pending && this.pending) {
      this.token = this.tokenText = this.cookieText = undefined;
    }
    this.pending = pending;
    this.chosenHere &&= !!pending;
  }

  takeToken(text: string | undefined): void {
    this.tokenText = text;
    const { core } = this;
    this.token = text && canRead(core) ? core.reader.parseToken(core, text) : undefined;
  }

  get model(): Model {
    return this.notice?.regime.model ?? this.state.model;
  }

  get state(): RecordState {
    return this.token?.state ?? nothingRecorded;
  }

  /** An opt-out signal counts here. */
  get signal(): boolean {
    return this.gpc || this.dnt;
  }

  /** Seconds since 1970, by the service's clock where it is known. */
  get now(): number {
    return (Date.now() + (this.notice?.skewMs ?? 0)) / 1000;
  }

  decide(purpose: Purpose): Reason {
    if (purpose === "essential") return "essential";
    if (!this.core || this.vetoed) return "no_record";
    const { pending } = this;
    if (pending && this.choices[purpose] !== "granted") return deniedBy(pending, this.model);
    if (pending && !this.chosenHere) return "no_record";
    // A starting state is no choice: whether it still holds depends on where the visitor is now.
    if (!pending && this.state.action === "default" && !this.notice) return "no_record";
    return reasonFor(this.core, this.question(purpose));
  }

  /** True when the visitor has to be asked, as far as the cookie tells. */
  get mustAsk(): boolean {
    return !!this.core && !this.pending && mustAsk(this.core, this.question("essential"));
  }

  /** True when the cookie alone settles everything, without asking the service. */
  get settled(): boolean {
    const { state } = this;
    const signalled =
      (this.gpc ? state.model === "opt_out" : this.dnt) &&
      !state.gpc &&
      grantsSomething(state.choices);
    return (
      !this.pending && !!this.token && state.action !== "default" && !this.mustAsk && !signalled
    );
  }

  get choices(): Choices {
    return this.pending?.choices ?? this.state.choices;
  }

  private question(purpose: Purpose): Question {
    const { pending, model, now, gpc, dnt } = this;
    const state = pending
      ? { ...this.pendingState(pending), decidedAt: now }
      : this.state;
    return { purpose, model, policy: this.policy(), state, gpc, dnt, now };
  }

  private pendingState({ action, choices }: PendingChoice): Omit<RecordState, "decidedAt"> {
    const { model, signal: gpc } = this;
    return { action, choices, model, gpc, policy: this.policy().version };
  }

  // Without a notice the policy is taken to be the one the visitor chose under; the service knows
  // better and says so when an event arrives.
  private policy(): PolicyInForce {
    const { notice } = this;
    const version = notice?.policy.version ?? this.state.policy;
    const purposes = notice?.purposes.map(({ id }) => id) ?? purposeNames;
    const materialSince =
      notice?.policy.material_since ??
      Object.fromEntries(purposes.map((purpose) => [purpose, version]));
    return { version, materialSince };
  }
}

/** Whether what a visitor has decided can be read with it. */
export function canRead(core: PageCore | undefined): core is ReadingCore {
  return !!(core as ReadingCore | undefined)?.reader;
}

export function grantsSomething(choices: Choices): boolean {
  return Object.values(choices).includes("granted");
}

function deniedBy({ action }: PendingChoice, model: Model): Reason {
  if (action === "withdraw") return "withdrawn";
  if (action === "gpc") return "gpc";
  return model === "opt_out" ? "opted_out" : "refused";
}
