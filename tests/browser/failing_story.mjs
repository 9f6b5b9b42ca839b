// Tests that fail and hang on purpose: browser_stage.test.mjs holds what is said of them.

import { control, open } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";

const { test, visit } = browserStage();

test("a button that never comes", async () => {
  const { page } = await visit();
  await open(page, "/pricing");
  await page.evaluate(() => console.warn("a word of the page"));
  await control(page, "no_such_action").click({ timeout: 100 });
});

test("a request that nobody answers", { timeout: 2_000 }, async () => {
  const { context, page } = await visit();
  await context.route("**/v1/notice*", () => new Promise(() => {}));
  await page.goto("/");
  await new Promise(() => {});
});

test("the next one has a stage of its own", async () => {
  const { page, requests } = await visit();
  await open(page, "/pricing");
  if (requests.length === 0) throw new Error("nothing was requested");
});
