// The story of a visitor from California: no banner that blocks, a visible way out, and the
// browser's signal.

import assert from "node:assert/strict";

import { allows, control, cookiesOf, open, picture, violations } from "../support/browser.mjs";
import { noticeFor, waitForCookies, wholeChromium } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { answerToChoice, choose, decided } from "../support/choice.mjs";
import { check, eventsOf, waitForEvent } from "../support/pipeline.mjs";

const stage = browserStage({}, wholeChromium);
const { test } = stage;
const visit = (options) => stage.visit({ from: "california", ...options });

test("without a signal nothing blocks the page and the opt-out is visible", async () => {
  const { context, page, complaints } = await visit();
  await open(page);
  await control(page, "opt_out").waitFor();
  assert.equal(await control(page, "accept_all").count(), 0);
  assert.equal(await page.locator("dialphone-consent dialog:modal").count(), 0);
  await picture(page, "california");

  await page.waitForFunction(() => document.cookie.includes("_dpa_session="));
  assert.equal(await allows(page, "analytics"), true);
  assert.equal(await allows(page, "marketing"), false);
  assert.ok(!("_dpm" in (await cookiesOf(context))));

  await page.getByRole("link", { name: "See the prices" }).click();
  await page.waitForURL("**/pricing");
  const event = await waitForEvent(stage.service, (one) => one.country === "US");
  assert.equal(event.subdivision, "US-CA");
  assert.equal(event.basis, "opt_out_default");
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
});

test("opting out is one click, stays, and stops what was on", async () => {
  const { page, requests, complaints } = await visit();
  await open(page);
  await page.waitForFunction(() => document.cookie.includes("_dpa_session="));
  const { record, token } = await (await choose(page, "opt_out")).json();
  assert.deepEqual(record.choices, { analytics: "denied", marketing: "denied" });
  assert.equal((await check(stage.service, { token })).reason, "opted_out");
  assert.equal(await allows(page, "analytics"), false);
  await waitForCookies(page, ["dp_consent"]);

  requests.length = 0;
  await page.goto("/subprocessors");
  await page.evaluate(() => window.consent.ready);
  await page.waitForLoadState("networkidle");
  assert.equal(await allows(page, "analytics"), false);
  await waitForCookies(page, ["dp_consent"]);
  assert.ok(requests.every((request) => !request.url().endsWith("/v1/events")));
  assert.deepEqual(await eventsOf(stage.service, "/subprocessors"), []);
  assert.deepEqual(complaints, []);
});

test("without the file of its own layers there is a way out, too", async () => {
  const { context, page } = await visit();
  await context.route(/\/opt_out\.\w+\.js/, (route) => route.abort());
  await open(page);
  await page.waitForFunction(() => window.consent.allows("analytics"));
  await control(page, "reject_all").click();
  assert.equal(await allows(page, "analytics"), false);
  await decided(page);
  const { dp_consent: cookie } = await waitForCookies(page, ["dp_consent"]);
  assert.equal((await check(stage.service, { token: cookie.value })).reason, "opted_out");
});

test("with GPC analytics is off, the page says so, and the pipeline hears it", async () => {
  const { page, requests, complaints } = await visit({ gpc: true });
  const answered = answerToChoice(page);
  const noticed = noticeFor(page);
  await open(page);
  const notice = await noticed;
  assert.deepEqual(notice.signals, { gpc: true });
  await page.locator("dialphone-consent").getByText(notice.text.gpc_honoured).first().waitFor();
  await picture(page, "california-gpc");

  const { record, token } = await (await answered).json();
  assert.equal(record.action, "gpc");
  assert.equal(record.subject, null);
  assert.deepEqual(record.signals, { gpc: true });
  const verdict = await check(stage.service, { token });
  assert.deepEqual([verdict.allowed, verdict.reason], [false, "gpc"]);

  await page.waitForLoadState("networkidle");
  assert.equal(await allows(page, "analytics"), false);
  assert.equal(await allows(page, "marketing"), false);
  await waitForCookies(page, ["dp_consent"]);
  assert.ok(requests.every((request) => !/analytics\.js|marketing\.js|events/.test(request.url())));
  await page.goto("/contact");
  await page.waitForLoadState("networkidle");
  assert.ok(requests.every((request) => !request.url().endsWith("/v1/events")));
  assert.deepEqual(await eventsOf(stage.service, "/contact"), []);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
});

test("GPC switched on beside an open page: off when the visitor is back in it", async () => {
  const { page } = await visit();
  await open(page);
  await page.waitForFunction(() => document.cookie.includes("_dpa_session="));
  await decided(page);
  await page.evaluate(() => {
    Object.defineProperty(navigator, "globalPrivacyControl", { value: true });
    // What a browser says of a tab that is looked at again.
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  assert.equal(await allows(page, "analytics"), false);
  await waitForCookies(page, ["dp_consent"]);
});

test("the signal going away switches nothing on", async () => {
  const { context, page } = await visit({ gpc: true });
  const answered = answerToChoice(page);
  await open(page);
  await answered;
  const kept = await context.storageState();
  await context.close();

  const later = await visit({ storageState: kept });
  await open(later.page);
  await later.page.waitForLoadState("networkidle");
  assert.equal(await allows(later.page, "analytics"), false);
  await waitForCookies(later.page, ["dp_consent"]);
});
