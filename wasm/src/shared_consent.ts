// One consent for a page, whether banner.js or a component of a framework starts it.

import { startConsent, type ConsentApi, type ConsentOptions } from "./consent_module";

declare global {
  interface Window {
    consent?: ConsentApi;
  }
}

/** Only in a browser. What was started first stays. */
export function sharedConsent(options: ConsentOptions): ConsentApi {
  return (window.consent ??= startConsent(options));
}
