// What follows a choice, loaded when there is one to deliver or something may run: the courier, the
// gate, the removal of cookies, the events, __gpp. Until then nothing of it has anything to do.

import { gppFile, gppWasm2jsFile, gppWasmFile } from "./built_gpp_files";
import type { Consent } from "./consent";
import type { ConsentApi } from "./consent_module";
import { removeCookies } from "./cookie_removal";
import { Courier } from "./courier";
import { EventSender, type AnalyticsEvent } from "./events";
import { Gate } from "./gate";
import type { GppMode, GppModule } from "./gpp";
import { browserRandomness } from "./random_id";

export interface FollowUpModule {
  FollowUp: typeof FollowUp;
  Courier: typeof Courier;
}

// Reasons for which an event was not taken that say nothing about consent.
const notAboutConsent = ["invalid_event", "late", "key_unavailable"];

export class FollowUp {
  private readonly events: EventSender;
  private readonly gate: Gate;

  constructor(
    private readonly base: string,
    site: string,
    private readonly consent: Consent,
  ) {
    this.events = new EventSender(base, site, browserRandomness, (reasons) => {
      if (reasons.some((reason) => !notAboutConsent.includes(reason))) consent.veto();
    });
    this.gate = new Gate(
      (purpose) => consent.allows(purpose),
      () => this.clean(),
    );
  }

  /** Makes the page what the decisions say. */
  apply(): void {
    const { consent, events } = this;
    if (!consent.allows("analytics")) events.forget();
    else this.flush();
    this.clean();
    this.release();
  }

  release(): void {
    this.gate.release();
  }

  track(event: AnalyticsEvent, nowMs: number): void {
    if (!this.consent.allows("analytics")) return;
    this.events.add(event, nowMs);
    this.flush();
  }

  async startGpp(mode: GppMode, root: ShadowRoot, consent: ConsentApi): Promise<void> {
    const { base } = this;
    const { installGpp, loadGppSection } = (await import(base + gppFile)) as GppModule;
    const fallback = () => import(base + gppWasm2jsFile) as Promise<unknown>;
    const section = loadGppSection(base + gppWasmFile, fallback);
    const { page, loadNotice } = this.consent;
    installGpp({ mode, consent, page, loadNotice, root, section });
  }

  private flush(): void {
    const { page } = this.consent;
    if (!page.pending) this.events.flush(page.tokenText);
  }

  private clean(): void {
    for (const { id, cookies } of this.consent.page.notice?.purposes ?? []) {
      if (!this.consent.allows(id)) removeCookies(cookies);
    }
  }
}

export { Courier };
