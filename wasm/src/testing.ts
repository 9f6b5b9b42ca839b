// For the end-to-end tests of a site: how to come past the banner without looking for a test in the
// page. There is no switch that grants: a test that needs consent gives it, as a visitor does.

import type { OptionalPurpose } from "./names";
import { outboxKey } from "./outbox";

export interface TestCookie {
  name: string;
  value: string;
  url: string;
}

/**
 * The cookie of a visitor whose refusal is on its way: the banner stays away and nothing optional
 * runs, from the first page on. `purposes` are the optional ones of the site's policy. For
 * Playwright: `context.addCookies([refusal(url)])`.
 */
export function refusal(
  url: string,
  purposes: readonly OptionalPurpose[] = ["analytics", "marketing"],
): TestCookie {
  return { name: outboxKey, value: ["reject_all", "api", ...purposes].join("."), url };
}

/**
 * The source of a script for the page that gives consent as the button does, and tells whether
 * it was taken. For Playwright: `await page.evaluate(acceptance)`.
 */
export const acceptance = `(async () => {
  await window.consent.ready;
  await window.consent.accept();
  for (let i = 0; i < 200 && window.consent.state().status === "pending"; ++i) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return window.consent.allows("analytics") || window.consent.allows("marketing");
})()`;
