// Google Consent Mode v2 in its basic form: no Google tag loads before a grant (the gate sees to
// that), and what is granted is said before it does. Consent Mode stores nothing, so it is said
// again on every page. In the page before banner.js, or called before startConsent().

import type { ConsentState } from "./consent";
import { changeEvent } from "./change_event";
import type { OptionalPurpose } from "./names";

type Signal = "granted" | "denied";
type Signals = Record<string, Signal>;

declare global {
  interface Window {
    dataLayer?: unknown[];
    gtag?: (...call: unknown[]) => void;
  }
}

const signalsOf: Record<OptionalPurpose, string[]> = {
  analytics: ["analytics_storage"],
  marketing: ["ad_storage", "ad_user_data", "ad_personalization"],
};

/** Says the defaults at once, and every later change. Calling it again changes nothing. */
export function installGoogleConsentMode(): void {
  if (installed) return;
  installed = true;
  const layer = (window.dataLayer ??= []);
  // Google's tags read the arguments object itself; an array is something else to them.
  window.gtag ??= function () {
    layer.push(arguments);
  };
  const { gtag } = window;
  const said: Signals = {
    ad_storage: "denied",
    ad_user_data: "denied",
    ad_personalization: "denied",
    analytics_storage: "denied",
  };
  gtag("consent", "default", {
    ...said,
    functionality_storage: "denied",
    personalization_storage: "denied",
    security_storage: "granted",
    wait_for_update: 500,
  });
  gtag("set", "ads_data_redaction", true);
  gtag("set", "url_passthrough", false);
  document.addEventListener(changeEvent, (event) => {
    const changed = changes(said, (event as CustomEvent<ConsentState>).detail);
    Object.assign(said, changed);
    if (Object.keys(changed).length) gtag("consent", "update", changed);
  });
}

let installed = false;

function changes(said: Signals, { decisions }: ConsentState): Signals {
  const changed: Signals = {};
  for (const [purpose, names] of Object.entries(signalsOf)) {
    const signal = decisions[purpose as OptionalPurpose].allowed ? "granted" : "denied";
    for (const name of names) if (said[name] !== signal) changed[name] = signal;
  }
  return changed;
}
