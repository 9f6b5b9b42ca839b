// banner.js: <script src="/v1/banner.js" data-site="dialphone.com" defer></script> starts by itself
// and leaves window.consent.

import { startConsent, type ConsentApi } from "./consent_module";

declare global {
  interface Window {
    consent?: ConsentApi;
  }
}

const script = document.currentScript as HTMLScriptElement | null;
if (!window.consent && script) {
  const { site, language } = script.dataset;
  if (site) window.consent = startConsent({ site, language, base: new URL(".", script.src).href });
  else
    console.error(
      'consent: the script element needs data-site="<your site>"; nothing optional will run',
    );
}
