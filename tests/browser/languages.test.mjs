// Banner, dialog and the page without script in every language: in its words and direction, and
// with room for them on a desktop and at 320 px. (What axe-core says: every_look.test.mjs.)

import assert from "node:assert/strict";

import { control, open } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { languages, screens, translation } from "../support/languages.mjs";

const { test, visit } = browserStage();
// What does not fit: text cut off inside its element, or an element outside of the screen.
const cut = (page, selector) =>
  page.locator(selector).evaluate((layer) => {
    const flaws = [];
    const name = (node) => `${node.localName} "${node.textContent.trim().slice(0, 40)}"`;
    for (const node of [layer, ...layer.querySelectorAll("*")]) {
      if (/^(slot|input)$/.test(node.localName) || !node.checkVisibility()) continue;
      const { left, right, width } = node.getBoundingClientRect();
      const inline = getComputedStyle(node).display === "inline";
      if (!inline && node.scrollWidth > node.clientWidth + 1) flaws.push(`cut: ${name(node)}`);
      if (width && (left < -1 || right > innerWidth + 1)) flaws.push(`outside: ${name(node)}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) flaws.push("the page scrolls sideways");
    return flaws;
  });

const box = (page, action) => control(page, action).boundingBox();

async function assertEqualButtons(page) {
  const [accept, reject] = [await box(page, "accept_all"), await box(page, "reject_all")];
  assert.ok(Math.abs(accept.width - reject.width) <= 1, "accept and reject are as wide");
  assert.ok(Math.abs(accept.height - reject.height) <= 1, "accept and reject are as high");
}

for (const language of languages) {
  test(`${language}: banner and dialog`, async () => {
    const words = translation(language);
    const { page } = await visit({ locale: language, viewport: screens.phone });
    await open(page);
    await control(page, "accept_all").waitFor();
    const host = page.locator("dialphone-consent");
    assert.equal(await host.getAttribute("lang"), language);
    assert.equal(await host.getAttribute("dir"), words.dir);
    assert.equal(await control(page, "reject_all").innerText(), words.reject_all);
    await control(page, "settings").click();
    await control(page, "save").waitFor();
    await page.locator("dialphone-consent summary").first().click();
    const title = page.locator("dialphone-consent dialog h2");
    assert.equal(await title.innerText(), words.preferences_title);
    const layers = ["dialphone-consent section.card", "dialphone-consent dialog"];
    for (const [screen, size] of Object.entries(screens)) {
      await page.setViewportSize(size);
      for (const layer of layers) {
        assert.deepEqual(await cut(page, layer), [], `${layer} on a ${screen}`);
      }
    }
    await page.keyboard.press("Escape");
    for (const size of Object.values(screens)) {
      await page.setViewportSize(size);
      await assertEqualButtons(page);
    }
  });

  test(`${language}: the page without script`, async () => {
    const words = translation(language);
    const { page } = await visit({ locale: language, viewport: screens.phone });
    const answer = await page.goto("/v1/preferences?site=dialphone.com");
    assert.equal(answer.headers()["content-language"], language);
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    assert.equal(await page.locator("html").getAttribute("dir"), words.dir);
    assert.equal(await page.locator("h1").innerText(), words.preferences_title);
    assert.equal(await page.locator("button[value=reject_all]").innerText(), words.reject_all);
    for (const [screen, size] of Object.entries(screens)) {
      await page.setViewportSize(size);
      assert.deepEqual(await cut(page, "body"), [], screen);
    }
  });
}

test("a visitor of Taiwan, Portugal or Norway reads what is written there", async () => {
  const asked = { "zh-TW": "zh-Hant", "zh-CN": "zh-Hans", "pt-PT": "pt", no: "nb", "he-IL": "he" };
  for (const [locale, language] of Object.entries(asked)) {
    const { context, page } = await visit({ locale });
    await open(page);
    await control(page, "accept_all").waitFor();
    assert.equal(await page.locator("dialphone-consent").getAttribute("lang"), language);
    await context.close();
  }
});
