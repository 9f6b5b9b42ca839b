// Pages that a script puts together with what the browser itself has for it: the banner and the
// link that opens the choices stay, and what comes with a new page is gated like the first. (Turbo
// and Astro: routers.test.mjs.)

import assert from "node:assert/strict";

import { allows, control, open, wholeChromium } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { choose, decided } from "../support/choice.mjs";
import { serveFixture } from "../support/fixture_page.mjs";
import { until } from "../support/other_browsers.mjs";

const { test, visit } = browserStage();
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
    const { context, page, complaints } = await visit();
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
  });
}

// Playwright starts Chromium without its back/forward cache, unless it is told not to, and then
// loses track of which document is shown. Chromium itself knows.
const withCache = { ...wholeChromium, ignoreDefaultArgs: ["--disable-back-forward-cache"] };
const kept = browserStage({}, withCache);

async function shownPage({ context, page }) {
  const cdp = await context.newCDPSession(page);
  const options = { awaitPromise: true, returnByValue: true };
  const run = async (expression) =>
    (await cdp.send("Runtime.evaluate", { expression, ...options })).result.value;
  return { run, until: (expression) => until(() => run(expression)) };
}

kept.test("a page of the back/forward cache: what was withdrawn meanwhile has ended", async () => {
  const visitor = await kept.visit();
  const { context, page } = visitor;
  await context.addInitScript(() => {
    globalThis.shown = [];
    addEventListener("pageshow", ({ persisted }) => globalThis.shown.push(persisted));
  });
  const tag = '<script type="text/plain" data-consent="analytics" src="/next.js"></script>';
  await serveFixture(context, "/kept", `${tag}<template>${tag}</template>`, {
    "/next.js": `${says} document.cookie = "_dpa=1; Path=/";`,
  });
  await open(page, "/kept");
  const { run, until: becomes } = await shownPage(visitor);
  await control(page, "accept_all").click();
  await becomes('globalThis.ran?.length === 1 && window.consent.state().status === "decided"');
  // A page that waits for a lock is not kept.
  await becomes("navigator.locks.query().then((all) => !all.held.length && !all.pending.length)");

  // By form: a page with the banner would tell the kept one, which the browser then throws away.
  await run('location.href = "/v1/preferences?site=dialphone.com&return=/privacy"');
  const withdraw = "document.querySelector('button[value=withdraw]')";
  await becomes(`!!${withdraw}`);
  await run(`${withdraw}.click()`);
  await becomes('location.pathname === "/privacy" && document.readyState === "complete"');
  await run("history.go(-2)");
  // One that was loaded again has run nothing.
  await becomes('location.pathname === "/kept" && (!globalThis.ran || shown.length === 2)');
  const why = "JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)";
  assert.deepEqual(await run("globalThis.shown"), [false, true], await run(why));
  assert.equal(await run('window.consent.allows("analytics")'), false);
  assert.equal(await run("window.consent.state().decisions.analytics.reason"), "withdrawn");
  await run("document.body.append(document.querySelector('template').content.cloneNode(true))");
  // What its tag had left goes, once the notice has said so.
  await becomes('!document.cookie.includes("_dpa=")');
  assert.equal(await run("globalThis.ran.length"), 1);
});

// A page hears of other tabs also while it is kept: Chromium then throws it away, which is what
// such a page needs. Nothing else could tell it.
kept.test("neither cookies nor storage: a kept page does not bring a grant back", async () => {
  const visitor = await kept.visit();
  const { context, page } = visitor;
  await context.addInitScript(() => {
    Object.defineProperty(Document.prototype, "cookie", { get: () => "", set: () => {} });
    Object.defineProperty(globalThis, "localStorage", {
      get() {
        throw new DOMException("denied", "SecurityError");
      },
    });
  });
  await open(page, "/pricing");
  const { run, until: becomes } = await shownPage(visitor);
  await control(page, "accept_all").click();
  await becomes('window.consent.state().status === "decided"');
  assert.equal(await run('window.consent.allows("analytics")'), true);
  await becomes("navigator.locks.query().then((all) => !all.held.length && !all.pending.length)");
  await run('location.href = "/privacy"');
  await becomes('location.pathname === "/privacy" && !!window.consent');
  await run("window.consent.ready.then(() => window.consent.reject())");
  await becomes('window.consent.state().status === "decided"');
  await run("history.back()");
  await becomes('location.pathname === "/pricing" && !!window.consent');
  await run("window.consent.ready.then(() => true)");
  assert.equal(await run('window.consent.allows("analytics")'), false);
});

test("back to a page that is loaded again: a choice made meanwhile holds", async () => {
  const { page } = await visit();
  await open(page);
  await choose(page, "accept_all");
  await decided(page);
  await page.goto("/pricing");
  await page.evaluate(() => window.consent.ready);
  await page.evaluate(() => window.consent.withdraw());
  await decided(page);
  await page.goBack();
  await page.waitForFunction(() => window.consent?.state().status === "decided");
  assert.equal(await allows(page, "analytics"), false);
});
