// The core story in Debian's Firefox and WebKit: asked before anything runs, accepted, recorded,
// withdrawn. Their drivers set no header, so the region is unknown, which asks like Germany.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startConsentd } from "../support/consentd.mjs";
import { otherBrowsers, until } from "../support/other_browsers.mjs";
import { check } from "../support/pipeline.mjs";

let service;

before(async () => (service = await startConsentd({ scopes: ["check"] })));
after(() => service?.stop());

const banner = 'document.querySelector("dialphone-consent")?.shadowRoot';
const button = (action) => `${banner}?.querySelector('[data-action=${action}]')`;
const state = (browser) => browser.run("window.consent && window.consent.state()");

async function press(browser, action) {
  await until(() => browser.run(`!!${button(action)}`));
  await browser.run(`(${button(action)}.focus(), ${button(action)}.click())`);
}

const status = (browser, wanted) => until(async () => (await state(browser)).status === wanted);

for (const { name, open, missing } of otherBrowsers) {
  test(`${name}: asked, accepted, recorded, withdrawn`, { skip: missing }, async () => {
    const browser = await open();
    try {
      await browser.goto(`${service.url}/`);
      await until(() => browser.run(`!!${button("accept_all")}`));
      assert.equal(await browser.run("document.cookie + localStorage.length"), "0");
      assert.equal(await browser.run('window.consent.allows("analytics")'), false);

      await press(browser, "accept_all");
      await status(browser, "decided");
      await until(() => browser.run('document.cookie.includes("_dpa_session=")'));
      const { subject } = await state(browser);
      assert.equal((await check(service, { subject })).reason, "granted");

      await browser.goto(`${service.url}/pricing`);
      await until(() => browser.run("window.consent && window.consent.allows('analytics')"));
      assert.equal(await browser.run(`!!${button("accept_all")}`), false);
      await browser.run("document.querySelector('[data-consent-open]').click()");
      await press(browser, "withdraw");
      assert.equal(await browser.run('window.consent.allows("analytics")'), false);
      await status(browser, "decided");
      await until(() => browser.run('!/(^|; )_dp/.test(document.cookie)'));
      assert.equal((await check(service, { subject })).reason, "withdrawn");
      assert.equal((await state(browser)).subject, null);
      assert.equal(await browser.run("localStorage.length"), 0);
    } finally {
      await browser.close();
    }
  });
}
