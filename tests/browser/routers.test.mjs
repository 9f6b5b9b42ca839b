// Turbo and Astro's ClientRouter themselves, between two pages: what waits for consent runs as
// often as a plain script in its place, not before it may, and not in Turbo's previews; what a
// router keeps of a page brings nothing back that has ended.

import assert from "node:assert/strict";

import { control, open } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { answerToChoice, decided } from "../support/choice.mjs";
import { serveFixture } from "../support/fixture_page.mjs";
import { routers } from "../support/routers.mjs";

const stage = browserStage();
const { test } = stage;
const counts = (name) => `((globalThis.ran ??= {})["${name}"] ??= 0, ++globalThis.ran["${name}"]);`;
const gated = (name) =>
  `<script type="text/plain" data-consent="analytics" src="/${name}.js"></script>`;
const inline = (name) =>
  `<script type="text/plain" data-consent="analytics">${counts(name)}</script>`;
const content =
  '<iframe data-consent="marketing" data-consent-src="/video.html" title="Product tour" ' +
  'width="320" height="180"></iframe>' +
  '<img alt="" data-consent="marketing" data-consent-src="/pixel.svg" width="1" height="1">';
const footer =
  '<footer><a href="/v1/preferences" data-consent-open>Privacy choices</a></footer>';

async function visit(router) {
  const { head, script, runsAgain } = await routers[router]();
  const visitor = await stage.visit();
  // Styles of its own let a router put in the next page a moment after it has kept the last one.
  const styles = { "/next.css": [50, "p {}"], "/first.css": [50, "p {}"] };
  const files = { ...styles, "/router.js": script, "/video.html": "<title>v</title><p>Video" };
  files["/pixel.svg"] = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  for (const name of ["head", "first", "next", "both"]) files[`/${name}.js`] = counts(name);
  const pages = {
    first: `<p>The first page</p><a href="/next">Next</a>${gated("first")}${content}`,
    next: `<p>The next page</p><a href="/first">First</a>${gated("next")}${inline("inline")}`,
  };
  for (const [name, body] of Object.entries(pages)) {
    const sheet = `<link rel="stylesheet" href="/${name}.css">`;
    const options = { head: head + sheet + gated("head"), policy: false };
    await serveFixture(visitor.context, `/${name}`, body + gated("both") + footer, files, options);
  }
  await open(visitor.page, "/first");
  return { ...visitor, runsAgain };
}

const banner = (page) => control(page, "accept_all");
const ran = (page) => page.evaluate(() => globalThis.ran ?? {});
const hosts = (page) => page.locator("dialphone-consent").count();
const placeholder = (page) => page.locator("dialphone-consent-frame");
const asked = (requests, path) =>
  requests.filter((request) => new URL(request.url()).pathname === path).length;

// By the router: in the same document, until it says that the page is there.
async function go(page, act, text) {
  await page.evaluate(() => {
    window.there = 0;
    for (const name of ["turbo:load", "astro:page-load"]) {
      document.addEventListener(name, () => ++window.there, { once: true });
    }
  });
  await act();
  await page.waitForFunction(() => window.there === 1);
  await page.getByText(text).waitFor();
}
const toNext = (page) =>
  go(page, () => page.getByRole("link", { name: "Next" }).click(), "The next page");
const toFirst = (page) =>
  go(page, () => page.getByRole("link", { name: "First" }).click(), "The first page");
const back = (page) => go(page, () => page.goBack(), "The first page");

async function accept(page) {
  const answered = answerToChoice(page);
  await banner(page).click();
  await answered;
  await decided(page);
}

for (const router of Object.keys(routers)) {
  test(`${router}: one banner on every page, nothing runs, back and forth`, async () => {
    const { page, requests, complaints } = await visit(router);
    await banner(page).waitFor();
    for (const move of [toNext, back, toNext, toFirst, toNext]) {
      await move(page);
      await banner(page).waitFor();
      assert.equal(await hosts(page), 1);
    }
    assert.deepEqual(await ran(page), {});
    assert.equal(asked(requests, "/video.html") + asked(requests, "/pixel.svg"), 0);
    await page.getByRole("link", { name: "Privacy choices" }).click();
    await control(page, "save").waitFor();
    await page.keyboard.press("Escape");
    await accept(page);
    await page.waitForFunction(() => window.ran["next"] === 1);
    assert.deepEqual(complaints, []);
  });

  test(`${router}: after a grant each runs once where a plain script would`, async () => {
    const { page, complaints, runsAgain } = await visit(router);
    await accept(page);
    await page.frameLocator("iframe").getByText("Video").waitFor();
    const shown = { first: 1, next: 0 };
    for (const [move, to] of [
      ...[[toNext, "next"], [toFirst, "first"], [toNext, "next"]],
      ...[[back, "first"], [toNext, "next"]],
    ]) {
      await move(page);
      ++shown[to];
      const often = (count) => (runsAgain ? count : Math.min(count, 1));
      const { first, next } = shown;
      const wanted = {
        head: 1,
        ...{ first: often(first), next: often(next), inline: often(next) },
        both: often(first + next),
      };
      await page.waitForFunction(
        (all) => Object.entries(all).every(([name, count]) => window.ran[name] >= count),
        wanted,
      );
      await page.waitForTimeout(100);
      const counted = await ran(page);
      assert.deepEqual({ ...wanted, ...counted }, wanted);
      assert.equal(await placeholder(page).count(), 0);
      assert.ok((await hosts(page)) <= 1);
    }
    assert.deepEqual(complaints, []);
  });

  test(`${router}: what has ended does not come back with an earlier page`, async () => {
    const { page, requests, runsAgain } = await visit(router);
    await accept(page);
    await page.frameLocator("iframe").getByText("Video").waitFor();
    await toNext(page);
    // All that is on its way has run before anything ends.
    const before = { head: 1, first: 1, next: 1, inline: 1, both: runsAgain ? 2 : 1 };
    await page.waitForFunction(
      (all) => Object.entries(all).every(([name, count]) => window.ran[name] === count),
      before,
    );
    await page.evaluate(() => window.consent.withdraw());
    const from = requests.length;
    for (const move of [back, toNext, toFirst]) await move(page);
    const later = requests.slice(from);
    assert.equal(asked(later, "/video.html"), 0);
    assert.equal(asked(later, "/pixel.svg"), 0);
    assert.deepEqual(await ran(page), before);
    await placeholder(page).locator('[data-action="allow"]').waitFor();
    assert.equal(await placeholder(page).count(), 1);
    assert.equal(await page.locator("iframe").isVisible(), false);
  });

  test(`${router}: what an earlier page held back is shown there after a grant`, async () => {
    const { page } = await visit(router);
    await placeholder(page).waitFor();
    await toNext(page);
    await accept(page);
    await back(page);
    await page.frameLocator("iframe").getByText("Video").waitFor();
    assert.equal(await page.locator("iframe").isVisible(), true);
    assert.equal(await placeholder(page).count(), 0);
    await page.waitForFunction(() => window.ran["first"] >= 1);
  });
}
