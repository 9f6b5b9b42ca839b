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

const answers: Record<number, Outcome> = {
  400: "refused",
  403: "forbidden",
  409: "stale",
  422: "refused",
};
const longestWaitMs = 30_000;

/** `token` proves the subject also where the cookie does not come along. */
export async function post(
  base: string,
  request: ConsentRequest,
  token: string | null | undefined,
): Promise<Outcome> {
  try {
    const response = await fetch(`${base}consents`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token && { authorization: `Consent ${token}` }),
      },
      body: JSON.stringify(request),
      keepalive: true,
      signal: AbortSignal.timeout?.(longestWaitMs),
    });
    // Anything but the service's own words, such as the page of a proxy, is no answer.
    if (!response.ok) {
      // They are not read, and must not keep a connection.
      await response.body?.cancel();
      const own = /problem/.test(response.headers.get("content-type")!);
      return (own && answers[response.status]) || "retry";
    }
    const answer = (await response.json()) as ConsentAnswer;
    return typeof answer.token === "string" ? answer : "retry";
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
 * the lock behind itself, where `behind` is called once all who sent earlier are done; a retry goes
 * without when another tab holds it.
 */
export function exclusively(
  send: () => Promise<void>,
  attempt: "first" | "retry",
  behind: () => void,
): Promise<void> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return send();
  const sending = attempt === "first" && send();
  const locked = locks.request("dp_consent", { ifAvailable: !sending }, (lock) =>
    sending ? sending.then(behind) : lock && send(),
  );
  // Where cookies are blocked, a browser refuses locks, too.
  const retried = locked.catch(() => sending || send());
  return sending || retried;
}
