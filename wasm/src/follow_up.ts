// What follows a choice, loaded when something may run or may no longer: the gate, the events,
// __gpp. Until then nothing of it has anything to do. What is rarer is loaded from here.

import { gppFile, placeholderFile, removalFile, servicesFile } from "./built_later_files";
import { changeEvent } from "./change_event";
import type { Consent, ConsentState } from "./consent";
import type { ConsentApi } from "./consent_module";
import { EventSender, type AnalyticsEvent } from "./events";
import { Gate } from "./gate";
import type { GppMode } from "./gpp";
import type { GppModule } from "./gpp_module";
import type { PlaceholderModule } from "./placeholder";
import { browserRandomness } from "./random_id";
import type { RemovalModule } from "./removal";
import type { ServicesModule } from "./services";
import { hearTabs } from "./tabs";

export interface FollowUpModule {
  FollowUp: typeof FollowUp;
}

// Reasons for which an event was not taken that say nothing about consent.
const notAboutConsent = ["invalid_event", "late", "key_unavailable"];

export class FollowUp {
  private readonly events: EventSender;
  private readonly gate: Gate;
  private told = "";
  private readonly files: Record<string, Promise<unknown>> = {};

  constructor(
    private readonly base: string,
    site: string,
    private readonly consent: Consent,
  ) {
    this.events = new EventSender(base, site, browserRandomness, (reasons) => {
      if (reasons.every((reason) => notAboutConsent.includes(reason))) return;
      // The service refused what this page held to be allowed: its word counts.
      consent.page.vetoed = true;
      consent.settle();
    });
    hearTabs(consent);
    this.gate = new Gate({
      allows: (name) => consent.allows(name),
      notice: () => consent.page.notice,
      overtaken: () => this.clean(),
      frame: (frame, open) => void this.holdBack(frame, open),
    });
    // It has to be at hand when the visitor withdraws.
    void this.load(removalFile);
    // Without it no single service runs.
    void this.load<ServicesModule>(servicesFile).then((made) => {
      made?.serve(consent);
      this.apply();
    });
  }

  /** Makes the page what the decisions say. */
  apply(): void {
    const { consent, events } = this;
    if (!consent.allows("analytics")) events.forget();
    else this.flush();
    this.clean();
    this.tell(consent.state());
    this.release();
  }

  release(): void {
    this.gate.release();
  }

  /** `now` and `url` are those of the call: this file may have come later. */
  track(event: AnalyticsEvent | AnalyticsEvent["type"], now: number, url: string): void {
    if (!this.consent.allows("analytics")) return;
    const named = typeof event === "string" ? { type: event } : event;
    this.events.add({ url, ...named }, now * 1000);
    this.flush();
  }

  async startGpp(mode: GppMode, root: ShadowRoot, consent: ConsentApi): Promise<void> {
    const { serveGpp } = (await import(this.base + gppFile)) as GppModule;
    serveGpp(mode, this.base, root, consent, this.consent);
  }

  private tell(detail: ConsentState): void {
    const text = JSON.stringify(detail);
    if (text === this.told) return;
    this.told = text;
    document.dispatchEvent(new CustomEvent<ConsentState>(changeEvent, { detail }));
  }

  private flush(): void {
    const { page } = this.consent;
    if (!page.pending) this.events.flush(page.tokenText);
  }

  private clean(): void {
    const { consent } = this;
    void this.load<RemovalModule>(removalFile).then((made) => made?.removeEnded(consent));
  }

  private async holdBack(frame: HTMLIFrameElement, open: boolean): Promise<void> {
    if (open && !this.files[placeholderFile]) return;
    const made = await this.load<PlaceholderModule>(placeholderFile);
    made?.hold(frame, this.consent, this.base);
  }

  // Once; one that did not come is tried again.
  private load<Module>(file: string): Promise<Module | undefined> {
    this.files[file] ??= import(this.base + file).catch(() => {
      console.warn(`consent: ${file} is missing`);
      delete this.files[file];
    });
    return this.files[file] as Promise<Module | undefined>;
  }
}
