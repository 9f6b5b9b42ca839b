// The choice that the service has not confirmed yet. It outlives the page, and every tab sees it. A
// refusal is kept without any identifier; a grant with the whole request, so that sending it again
// is the same event.

import type { Action, Choices, Layer } from "./names";

export interface ConsentRequest {
  site: string;
  event: string;
  subject: string | null;
  ticket?: string;
  notice?: string;
  policy?: number;
  language?: string;
  choices: Choices;
  action: Action;
  layer: Layer;
  client_time: string;
  page: string;
  gpc: boolean;
}

export interface PendingChoice {
  action: Action;
  layer: Layer;
  choices: Choices;
  /** Present exactly when something is granted. */
  request?: ConsentRequest;
  /** What is in the cookie meanwhile: an entry of another choice does not count. */
  kept?: string;
}

/** The part of Storage that is used. Every call may throw, as may reaching it. */
export type OutboxStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export const outboxKey = "dp_consent_outbox";

// More than any entry of ours has.
const longestEntry = 4096;

/**
 * Every tab reads the storage. What is denied is in a cookie as well (refusal_cookie.ts), and that
 * one counts first.
 */
export class Outbox {
  /** Where the storage cannot keep it. */
  memory?: PendingChoice;

  constructor(
    private readonly storage: () => OutboxStorage,
    private readonly cookies: () => string,
  ) {}

  read(): PendingChoice | undefined {
    const kept = this.cookies().split(`${outboxKey}=`)[1]?.split(";")[0];
    const counts = (entry?: PendingChoice) => !kept || entry?.kept === kept;
    try {
      const text = this.storage().getItem(outboxKey)!;
      const pending = JSON.parse(text) as PendingChoice;
      if (text.length < longestEntry && isPending(pending) && counts(pending)) return pending;
    } catch {
      // Off, empty, or not an entry of ours.
    }
    if (!counts(this.memory)) {
      this.memory = undefined;
      return refusalIn(kept!);
    }
    return this.memory;
  }

  /** Where storage is off or full, the choice lives as long as the page. */
  write(pending: PendingChoice | undefined): void {
    this.memory = undefined;
    try {
      this.storage().removeItem(outboxKey);
      if (pending) this.storage().setItem(outboxKey, JSON.stringify(pending));
    } catch {
      this.memory = pending;
    }
  }
}

// action.layer.purpose.purpose: nothing in there can grant.
function refusalIn(kept: string): PendingChoice {
  const [action, layer, ...purposes] = kept.split(".");
  const choices = Object.fromEntries(purposes.map((purpose) => [purpose, "denied"]));
  return { action, layer, choices } as PendingChoice;
}

function isPending({ action, choices, request }: PendingChoice): boolean {
  return typeof action === "string" && Object.values(choices).includes("granted") === !!request;
}
