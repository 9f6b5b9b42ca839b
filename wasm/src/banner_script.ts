// banner.js: <script src="/v1/banner.js" data-site="dialphone.com" defer></script> starts by itself
// and leaves window.consent.

import { startConsent, type ConsentOptions } from "./consent_module";

// A module script does not know which one it is.
const script = (document.currentScript ??
  document.querySelector("script[data-site]")) as HTMLScriptElement | null;
if (script) {
  const base = new URL(".", script.src).href;
  const options = { ...script.dataset, base } as unknown as ConsentOptions;
  startConsent(options, "data-");
}
