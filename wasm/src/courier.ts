// Carries the pending choice to the service: one request at a time, the newest choice last, so that
// no answer can overtake a later choice; again and again until it has arrived.

import { makeRequest } from "./consent_request";
import { exclusively, post, retryDelayMs, type Outcome } from "./delivery";
import type { Choices, OptionalPurpose } from "./names";
import type { NoticeSource } from "./notice_source";
import type { Outbox, PendingChoice } from "./outbox";
import { grantsSomething, type PageState } from "./page_state";
import type { Randomness } from "./random_id";
import { keptText, refusalCookie } from "./refusal_cookie";
import { tellTabs } from "./tabs";

export interface CourierSurroundings {
  base: string;
  site: string;
  cookies(): string;
  cookieName: string;
  /** Every tab can read it once this returns. */
  setCookie(text: string): void;
  random: Randomness;
  outbox: Outbox;
}

export interface CourierModule {
  Courier: typeof Courier;
}

const roundsMost = 4;

export class Courier {
  private attempt = 0;
  private carrying = false;
  private last?: PendingChoice;
  /** On its way. */
  private sent?: PendingChoice;
  private corrected?: PendingChoice;

  /** `changed` is told when the service's answer changed the page; `ask` when it must ask again. */
  constructor(
    private readonly around: CourierSurroundings,
    private readonly page: PageState,
    private readonly notices: NoticeSource,
    private readonly changed: () => void,
    private readonly ask: () => void,
  ) {}

  get busy(): boolean {
    return this.carrying;
  }

  async deliver(attempt: "first" | "retry"): Promise<void> {
    this.keep();
    if (attempt === "first") this.tell();
    if (this.carrying) return;
    this.carrying = true;
    try {
      await exclusively(
        () => this.drain(attempt),
        attempt,
        () => this.confirm(),
      );
    } finally {
      this.carrying = false;
      this.sent = undefined;
    }
    this.tryLater();
  }

  private dropCookie(): void {
    const { around } = this;
    around.setCookie(`${around.cookieName}=; Path=/; Max-Age=0`);
  }

  private tryLater(): void {
    if (!this.page.pending) return;
    const delay = retryDelayMs(this.attempt++, Math.random());
    setTimeout(() => void this.deliver("retry"), delay);
  }

  // Another tab, with a choice of its own delivered, may have cleared what kept this one.
  private keep(): void {
    const { page, around, sent } = this;
    const { pending } = page;
    if (!pending || pending.request) return;
    if (!grantsSomething(pending.choices)) return this.write(pending);
    // Behind a refusal nobody is known yet for whom to grant something: until then it holds.
    if (sent && !sent.request) return this.write(sent);
    page.readCookie(around.cookies());
    this.remake(pending);
  }

  // From here on sending a grant again is the same event. A page that ends before has granted
  // nothing.
  private remake(pending: PendingChoice): void {
    const { page, around, sent } = this;
    const request = makeRequest(pending, page, around.site, around.random);
    // Of two grants the later one is for whom the first one is.
    request.subject = sent?.request?.subject ?? request.subject;
    this.write((page.pending = { ...pending, request }));
  }

  private tell(): void {
    const { page, last: pending } = this;
    if (page.pending && pending?.kept) tellTabs({ tag: (page.tag ??= Math.random()), pending });
  }

  private write(pending: PendingChoice | undefined): void {
    const { around } = this;
    if (pending) {
      this.last = pending;
      pending.kept = keptText(pending);
    }
    // The storage tells the other tabs, which then read both: it comes last.
    around.setCookie(refusalCookie(pending?.kept));
    around.outbox.write(pending);
  }

  private async drain(attempt: "first" | "retry"): Promise<void> {
    const { page, around } = this;
    if (attempt === "retry") {
      page.takePending(around.outbox.read());
      this.dropOvertaken();
    }
    for (let round = 0; page.pending && round < roundsMost; ++round) {
      this.sent = undefined;
      this.keep();
      const sent = (this.sent = page.pending);
      let outcome = await this.send(sent);
      if (outcome === "refused" && this.corrected !== sent && isOurs(sent)) {
        // Perhaps only this browser's clock is wrong, or the choice is too old: a new notice tells
        // the service's time.
        if ((await this.notices.renew().catch(nothing)) !== undefined) {
          if (page.pending !== sent) continue;
          if (sent.request) this.remake(sent);
          this.corrected = page.pending;
          continue;
        }
        outcome = "retry";
      }
      if (outcome === "retry") break;
      await this.take(outcome, sent);
    }
    // What is not delivered yet: from here on the stricter of the two states holds.
    page.chosenHere = false;
    page.readCookie(around.cookies());
    this.changed();
  }

