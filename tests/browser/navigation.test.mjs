// Pages that a script puts together with what the browser itself has for it: the banner and the
// link that opens the choices stay, and what comes with a new page is gated like the first. (Turbo
// and Astro: routers.test.mjs.)

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { allows, control, launchBrowser, newVisitor, open } from "../support/browser.mjs";
import { startConsentd } from "../support/consentd.mjs";
import { serveFixture } from "../support/fixture_page.mjs";

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

const next =
  "<p>The next page</p>" +
  '<script type="text/plain" data-consent="analytics" src="/next.js"></script>' +
  '<footer><a href="/v1/preferences" data-consent-open>Privacy choices</a></footer>';

// Each way a router has of showing the next page, by what is in the template.
const swaps = {
  "History API": () => {
    history.pushState({}, "", "/next");
    document.querySelector("main").replaceChildren(document.querySelector("template").content);
  },
  "a view transition": async () => {
    const { content } = document.querySelector("template");
    const swap = () => document.body.replaceChildren(content);
    if (document.startViewTransition) await document.startViewTransition(swap).updateCallbackDone;
    else swap();
  },
};

const says = '(globalThis.ran ??= []).push("next");';

for (const [name, swap] of Object.entries(swaps)) {
  test(`${name}: banner, choices and gate go on`, async () => {
    const { context, page, complaints } = await newVisitor(browser, {
      url: service.url,
      from: "germany",
    });
    await serveFixture(context, "/first", `<template>${next}</template>`, { "/next.js": says });
    await open(page, "/first");
    await control(page, "accept_all").waitFor();
    await page.evaluate(swap);
    await page.getByText("The next page").waitFor();
    await control(page, "accept_all").waitFor();
    assert.equal(await page.locator("dialphone-consent").count(), 1);
    assert.equal(await allows(page, "analytics"), false);

    await page.getByRole("link", { name: "Privacy choices" }).click();
    await control(page, "save").waitFor();
    await page.keyboard.press("Escape");
    await control(page, "accept_all").click();
    await page.waitForFunction(() => globalThis.ran?.length === 1);
    await page.getByRole("link", { name: "Privacy choices" }).click();
    await control(page, "withdraw").click();
    assert.equal(await allows(page, "analytics"), false);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test("back from the cache of pages: a choice made meanwhile holds", async () => {
  const { context, page } = await newVisitor(browser, { url: service.url, from: "germany" });
  await open(page);
  const accepted = page.waitForResponse((answer) => answer.url().endsWith("/v1/consents"));
  await control(page, "accept_all").click();
  await accepted;
  await page.waitForFunction(() => window.consent.state().status === "decided");
  await page.goto("/pricing");
  await page.evaluate(() => window.consent.ready);
  await page.evaluate(() => window.consent.withdraw());
  await page.waitForFunction(() => window.consent.state().status === "decided");
  await page.goBack();
  await page.waitForFunction(() => window.consent?.state().status === "decided");
  assert.equal(await allows(page, "analytics"), false);
  await context.close();
});
