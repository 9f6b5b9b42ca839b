// Visitors whose browser runs no script: nothing optional runs, and the choice is a plain form.

import assert from "node:assert/strict";

import { picture } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { answerToChoice } from "../support/choice.mjs";
import { check } from "../support/pipeline.mjs";

const stage = browserStage();
const { test } = stage;
const visit = (options) => stage.visit({ javaScriptEnabled: false, ...options });

const cookieOf = async (context) =>
  (await context.cookies()).find((one) => one.name === "dp_consent");

async function toPreferences(page) {
  await page.goto("/");
  await page.locator("noscript a, .noscript a").first().click();
  await page.waitForURL("**/v1/preferences?**");
}

test("the page asks for nothing optional and points to the form", async () => {
  const { context, page, requests } = await visit();
  await toPreferences(page);
  assert.deepEqual(await context.cookies(), []);
  assert.ok(requests.every((request) => !/analytics|marketing|notice|events/.test(request.url())));
  assert.equal(await page.locator("script").count(), 0);
  await picture(page, "preferences-page", { fullPage: true });
});

test("accepting by form sets the cookie and leads back", async () => {
  const { context, page } = await visit();
  await toPreferences(page);
  const answered = answerToChoice(page);
  await page.locator('button[name="action"][value="accept_all"]').click();
  assert.equal((await answered).status(), 303);
  await page.waitForURL(`${stage.service.url}/`);
  const cookie = await cookieOf(context);
  assert.equal((await check(stage.service, { token: cookie.value })).reason, "granted");

  await toPreferences(page);
  await picture(page, "preferences-page-granted", { fullPage: true });
  await page.locator('button[name="action"][value="withdraw"]').click();
  await page.waitForURL(`${stage.service.url}/`);
  assert.notEqual((await cookieOf(context)).value, cookie.value);
  assert.equal((await check(stage.service, { token: cookie.value })).reason, "withdrawn");
});

test("refusing by form leaves no identifier", async () => {
  const { context, page } = await visit();
  await toPreferences(page);
  await page.locator('button[name="action"][value="reject_all"]').click();
  await page.waitForURL(`${stage.service.url}/`);
  assert.equal((await context.cookies()).length, 1);
  assert.equal(
    (await check(stage.service, { token: (await cookieOf(context)).value })).reason,
    "refused",
  );
});

test("one purpose by form", async () => {
  const { context, page } = await visit();
  await toPreferences(page);
  const inputs = page.locator('input[name="choices.analytics"]');
  assert.ok(
    !(await inputs
      .evaluateAll((all) => all.some((one) => one.checked && one.value === "granted"))
      .catch(() => false)),
    "nothing is ticked beforehand",
  );
  await page.locator('input[name="choices.analytics"][value="granted"]').check();
  await page.locator('button[name="action"][value="save"]').click();
  await page.waitForURL(`${stage.service.url}/`);
  const token = (await cookieOf(context)).value;
  assert.equal((await check(stage.service, { token })).reason, "granted");
  assert.equal((await check(stage.service, { token }, "marketing")).allowed, false);
});

test("the form page is readable small, dark and in German", async () => {
  const { page } = await visit({
    viewport: { width: 320, height: 640 },
    colorScheme: "dark",
    locale: "de-DE",
  });
  await page.goto("/v1/preferences?site=dialphone.com&return=/");
  await picture(page, "preferences-page-320-dark-de", { fullPage: true });
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
});

test("a language chosen in the browser is the language of the form", async () => {
  const { page } = await visit({ locale: "fr-FR" });
  await page.goto("/v1/preferences?site=dialphone.com");
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
});
