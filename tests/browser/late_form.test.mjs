// GET /v1/preferences without JavaScript, when the form comes late, twice, or broken: who has no
// script gets the page again, with what holds, and never an answer made for programs by waiting.

import assert from "node:assert/strict";
import { after } from "node:test";

import { picture } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { answerToChoice } from "../support/choice.mjs";
import { screens, translation } from "../support/languages.mjs";
import { MovableClock } from "../support/movable_clock.mjs";

const hour = 3600e3;
const clock = await MovableClock.create();
const stage = browserStage({ env: clock.env });
const { test } = stage;
after(() => clock.remove());

const address = "/v1/preferences?site=dialphone.com";
const button = (page, action) => page.locator(`button[name="action"][value="${action}"]`);
const notes = (page) => page.locator('[role="status"]').allTextContents();
const ticked = (page) =>
  page.locator("input:checked").evaluateAll((all) => all.map(({ name }) => name.split(".")[1]));
const tokenOf = async (context) =>
  (await context.cookies()).find(({ name }) => name === "dp_consent")?.value;

const visit = (options) => stage.visit({ javaScriptEnabled: false, ...options });

async function press(page, action) {
  const answered = answerToChoice(page);
  await button(page, action).click();
  return (await answered).status();
}

for (const [language, from, viewport] of [
  ["en", "germany", screens.desktop],
  ["he", "germany", screens.phone],
  ["en", "california", screens.phone],
]) {
  const where = `${language}, ${from}, ${viewport.width} px`;
  test(`a form that lay there for days (${where}): the page again, then it is saved`, async () => {
    const { context, page } = await visit({ from, viewport });
    for (const action of ["accept_all", "reject_all"]) {
      await page.goto(`${address}&language=${language}`);
      const [held, holds] = [await tokenOf(context), await ticked(page)];
      await clock.set(clock.now.getTime() + 30 * hour);
      assert.equal(await press(page, action), 303);
      await page.waitForURL(`**/v1/preferences?late=1&language=${language}`);
      assert.deepEqual(await notes(page), [translation(language).late]);
      assert.deepEqual(await ticked(page), holds);
      assert.equal(await tokenOf(context), held);
      await picture(page, `late-form-${where.replace(/\W+/g, "-")}-${action}`);
      assert.equal(await press(page, action), 303);
      await page.waitForURL(/saved=1/);
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      assert.deepEqual(await notes(page), [translation(language).saved]);
      const all = action === "accept_all" ? ["analytics", "marketing"] : [];
      assert.deepEqual(await ticked(page), all);
    }
  });
}

// Serves the same page, with the same event in its form, as often as it is asked for.
async function hold(context, change = (text) => text) {
  let first;
  await context.route(
    (url) => url.pathname === "/v1/preferences" && !url.searchParams.has("saved"),
    async (route) => {
      first ??= await (await route.fetch()).text();
      await route.fulfill({ contentType: "text/html; charset=utf-8", body: change(first) });
    },
  );
}

test("the same button twice is one choice, and another one after it shows what holds", async () => {
  const { context, page } = await visit();
  await hold(context);
  const twice = await context.newPage();
  for (const one of [page, twice]) await one.goto(address);
  assert.equal(await press(page, "accept_all"), 303);
  const token = await tokenOf(context);
  assert.equal(await press(twice, "accept_all"), 303);
  await twice.waitForURL(/saved=1/);
  assert.equal(await tokenOf(context), token);
  assert.deepEqual(await notes(twice), [translation("en").saved]);

  await page.goto(address);
  await context.unrouteAll({ behavior: "wait" });
  assert.equal(await press(page, "save"), 303);
  await page.waitForURL("**/v1/preferences?language=en");
  assert.deepEqual(await notes(page), []);
  assert.deepEqual(await ticked(page), ["analytics", "marketing"]);
  assert.equal(await press(page, "withdraw"), 303);
  await page.waitForURL(/saved=1/);
  assert.deepEqual(await ticked(page), []);
});

const broken = {
  "a forged ticket": [
    (text) =>
      text.replace(/(?<=name="ticket" value="[^"]{40})./, (was) => (was === "A" ? "B" : "A")),
    /ticket/,
  ],
  "no ticket": [(text) => text.replace('name="ticket"', ""), /ticket/],
  "no event": [(text) => text.replace('name="event"', ""), /event/],
  "a policy of another time": [(text) => text.replace(/name="policy" value="\d+/, "$&0"), /./],
};

for (const [name, [change, says]] of Object.entries(broken)) {
  test(`${name}: nothing is recorded, and what is wrong is said`, async () => {
    const { context, page } = await visit();
    await hold(context, change);
    await page.goto(address);
    await context.unrouteAll({ behavior: "wait" });
    const status = await press(page, "accept_all");
    assert.ok([303, 422].includes(status), `${status}`);
    await page.waitForLoadState();
    await picture(page, `broken-form-${name.replace(/\W+/g, "-")}`);
    const text = await page.locator("body").innerText();
    assert.match(text, says);
    assert.equal(text.includes(translation("en").saved), false);
    assert.equal(await tokenOf(context), undefined);
  });
}
