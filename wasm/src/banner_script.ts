// banner.js: <script src="/v1/banner.js" data-site="dialphone.com" defer></script> starts by itself
// and leaves window.consent.

import { startConsent, type ConsentOptions } from "./consent_module";
import type {} from "./shared_consent";

const script = document.currentScript as HTMLScriptElement | null;
if (script) {
  const base = new URL(".", script.src).href;
  const options = { ...script.dataset, base } as unknown as ConsentOptions;
  window.consent ??= startConsent(options, "data-");
}
