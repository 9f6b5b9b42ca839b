// GET /v1/preferences, the page for visitors without script, in every state it can be in: what is
// ticked, what it says, how it looks on a phone and in the dark, and by keyboard alone.

import assert from "node:assert/strict";

import { axeFindings } from "../support/axe.mjs";
import { picture } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { overflow } from "../support/geometry.mjs";
import { screens, translation } from "../support/languages.mjs";

const { test, visit } = browserStage();
const button = (page, action) => page.locator(`button[name="action"][value="${action}"]`);
const notes = (page) => page.locator('[role="status"]').allTextContents();
const ticked = (page) =>
  page.locator("input:checked").evaluateAll((all) => all.map(({ name }) => name.split(".")[1]));

async function openPage(page, query = "") {
  await page.goto(`/v1/preferences?site=dialphone.com${query}`);
}

async function press(page, action) {
  await button(page, action).click();
  await page.waitForURL(/saved=1/);
}

const { saved, late, gpc_honoured: honoured } = translation("en");
const states = [
  { name: "undecided", from: "germany", ticks: [], says: [] },
  { name: "late", from: "germany", query: "&late=1", ticks: [], says: [late] },
  { name: "unknown region", from: "unknown", ticks: [], says: [] },
  { name: "accepted", from: "germany", act: "accept_all", ticks: ["analytics", "marketing"] },
  { name: "refused", from: "germany", act: "reject_all", ticks: [] },
  { name: "opt-out region", from: "california", ticks: ["analytics"], says: [] },
  { name: "opted out", from: "california", act: "reject_all", ticks: [] },
  { name: "signal, opt-out region", from: "california", gpc: true, ticks: [], says: [honoured] },
  { name: "signal, undecided", from: "germany", gpc: true, ticks: [], says: [honoured] },
  // Where consent is asked for, a choice made in spite of the signal counts for analytics.
  { name: "signal, accepted", from: "germany", gpc: true, act: "accept_all", ticks: ["analytics"] },
];

async function assertFair(page) {
  const boxes = await page.locator("button").evaluateAll((all) =>
    all.map((one) => {
      const style = getComputedStyle(one);
      const { color, backgroundColor, fontSize, fontWeight, borderColor } = style;
      const { height } = one.getBoundingClientRect();
      return { height, look: [color, backgroundColor, fontSize, fontWeight, borderColor].join() };
    }),
  );
  assert.ok(boxes.length >= 3);
  for (const { height, look } of boxes) {
    assert.ok(height >= 44, `${height} px`);
    assert.equal(look, boxes[0].look, "no button looks more inviting than another");
  }
  const sideways = await overflow(page);
  assert.ok(sideways <= 0, `scrolls sideways by ${sideways} px`);
}

for (const { name, from, gpc, query, act, ticks, says = [saved] } of states) {
  test(`${name}: what is ticked is what holds, and axe finds nothing`, async () => {
    const { page } = await visit({ from, gpc });
    await openPage(page, query);
    if (act) await press(page, act);
    assert.deepEqual(await ticked(page), ticks);
    assert.deepEqual(await notes(page), says);
    const grants = act === "accept_all";
    assert.equal(await button(page, "withdraw").count(), grants ? 1 : 0);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const [screen, size] of Object.entries(screens)) {
        await page.setViewportSize(size);
        await assertFair(page);
        assert.deepEqual(await axeFindings(page), [], `${screen}, ${colorScheme}`);
        const file = `preferences-${name.replace(/\W+/g, "-")}-${screen}-${colorScheme}`;
        await picture(page, file, { fullPage: true });
      }
    }
  });
}

test("by keyboard alone: a box, then Enter, saves what the boxes say and says so", async () => {
  const { page } = await visit({ from: "germany" });
  await openPage(page);
  await page.locator("input[type=checkbox]").first().focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.waitForURL(/saved=1/);
  assert.deepEqual(await ticked(page), ["analytics"]);
  assert.deepEqual(await notes(page), [saved]);
});

test("from right to left, and back in the language that was asked for", async () => {
  const { page } = await visit({ from: "germany", viewport: screens.phone });
  await openPage(page, "&language=he");
  await page.locator("input[type=checkbox]").first().check();
  await press(page, "save");
  assert.equal(await page.locator("html").getAttribute("dir"), "rtl");
  assert.deepEqual(await notes(page), [translation("he").saved]);
  await assertFair(page);
  assert.deepEqual(await axeFindings(page), []);
  await picture(page, "preferences-he-phone", { fullPage: true });
});

test("who comes by such an address without a choice is not told that one is saved", async () => {
  const { page } = await visit({ from: "germany" });
  await openPage(page, "&saved=1");
  assert.deepEqual(await notes(page), []);
});