  // What was recorded after a grant was given ends it, whether or not it ever arrived.
  private dropOvertaken(): void {
    const { page, around } = this;
    page.readCookie(around.cookies());
    const given = Date.parse(page.pending?.request?.client_time ?? "");
    // The token knows whole seconds.
    if ((page.state.decidedAt + 1) * 1000 > given && !narrows(page.pending!, page.state)) {
      this.finish(page.pending!);
    }
  }

  private async send(pending: PendingChoice): Promise<Outcome> {
    const { page, around } = this;
    const subject = page.token?.subject;
    const choice = { ...pending };
    // Who has granted something withdraws it. Nobody to withdraw for: what is left is a refusal.
    if (choice.action === "withdraw" && !subject) choice.action = "reject_all";
    const chose = subject && page.state.action !== "default";
    if (choice.action === "reject_all" && chose) choice.action = "withdraw";
    if (!choice.request && choice.action !== "withdraw" && !page.notice) {
      try {
        await this.notices.load();
      } catch {
        return "retry";
      }
    }
    // A grant goes out only from a page that can read the answer: it has to end it again.
    if (choice.request && !(await this.learnToRead())) return "retry";
    const request = choice.request ?? makeRequest(choice, page, around.site, around.random);
    return post(around.base, request, subject && page.tokenText);
  }

  private async take(outcome: Exclude<Outcome, "retry">, sent: PendingChoice): Promise<void> {
    const { page, around } = this;
    page.readCookie(around.cookies());
    if (typeof outcome === "object") {
      this.attempt = 0;
      await this.learnToRead();
      this.finish(sent);
      page.takeToken(outcome.token);
      // Where the answer's cookie did not come through, an older one must not stay.
      if (!around.cookies().includes(outcome.token)) this.dropCookie();
      page.readCookie(around.cookies());
    } else if (outcome === "stale") {
      await this.renew(sent);
    } else if (sent.request && narrows(sent, page.state)) {
      page.pending = withdrawalOf(sent);
    } else if (!sent.request && page.token?.subject) {
      // The grant this refusal ends is not believed any more: it goes, the refusal stands alone.
      this.dropCookie();
      page.takeToken(undefined);
    } else {
      console.warn("consent: the service refused this choice");
      this.finish(sent);
    }
  }

  private learnToRead(): Promise<boolean> {
    return this.page.loadCore(true).then(
      () => true,
      () => false,
    );
  }

  // A choice made meanwhile, here or in another tab, stays pending.
  private finish(sent: PendingChoice): void {
    const { page, around } = this;
    if (page.pending !== sent) return;
    const kept = around.outbox.read();
    const other = kept && !same(kept, sent) && (narrows(kept, sent) || !kept.request);
    page.takePending(other ? kept : undefined);
    if (!other) this.write(undefined);
  }

  // Behind every tab that was sending before this one: an older grant that was answered after the
  // choice of this tab ends, too.
  private confirm(): void {
    const { page, around, last } = this;
    page.readCookie(around.cookies());
    if (!last || page.pending || !page.token?.subject || !narrows(last, page.state)) return;
    this.write((page.pending = withdrawalOf(last)));
    this.changed();
    this.tryLater();
  }

  // A refusal needs no agreement to the notice that is in force now; a grant only stands when the
  // purposes are the same, otherwise the visitor is asked again.
  private async renew(sent: PendingChoice): Promise<void> {
    const { page } = this;
    const same = await this.notices.renew().catch(nothing);
    if (same === undefined || !sent.request || page.pending !== sent) return;
    if (same) return this.remake(sent);
    this.finish(sent);
    this.ask();
  }
}

// A grant that no page of ours has kept is not made good.
function isOurs({ request }: PendingChoice): boolean {
  return !request || Date.parse(request.client_time) > 0;
}

// What was denied must not come back with another grant: all goes.
function withdrawalOf({ layer, choices: those }: PendingChoice): PendingChoice {
  const choices: Choices = {};
  for (const name in those) choices[name as OptionalPurpose] = "denied";
  return { action: "withdraw", layer, choices };
}

// Denies something that the other one grants.
function narrows(one: { choices: Choices }, other: { choices: Choices }): boolean {
  return Object.entries(other.choices).some(
    ([purpose, choice]) =>
      choice === "granted" && one.choices[purpose as OptionalPurpose] !== "granted",
  );
}

function same(a: PendingChoice, b: PendingChoice): boolean {
  return JSON.stringify([a.action, a.choices]) === JSON.stringify([b.action, b.choices]);
}

function nothing(): undefined {
  return undefined;
}
