// What a file of browser tests plays on: a service and Chromium, started before its first test and
// ended behind its last.

import { after, before } from "node:test";

import { launchBrowser, newVisitor } from "./browser.mjs";
import { startConsentd } from "./consentd.mjs";

/**
 * Call once, at the top of a file. `options` are those of startConsentd. In its tests `service` and
 * `browser` are there, and `visit(options)` brings a visitor, from Germany where nothing else is
 * said.
 */
export function browserStage(options) {
  const stage = {
    visit: (visitor) =>
      newVisitor(stage.browser, { url: stage.service.url, from: "germany", ...visitor }),
  };
  before(async () => {
    stage.service = await startConsentd(options);
    stage.browser = await launchBrowser();
  });
  after(async () => {
    await stage.browser?.close();
    await stage.service?.stop();
  });
  return stage;
}
