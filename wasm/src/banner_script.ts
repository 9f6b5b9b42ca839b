// banner.js: <script src="/v1/banner.js" data-site="dialphone.com" defer></script> starts by itself
// and leaves window.consent.

import { startConsent, type GppMode } from "./consent_module";
import type { Looks } from "./looks";
import type {} from "./shared_consent";

const script = document.currentScript as HTMLScriptElement | null;
if (script) {
  const { site, language, gpp, layout, position, reopen } = script.dataset;
  const looks = { layout, position, reopen } as Looks;
  const base = new URL(".", script.src).href;
  const options = { language, base, gpp: gpp as GppMode, ...looks };
  if (site) window.consent ??= startConsent({ site, ...options });
  else
    console.error(
      'consent: the script element needs data-site="<your site>"; nothing optional will run',
    );
}
