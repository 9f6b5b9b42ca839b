// The examples of wasm/INTEGRATIONS.md, as they stand there, with stand-ins for the tags.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { control, open } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { answerToChoice } from "../support/choice.mjs";
import { root } from "../support/consentd.mjs";

const guide = readFileSync(join(root, "wasm/INTEGRATIONS.md"), "utf8");
const sections = Object.fromEntries(
  guide.split(/^## /m).map((text) => [text.slice(0, text.indexOf("\n")), text]),
);

const stage = browserStage();
const { test, visit } = stage;
const blocks = (section, language) =>
  [...sections[section].matchAll(/^```(\w+) ?(\S*)\n([^]*?)^```/gm)]
    .filter(([, found]) => found === language)
    .map(([, , name, code]) => ({ name, code }));

// A page with the HTML of one section, its scripts, and `tags` for every other host.
async function example(section, tags = "", extra = {}) {
  const visitor = await visit();
  const { context, page } = visitor;
  const foreign = [];
  const [{ code }] = blocks(section, "html");
  const files = { ...extra };
  for (const { name, code: script } of blocks(section, "js")) files[`/${name}`] = script;
  await context.route(
    (url) => url.pathname === "/example",
    (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<!doctype html><html lang="en"><title>x</title><link rel="icon" href="data:,">
          <body>${code}</body></html>`,
      }),
  );
  for (const [path, body] of Object.entries(files)) {
    const script = { contentType: "text/javascript", body };
    await context.route((url) => url.pathname === path, (route) => route.fulfill(script));
  }
  await context.route(
    (url) => url.origin !== stage.service.url,
    (route) => {
      foreign.push(route.request().url());
      return route.fulfill({ contentType: "text/javascript", body: tags });
    },
  );
  await open(page, "/example");
  return { ...visitor, foreign };
}

const accept = async (page, purposes = { analytics: true, marketing: true }) => {
  await control(page, "accept_all").waitFor();
  const answered = answerToChoice(page);
  await page.evaluate((granted) => window.consent.save(granted), purposes);
  await answered;
};

// The data layer as Google's tags read it: arguments objects as lists, the rest as it is.
const layer = (page) =>
  page.evaluate(() =>
    window.dataLayer.map((entry) =>
      Object.prototype.toString.call(entry) === "[object Arguments]" ? [...entry] : { ...entry },
    ),
  );

const defaults = [
  [
    "consent",
    "default",
    {
      ad_storage: "denied",
      ad_user_data: "denied",
      ad_personalization: "denied",
      analytics_storage: "denied",
      functionality_storage: "denied",
      personalization_storage: "denied",
      security_storage: "granted",
      wait_for_update: 500,
    },
  ],
  ["set", "ads_data_redaction", true],
  ["set", "url_passthrough", false],
];

const google = "Google Tag Manager, Google Analytics, Google Ads";

test("Consent Mode: exactly these calls, defaults first, the tag after the grant", async () => {
  const tag = 'window.dataLayer.push({ event: "the tag runs" });';
  const { page, foreign, complaints } = await example(google, tag);
  assert.deepEqual(await layer(page), defaults);
  assert.deepEqual(foreign, []);
  await accept(page, { analytics: true });
  await page.waitForFunction(() => window.dataLayer.some(({ event }) => event === "the tag runs"));
  const [start, runs] = (await layer(page)).slice(4);
  assert.deepEqual((await layer(page)).slice(0, 4), [
    ...defaults,
    ["consent", "update", { analytics_storage: "granted" }],
  ]);
  assert.equal(start.event, "gtm.js");
  assert.equal(runs.event, "the tag runs");
  assert.equal(foreign.length, 1);

  await page.evaluate(() => window.consent.withdraw());
  assert.deepEqual((await layer(page)).at(-1), [
    "consent",
    "update",
    { analytics_storage: "denied" },
  ]);
  assert.deepEqual(complaints, []);
});

test("Consent Mode: marketing is the three of advertising, on the next page at once", async () => {
  const { page } = await example(google);
  await accept(page);
  await page.waitForFunction(() => document.cookie.includes("dp_consent="));
  await page.reload();
  await page.waitForFunction(() => window.dataLayer.length > 3);
  const [, , , update] = await layer(page);
  const granted = { ad_storage: "granted", ad_user_data: "granted", ad_personalization: "granted" };
  assert.deepEqual(update, ["consent", "update", { analytics_storage: "granted", ...granted }]);
});

test("the data layer hears every change once", async () => {
  const { page } = await example("A data layer");
  assert.deepEqual(await layer(page), []);
  await accept(page, { analytics: true });
  await page.waitForFunction(() => window.dataLayer.length > 0);
  await page.evaluate(() => window.consent.withdraw());
  const said = (analytics) => ({
    event: "dialphone_consent",
    consent: { analytics, marketing: false },
  });
  assert.deepEqual(await layer(page), [said(true), said(false)]);
});

test("Matomo: given, counted, and taken back", async () => {
  const { page, foreign } = await example("Matomo");
  assert.equal(await page.evaluate(() => typeof window._paq), "undefined");
  const tracker = page.waitForResponse((answer) => answer.url().includes("matomo.example"));
  await accept(page);
  await tracker;
  await page.waitForFunction(() => window._paq);
  const calls = () => page.evaluate(() => window._paq.map(([name]) => name));
  const started = ["requireConsent", "setConsentGiven", "setTrackerUrl", "setSiteId"];
  assert.deepEqual((await calls()).slice(0, 5), [...started, "trackPageView"]);
  assert.deepEqual(foreign, ["https://matomo.example/matomo.js"]);
  await page.evaluate(() => window.consent.withdraw());
  assert.equal((await calls()).at(-1), "forgetConsentGiven");
});

test("Plausible: counts while it may", async () => {
  const tag = "window.plausible = (name) => (globalThis.counted ??= []).push(name);";
  const { page, foreign } = await example("Plausible", tag);
  await accept(page);
  await page.waitForFunction(() => globalThis.counted?.length === 1);
  assert.deepEqual(foreign, ["https://plausible.example/js/script.manual.js"]);
  await page.evaluate(() => dispatchEvent(new PopStateEvent("popstate")));
  assert.equal(await page.evaluate(() => globalThis.counted.length), 2);
  await page.evaluate(() => {
    window.consent.withdraw();
    dispatchEvent(new PopStateEvent("popstate"));
  });
  assert.equal(await page.evaluate(() => globalThis.counted.length), 2);
});
