// Carries the pending choice to the service: one request at a time, the newest choice last, so that
// no answer can overtake a later choice; again and again until it has arrived.

import { makeRequest } from "./consent_request";
import { exclusively, post, retryDelayMs, type Outcome } from "./delivery";
import type { NoticeSource } from "./notice_source";
import type { Outbox, PendingChoice } from "./outbox";
import { grantsSomething, type PageState } from "./page_state";
import type { Randomness } from "./random_id";

export interface CourierSurroundings {
  base: string;
  site: string;
  cookies(): string;
  dropCookie(): void;
  random: Randomness;
  outbox: Outbox;
}

const roundsMost = 4;

export class Courier {
  private attempt = 0;
  private carrying = false;

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
    if (this.carrying) return;
    this.carrying = true;
    this.keepGrant();
    try {
      await exclusively(() => this.drain(attempt), attempt);
    } finally {
      this.carrying = false;
    }
    if (!this.page.pending) return;
    const delay = retryDelayMs(this.attempt++, Math.random());
    setTimeout(() => void this.deliver("retry"), delay);
  }

  // From here on sending a grant again is the same event. A page that ends before has granted
  // nothing.
  private keepGrant(): void {
    const { page, around } = this;
    const { pending } = page;
    if (!pending || pending.request || !grantsSomething(pending.choices)) return;
    page.pending = { ...pending, request: makeRequest(pending, page, around.site, around.random) };
    around.outbox.write(page.pending);
  }

  private async drain(attempt: "first" | "retry"): Promise<void> {
    const { page, around } = this;
    if (attempt === "retry") page.takePending(around.outbox.read());
    for (let round = 0; page.pending && round < roundsMost; ++round) {
      this.keepGrant();
      const sent = page.pending;
      const outcome = await this.send(sent);
      if (outcome === "retry") {
        // Not delivered: from here on the stricter of the two states holds.
        page.chosenHere = false;
        this.changed();
        return;
      }
      await this.take(outcome, sent);
    }
    page.readCookie(around.cookies());
    this.changed();
  }

  private async send(pending: PendingChoice): Promise<Outcome> {
    const { page, around } = this;
    // Nobody to withdraw for: the grant never arrived, and what is left is a refusal.
    const orphan = pending.action === "withdraw" && !page.token?.subject;
    const choice: PendingChoice = orphan ? { ...pending, action: "reject_all" } : pending;
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
    return post(around.base, request);
  }

  private async take(outcome: Exclude<Outcome, "retry">, sent: PendingChoice): Promise<void> {
    const { page, around } = this;
    if (typeof outcome === "object") {
      this.attempt = 0;
      await this.learnToRead();
      page.takeToken(outcome.token);
      this.finish(sent);
      page.readCookie(around.cookies());
    } else if (outcome === "stale") {
      await this.renew(sent);
    } else if (!sent.request && page.token?.subject) {
      // The grant this refusal ends is not believed any more: it goes, the refusal stands alone.
      around.dropCookie();
      page.takeToken(undefined);
      page.readCookie(around.cookies());
    } else {
      console.warn("consent: the service refused this choice; nothing optional will run");
      this.finish(sent);
    }
  }

  private learnToRead(): Promise<boolean> {
    return this.page.loadCore(true).then(
      () => true,
      () => false,
    );
  }

  // A choice made meanwhile stays pending.
  private finish(sent: PendingChoice): void {
    if (this.page.pending !== sent) return;
    this.page.takePending(undefined);
    this.around.outbox.write(undefined);
  }

  // A refusal needs no agreement to the notice that is in force now; a grant only stands when the
  // purposes are the same, otherwise the visitor is asked again.
  private async renew(sent: PendingChoice): Promise<void> {
    const { page, around } = this;
    const same = await this.notices.renew().catch(() => undefined);
    if (same === undefined || !sent.request || page.pending !== sent) return;
    if (same) {
      page.pending = { ...sent, request: makeRequest(sent, page, around.site, around.random) };
      around.outbox.write(page.pending);
      return;
    }
    this.finish(sent);
    this.ask();
  }
}
