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
  gpc: boolean;
}

export interface PendingChoice {
  action: Action;
  layer: Layer;
  choices: Choices;
  /** Present exactly when something is granted. */
  request?: ConsentRequest;
}

/** The part of Storage that is used. Every call may throw, as may reaching it. */
export type OutboxStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export const outboxKey = "dp_consent_outbox";

export class Outbox {
  private memory?: PendingChoice;
  private broken = false;

  constructor(private readonly storage: () => OutboxStorage) {}

  read(): PendingChoice | undefined {
    if (this.broken) return this.memory;
    try {
      const pending = JSON.parse(
        this.storage().getItem(outboxKey) ?? "null",
      ) as PendingChoice | null;
      return pending && isPending(pending) ? pending : undefined;
    } catch {
      return undefined;
    }
  }

  /** Where storage is off or full, the choice lives as long as the page. */
  write(pending: PendingChoice | undefined): void {
    this.memory = pending;
    this.broken = false;
    try {
      if (pending) this.storage().setItem(outboxKey, JSON.stringify(pending));
      else this.storage().removeItem(outboxKey);
    } catch {
      this.broken = true;
    }
  }
}

function isPending({ action, choices, request }: PendingChoice): boolean {
  if (typeof action !== "string" || typeof choices !== "object" || !choices) return false;
  const grants = Object.values(choices).includes("granted");
  return grants === !!request;
}
