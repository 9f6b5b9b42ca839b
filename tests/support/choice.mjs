// A visitor's choice: made in a page, answered by the service.

import { control } from "./browser.mjs";

/** The service's answer to the next choice of a page: ask for it before that is made. */
export const answerToChoice = (page) =>
  page.waitForResponse(
    (answer) => answer.url().endsWith("/v1/consents") && answer.request().method() === "POST",
  );

/** Presses a control of the banner. Resolves to the service's answer. */
export async function choose(page, action) {
  const answered = answerToChoice(page);
  await control(page, action).click();
  return answered;
}

/** Until the page knows that the service has the choice. */
export const decided = (page) =>
  page.waitForFunction(() => window.consent.state().status === "decided");
