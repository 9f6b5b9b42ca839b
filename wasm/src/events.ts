// Analytics events to the service. Nothing is sent, kept or given an id unless analytics may run.

import { randomId, type Randomness } from "./random_id";

export interface AnalyticsEvent {
  type: "page_view" | "session_end" | "form_submit" | "custom";
  name?: string;
  url?: string;
  referrer?: string;
  duration_ms?: number;
}

const sessionKey = "dp_session";

export class EventSender {
  private session = "";

  /** `denied` is told the service's reasons when it did not take an event. */
  constructor(
    private readonly base: string,
    private readonly site: string,
    private readonly random: Randomness,
    private readonly denied: (reasons: string[]) => void,
  ) {}

  send(event: AnalyticsEvent, token: string | undefined, nowMs: number): void {
    const body = JSON.stringify({
      site: this.site,
      token,
      events: [{
        time: new Date(nowMs).toISOString(),
        url: location.href,
        referrer: document.referrer,
        session: this.sessionId(),
        ...event,
      }],
    });
    const url = `${this.base}events`;
    if (document.visibilityState === "hidden" && navigator.sendBeacon?.(url, body)) return;
    void this.post(url, body);
  }

  /** Forgets the session; the next allowed event begins another. */
  forget(): void {
    this.session = "";
    try {
      sessionStorage.removeItem(sessionKey);
    } catch {
      // Nothing could be kept there either.
    }
  }

  private async post(url: string, body: string): Promise<void> {
    try {
      const headers = { "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers, body, keepalive: true });
      const { dropped } = (await response.json()) as { dropped?: Record<string, number> };
      this.denied(Object.keys(dropped ?? {}));
    } catch {
      // An event that cannot be sent is lost; it is never kept.
    }
  }

  private sessionId(): string {
    try {
      this.session ||= sessionStorage.getItem(sessionKey) ?? "";
      this.session ||= randomId(this.random);
      sessionStorage.setItem(sessionKey, this.session);
    } catch {
      this.session ||= randomId(this.random);
    }
    return this.session;
  }
}
