// banner.js: <script src="/v1/banner.js" data-site="dialphone.com" defer></script> starts by itself
// and leaves window.consent.

import { startConsent, type ConsentApi, type GppMode } from "./consent_module";

declare global {
  interface Window {
    consent?: ConsentApi;
  }
}

const script = document.currentScript as HTMLScriptElement | null;
if (!window.consent && script) {
  const { site, language, gpp } = script.dataset;
  const base = new URL(".", script.src).href;
  if (site) window.consent = startConsent({ site, language, base, gpp: gpp as GppMode });
  else
    console.error(
      'consent: the script element needs data-site="<your site>"; nothing optional will run',
    );
}
