// Analytics events to the service. Nothing is sent, kept or given an id unless analytics may run.
// While a grant is on its way, events wait in memory for it: without its token the service would
// not take them.

import { randomId, type Randomness } from "./random_id";

export interface AnalyticsEvent {
  type: "page_view" | "session_end" | "form_submit" | "custom";
  name?: string;
  url?: string;
  referrer?: string;
  duration_ms?: number;
  /** The caller's id of this visit, 22 characters base64url; without one the sender keeps one. */
  session?: string;
}

const sessionKey = "dp_session";
const waitingMost = 100;

export class EventSender {
  private session = "";
  private waiting: object[] = [];

  /** `denied` is told the service's reasons when it did not take an event. */
  constructor(
    private readonly base: string,
    private readonly site: string,
    private readonly random: Randomness,
    private readonly denied: (reasons: string[]) => void,
  ) {}

  /** Takes an event; flush() sends it. */
  add(event: AnalyticsEvent, nowMs: number): void {
    if (this.waiting.length === waitingMost) this.waiting.shift();
    this.waiting.push({
      time: new Date(nowMs).toISOString(),
      url: location.href,
      referrer: document.referrer,
      ...event,
      session: event.session ?? this.sessionId(),
    });
  }

  flush(token: string | undefined): void {
    if (!this.waiting.length) return;
    const events = this.waiting.splice(0);
    const body = JSON.stringify({ site: this.site, token, events });
    const url = `${this.base}events`;
    if (document.visibilityState === "hidden" && navigator.sendBeacon?.(url, body)) return;
    void this.post(url, body);
  }

  /** Forgets the session and what waits; the next allowed event begins another. */
  forget(): void {
    this.session = "";
    this.waiting = [];
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
