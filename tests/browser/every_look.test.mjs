// Every layer and layout, light, dark and in forced colours, on a desktop and a phone, as axe-core
// sees them: nothing wrong, and nothing left open. In two languages; all others are in
// languages.test.mjs in one look, and script/gallery --axe asks about everything.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { axeFindings } from "../support/axe.mjs";
import { launchBrowser } from "../support/browser.mjs";
import { startConsentd } from "../support/consentd.mjs";
import { contrastThemes, everyLook, otherPlaces } from "../support/every_look.mjs";

let service;
let browser;

before(async () => {
  service = await startConsentd();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await service?.stop();
});

for (const [language, why, stops, most, themes] of [
  ["en", "every layout", ["box", "bar", "center"], 30],
  ["ar", "from right to left", ["box"], 18],
  ["en", "more contrast", ["box", "center"], 16, contrastThemes],
  ["de", "in every other place", Object.keys(otherPlaces), 24, contrastThemes],
]) {
  test(`${language} (${why}): axe finds nothing in any look`, async () => {
    const looks = [];
    const findings = [];
    const look = async (page, name, scope) => {
      looks.push(name);
      for (const line of await axeFindings(page, scope)) findings.push(`${name}: ${line}`);
    };
    await everyLook(browser, service.url, language, look, stops, themes);
    assert.deepEqual(findings, []);
    assert.equal(new Set(looks).size, most);
  });
}
