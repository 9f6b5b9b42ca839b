// Every change as an event of a tag manager's data layer: {event: "dialphone_consent", consent:
// {analytics: true, marketing: false}}. In the page before banner.js, or called before
// startConsent().

import type { ConsentState } from "./consent";
import { changeEvent } from "./change_event";

/** Calling it again changes nothing. */
export function installDataLayer(): void {
  if (installed) return;
  installed = true;
  const layer = (window.dataLayer ??= []);
  let said = "";
  document.addEventListener(changeEvent, (event) => {
    const { decisions } = (event as CustomEvent<ConsentState>).detail;
    const { analytics, marketing } = decisions;
    const consent = { analytics: analytics.allowed, marketing: marketing.allowed };
    if (JSON.stringify(consent) === said) return;
    said = JSON.stringify(consent);
    layer.push({ event: "dialphone_consent", consent });
  });
}

let installed = false;
