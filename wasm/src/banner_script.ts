// banner.js: <script src="/v1/banner.js" data-site="dialphone.com" defer></script> starts by itself
// and leaves window.consent.

import { startConsent, type GppMode } from "./consent_module";
import type {} from "./shared_consent";

const script = document.currentScript as HTMLScriptElement | null;
if (script) {
  const { site, language, gpp } = script.dataset;
  const base = new URL(".", script.src).href;
  if (site) window.consent ??= startConsent({ site, language, base, gpp: gpp as GppMode });
  else
    console.error(
      'consent: the script element needs data-site="<your site>"; nothing optional will run',
    );
}
