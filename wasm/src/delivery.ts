// Brings one pending choice to the service: POST /v1/consents, what its answer means, and when to
// try again.

import type { ConsentRequest } from "./outbox";

export interface ConsentAnswer {
  token: string;
}

/**
 * `retry`: not heard, try later. `stale`: the notice is no longer in force. `forbidden`: the token
 * this choice rests on is not believed. `refused`: this request can never succeed.
 */
export type Outcome = ConsentAnswer | "retry" | "stale" | "forbidden" | "refused";

export async function post(base: string, request: ConsentRequest): Promise<Outcome> {
  try {
    const response = await fetch(`${base}consents`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      keepalive: true,
    });
    const { status } = response;
    if (response.ok) return (await response.json()) as ConsentAnswer;
    if (status >= 500 || status === 429 || status === 408) return "retry";
    return status === 409 ? "stale" : status === 403 ? "forbidden" : "refused";
  } catch {
    return "retry";
  }
}

const firstDelayMs = 2_000;
const longestDelayMs = 300_000;

/** Doubles from two seconds to five minutes; `jitter` in [0, 1) spreads the tabs and visitors. */
export function retryDelayMs(attempt: number, jitter: number): number {
  return Math.min(firstDelayMs * 2 ** attempt, longestDelayMs) * (0.5 + jitter / 2);
}

/**
 * Runs `send` in one tab at a time. The first attempt starts in the tick of the click, so it takes
 * the lock behind itself; a retry goes without when another tab holds it.
 */
export function exclusively(send: () => Promise<void>, attempt: "first" | "retry"): Promise<void> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return send();
  if (attempt === "retry") {
    return locks.request("dp_consent", { ifAvailable: true }, (lock) =>
      lock ? send() : undefined,
    );
  }
  const sending = send();
  void locks.request("dp_consent", () => sending);
  return sending;
}
