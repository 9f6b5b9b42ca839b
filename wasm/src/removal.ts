// Loaded behind follow_up.js, so that it is at hand when consent ends.

import type { Consent } from "./consent";
import { removeLeft } from "./cookie_removal";
import type { OptionalPurpose, ServiceName } from "./names";
import type { NoticeCookie, NoticePurpose } from "./notice";

export { removeLeft };

export interface RemovalModule {
  removeEnded(consent: Consent): void;
}

// What this page has let run.
const ran = new Set<OptionalPurpose>();

/** Removes what may not stay: of purposes, and of single services, that may not run. */
export function removeEnded(consent: Consent): void {
  const { notice } = consent.page;
  const purposes: OptionalPurpose[] = ["analytics", "marketing"];
  const ended = purposes.filter((one) => (consent.allows(one) ? !ran.add(one) : ran.has(one)));
  if (notice) removeLeft(notice.purposes.flatMap((purpose) => endedOf(purpose, consent)));
  // Only a notice says what it may have left. Without one it is tried again with the next change.
  else if (ended.length) void consent.loadNotice().then(() => removeEnded(consent), () => {});
}

function endedOf({ id, required, cookies }: NoticePurpose, consent: Consent): NoticeCookie[] {
  if (required) return [];
  if (!consent.allows(id)) return cookies;
  return cookies.filter(({ service }) => {
    const name: ServiceName = `${id as OptionalPurpose}:${service}`;
    // Before it is known which services may run, none has to go.
    return service && consent.services?.allows(name) === false;
  });
}
