// The contact form: checks, says honestly what becomes of the data, and never implies marketing
// consent.

import assert from "node:assert/strict";

import { allows, control, emptyStorage, open, picture, stored } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { choose } from "../support/choice.mjs";
import { events, findInData, waitForEvent } from "../support/pipeline.mjs";

const stage = browserStage();
const { test, visit } = stage;
async function fillIn(page) {
  await page.getByLabel("Your name").fill("Ada Example");
  await page.getByLabel("Work e-mail").fill("ada@example.com");
  await page.getByLabel("How many people").selectOption("2 to 10");
}

// Scripts of the banner that come behind the choice; they are asked for, and told nothing.
const bannerFile = /\/v1\/\w+\.[0-9a-f]{8}\.(?:js|wasm)$/;
const sent = (requests) =>
  requests
    .filter((request) => request.method() !== "GET" || !bannerFile.test(request.url()))
    .map((request) => `${request.method()} ${request.url()}`);

test("what is missing is said beside the field and in a summary that has the focus", async () => {
  const { page, requests } = await visit();
  await open(page, "/contact");
  await choose(page, "reject_all");
  requests.length = 0;
  await page.getByRole("button", { name: "Book the demo" }).click();
  const summary = page.getByRole("alert");
  await summary.getByText("3 fields need another look").waitFor();
  assert.equal(await summary.evaluate((element) => element === document.activeElement), true);
  assert.equal(await page.getByLabel("Your name").getAttribute("aria-invalid"), "true");
  await picture(page, "contact-problems", { fullPage: true });
  await fillIn(page);
  await page.getByLabel("Work e-mail").fill("ada@example");
  await page.getByRole("button", { name: "Book the demo" }).click();
  await summary.getByText("One field needs another look").waitFor();
  assert.deepEqual(sent(requests), []);
});

test("a sent form says that nothing was sent, and sends nothing", async () => {
  const { page, requests } = await visit();
  await open(page, "/contact");
  await choose(page, "reject_all");
  await fillIn(page);
  assert.equal(await page.getByLabel("Also write to me").isChecked(), false);
  requests.length = 0;
  await page.getByRole("button", { name: "Book the demo" }).click();
  await page.getByRole("heading", { name: "Thank you, Ada. Nothing was sent." }).waitFor();
  await page.getByText("You did not tick the newsletter").waitFor();
  await page.waitForLoadState("networkidle");
  assert.deepEqual(sent(requests), []);
  assert.deepEqual(await events(stage.service), []);
  assert.equal(await allows(page, "marketing"), false);
  await picture(page, "contact-done", { fullPage: true });
});

test("with analytics allowed only the fact is counted, not what was typed", async () => {
  const { context, page } = await visit();
  await open(page, "/contact");
  await control(page, "accept_all").click();
  await page.waitForFunction(() => document.cookie.includes("_dpa_session="));
  await fillIn(page);
  await page.getByLabel("Also write to me").check();
  await page.getByRole("button", { name: "Book the demo" }).click();
  await page.getByText("You ticked the newsletter").waitFor();
  const event = await waitForEvent(stage.service, (one) => one.type === "form_submit");
  assert.equal(event.path, "/contact");
  const viewed = await waitForEvent(stage.service, (one) => one.type === "page_view");
  assert.equal(event.session, viewed.session, "both belong to one visit");
  assert.deepEqual((await stored(context, page)).storage, emptyStorage);
  assert.deepEqual(await findInData(stage.service, ["Ada", "ada@example.com"]), []);
});
