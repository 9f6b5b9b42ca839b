// The standing button that opens the preferences again: wanted by the site, in the visitor's words,
// never in the place of the first layer, and not part of a first visit.

import assert from "node:assert/strict";

import { axeFindings } from "../support/axe.mjs";
import { control, open, picture } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { choose } from "../support/choice.mjs";
import { embedWith } from "../support/embedding.mjs";
import { serveFixture } from "../support/fixture_page.mjs";
import { translation } from "../support/languages.mjs";

const stage = browserStage();
const { test } = stage;
async function visit({ side = "start", ...options } = {}) {
  const visitor = await stage.visit(options);
  await embedWith(visitor.context, { reopen: side });
  await open(visitor.page);
  return visitor;
}

const asked = (requests, name) => requests.filter((one) => one.url().includes(name)).length;

async function refuse(page) {
  await choose(page, "reject_all");
  await control(page, "reopen").waitFor();
}

test("it comes when the first layer has gone, and opens the preferences by keyboard", async () => {
  const { page, requests, complaints } = await visit();
  await control(page, "reject_all").waitFor();
  await page.waitForLoadState("networkidle");
  assert.equal(asked(requests, "/reopen."), 0, "no byte of a first visit");
  assert.equal(await page.locator("dialphone-consent .reopen").count(), 0);
  await refuse(page);
  const button = control(page, "reopen");
  const box = await button.boundingBox();
  assert.ok(box.height >= 44 && box.width >= 44, JSON.stringify(box));
  assert.ok(box.x < 100 && box.y > 700, JSON.stringify(box));
  assert.equal(await button.innerText(), translation("en").reopen);
  await picture(page, "reopen-desktop");
  await button.focus();
  await page.keyboard.press("Enter");
  await control(page, "save").waitFor();
  await page.keyboard.press("Escape");
  await control(page, "save").waitFor({ state: "hidden" });
  const focused = await page.evaluate(
    () => document.querySelector("dialphone-consent").shadowRoot.activeElement?.dataset.action,
  );
  assert.equal(focused, "reopen", "the focus returns");
  assert.deepEqual(complaints, []);
});

test("on the next page it stands there without asking the service anything", async () => {
  const { page, requests } = await visit({ locale: "de" });
  await refuse(page);
  requests.length = 0;
  await open(page, "/pricing");
  await control(page, "reopen").waitFor();
  assert.equal(await control(page, "reopen").innerText(), translation("de").reopen);
  assert.equal(await control(page, "reopen").getAttribute("lang"), "de");
  assert.equal(asked(requests, "/v1/notice"), 0);
});

test("it speaks the visitor's language, from the side its script begins on", async () => {
  const spoken = { "zh-TW": "zh-Hant", "zh-CN": "zh-Hans", no: "nb", "pt-BR": "pt-BR", ar: "ar" };
  for (const [locale, language] of Object.entries({ ...spoken, xx: "en" })) {
    const { context, page } = await visit({ locale });
    await refuse(page);
    await open(page, "/pricing");
    const button = control(page, "reopen");
    await button.waitFor();
    assert.equal(await button.innerText(), translation(language).reopen, locale);
    const { x } = await button.boundingBox();
    assert.equal(x > 640, translation(language).dir === "rtl", locale);
    await picture(page, `reopen-${language}`);
    await context.close();
  }
});

test("on a phone its label gives way to the page, and stays its name", async () => {
  const viewport = { width: 320, height: 640 };
  const { page } = await visit({ side: "end", viewport, isMobile: true });
  await refuse(page);
  const button = control(page, "reopen");
  const box = await button.boundingBox();
  assert.ok(box.width >= 44 && box.width <= 60 && box.x > 240, JSON.stringify(box));
  const name = translation("en").reopen;
  assert.equal(await page.getByRole("button", { name, exact: true }).count(), 1);
  await picture(page, "reopen-phone");
  // The last link of the page is not under it.
  const last = page.getByRole("link", { name: "Privacy choices" }).last();
  await last.scrollIntoViewIfNeeded();
  await last.click();
  await control(page, "save").waitFor();
});

test("axe finds nothing, in the light, in the dark and in forced colours", async () => {
  for (const look of [{}, { colorScheme: "dark" }, { forcedColors: "active" }]) {
    const { context, page } = await visit(look);
    await refuse(page);
    assert.deepEqual(await axeFindings(page, "dialphone-consent"), []);
    const { edge, behind } = await control(page, "reopen").evaluate((button) => {
      const style = getComputedStyle(button);
      return { edge: style.borderTopColor, behind: style.backgroundColor };
    });
    assert.notEqual(edge, behind, "its edge can be seen");
    await picture(page, `reopen-${Object.values(look).join("") || "light"}`);
    await context.close();
  }
});

test("it is not seen as long as anything stands in its place", async () => {
  const { page } = await visit({ from: "california" });
  await control(page, "opt_out").click();
  await control(page, "close").waitFor();
  await page.locator("dialphone-consent .reopen").waitFor({ state: "attached" });
  assert.equal(await control(page, "reopen").count(), 0);
  await control(page, "close").click();
  await control(page, "reopen").waitFor();
});

test("a side that is none is named, and the button is there", async () => {
  const { page, complaints } = await visit({ side: "left" });
  await refuse(page);
  assert.equal(complaints.length, 1);
  assert.match(complaints[0], /data-reopen="left" is none of start, end/);
});

test("a control of the page's own opens them, also one inside another shadow root", async () => {
  const { context, page, complaints } = await stage.visit();
  const body = '<a id="plain" href="/v1/preferences" data-consent-open><b>Choices</b></a>';
  await serveFixture(context, "/component", `${body}<site-footer></site-footer>`, {
    "/component.js": `customElements.define("site-footer", class extends HTMLElement {
      connectedCallback() {
        const link = document.querySelector("#plain").cloneNode(true);
        link.id = "inner";
        this.attachShadow({ mode: "open" }).append(link);
      }
    });`,
  }, { head: '<script src="/component.js" defer></script>' });
  await open(page, "/component");
  for (const link of ["#plain", "site-footer #inner"]) {
    await page.locator(`${link} b`).click();
    await control(page, "save").waitFor();
    await page.keyboard.press("Escape");
    await control(page, "save").waitFor({ state: "hidden" });
  }
  assert.equal(new URL(page.url()).pathname, "/component");
  assert.deepEqual(complaints, []);
});
