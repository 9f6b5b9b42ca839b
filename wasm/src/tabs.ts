// A choice that denies something reaches the other tabs at once, also where there is no storage
// whose events would tell them, and as a whole: neither cookies nor storage may be there to read it
// from.

import type { Consent } from "./consent";
import type { PendingChoice } from "./outbox";

const name = "dp_consent";

export interface Told {
  /** The page that tells. */
  tag: number;
  /** Denies something. */
  pending: PendingChoice;
}

export function tellTabs(told: Told): void {
  if (!globalThis.BroadcastChannel) return;
  const channel = new BroadcastChannel(name);
  channel.postMessage(told);
  channel.close();
}

/**
 * What another tab denies ends what this page holds, sends, or was about to ask for; an older
 * refusal that is answered meanwhile does not stand for it. It stays open while the browser keeps
 * the page to go back to: one that is told something then is thrown away, and where neither cookies
 * nor storage can be read nothing else would end its grant.
 */
export function hearTabs(consent: Consent): void {
  if (!globalThis.BroadcastChannel) return;
  new BroadcastChannel(name).onmessage = ({ data: { tag, pending } }: MessageEvent<Told>) => {
    // The page that tells hears itself, too.
    if (tag === consent.page.tag) return;
    consent.latest = consent.around.outbox.memory = undefined;
    consent.page.chosenHere = false;
    consent.page.takePending(pending);
    consent.settle();
  };
}
