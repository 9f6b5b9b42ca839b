// A refusal that the service does not have yet, in a cookie beside the storage: what ends a grant
// is then lost only together with the cookie that holds the grant, also where storage is off, full,
// or wiped by the site. Outbox.read() reads it.

import { outboxKey, type PendingChoice } from "./outbox";
import { grantsSomething } from "./page_state";

const keptSeconds = 182 * 86_400;

/** The Set-Cookie text that keeps a refusal; for a grant, or nothing, the one that removes it. */
export function refusalCookie(pending: PendingChoice | undefined): string {
  const refused = pending && !grantsSomething(pending.choices);
  const kept = refused
    ? [pending.action, pending.layer, ...Object.keys(pending.choices)].join(".")
    : "";
  return `${outboxKey}=${kept}; Path=/; SameSite=Lax; Max-Age=${kept ? keptSeconds : 0}`;
}
