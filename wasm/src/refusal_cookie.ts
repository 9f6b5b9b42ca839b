// A refusal that the service does not have yet, whole or in part, in a cookie beside the storage:
// what ends a grant is then lost only together with the cookie that holds the grant, also where
// storage is off, full, or wiped by the site. Outbox.read() reads it.

import type { OptionalPurpose } from "./names";
import { outboxKey, type PendingChoice } from "./outbox";
import { grantsSomething } from "./page_state";

const keptSeconds = 182 * 86_400;

/**
 * action.layer.purpose.purpose, and those that are denied once more: nothing in there can grant.
 * Who granted what beside a denial is known to the storage alone: without its entry all is
 * withdrawn. Empty where nothing is denied, or nobody has chosen.
 */
export function keptText({ action, layer, choices }: PendingChoice): string {
  const names = Object.keys(choices) as OptionalPurpose[];
  const denied = names.filter((name) => choices[name] !== "granted");
  if (!denied[0] || action === "default") return "";
  return [grantsSomething(choices) ? "withdraw" : action, layer, ...names, ...denied].join(".");
}

/** The Set-Cookie text that keeps it; for an empty one, the one that removes it. */
export function refusalCookie(kept = ""): string {
  return `${outboxKey}=${kept}; Path=/; SameSite=Lax; Max-Age=${kept ? keptSeconds : 0}`;
}
