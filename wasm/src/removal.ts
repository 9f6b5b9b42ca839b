// Loaded behind follow_up.js, so that it is at hand when consent ends.

import type { Consent } from "./consent";
import { removeLeft } from "./cookie_removal";
import type { OptionalPurpose, ServiceName } from "./names";
import type { NoticeCookie, NoticePurpose } from "./notice";

export { removeLeft };

export interface RemovalModule {
  removeEnded(consent: Consent): void;
}

/** Removes what may not stay: of purposes, and of single services, that may not run. */
export function removeEnded(consent: Consent): void {
  const purposes = consent.page.notice?.purposes ?? [];
  removeLeft(purposes.flatMap((purpose) => endedOf(purpose, consent)));
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
