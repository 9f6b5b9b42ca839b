// The story of a visitor from California who sends DNT, on a site that honours it and on one that
// does not.

import assert from "node:assert/strict";

import { allows, control, noticeFor, open, waitForCookies } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { answerToChoice } from "../support/choice.mjs";
import { check, events } from "../support/pipeline.mjs";
import { siteFile } from "../support/site_file.mjs";

const site = siteFile((text) => text.replace("{", '{\n  "honour_dnt": true,'));
const honouring = browserStage({ options: ["--site", site] });
const deaf = browserStage();
const { test } = honouring;

// The property alone: what a browser says to the page has to be enough.
async function visit(stage, value, options = {}) {
  const visitor = await stage.visit({ from: "california", ...options });
  await visitor.context.addInitScript((dnt) => {
    Object.defineProperty(Navigator.prototype, "doNotTrack", { get: () => dnt });
  }, value);
  return visitor;
}

test("where DNT is honoured: analytics off, the page says so, the pipeline hears it", async () => {
  const { context, page, requests, complaints } = await visit(honouring, "1");
  const answered = answerToChoice(page);
  const noticed = noticeFor(page);
  await open(page);
  const notice = await noticed;
  assert.deepEqual(notice.signals, { gpc: false, dnt: false });
  await page.locator("dialphone-consent").getByText(notice.text.gpc_honoured).first().waitFor();

  const { record, token } = await (await answered).json();
  assert.equal(record.action, "gpc");
  assert.equal(record.subject, null);
  assert.deepEqual(record.signals, { gpc: true });
  const verdict = await check(honouring.service, { token });
  assert.deepEqual([verdict.allowed, verdict.reason], [false, "gpc"]);

  await page.waitForLoadState("networkidle");
  assert.equal(await allows(page, "analytics"), false);
  assert.equal(await allows(page, "marketing"), false);
  await waitForCookies(page, ["dp_consent"]);
  assert.ok(requests.every((request) => !/analytics\.js|marketing\.js|events/.test(request.url())));
  assert.equal((await events(honouring.service)).length, 0);
  assert.deepEqual(complaints, []);

  const kept = await context.storageState();
  await context.close();
  const later = await visit(honouring, null, { storageState: kept });
  await open(later.page);
  await later.page.waitForLoadState("networkidle");
  assert.equal(await allows(later.page, "analytics"), false, "its absence switches nothing on");
});

test("DNT: 0 is neither an opt-out nor consent", async () => {
  const { context, page } = await visit(honouring, "0");
  await open(page);
  await control(page, "opt_out").waitFor();
  await page.waitForFunction(() => window.consent.allows("analytics"));
  assert.equal(await allows(page, "marketing"), false);
  await context.close();

  const german = await visit(honouring, "0", { from: "germany" });
  await open(german.page);
  await control(german.page, "accept_all").waitFor();
  assert.equal(await allows(german.page, "analytics"), false);
});

deaf.test("a site that does not honour DNT does not say it did", async () => {
  const { page } = await visit(deaf, "1");
  await open(page);
  await control(page, "opt_out").waitFor();
  await page.waitForFunction(() => window.consent.allows("analytics"));
});

test("what only looks like a signal is none: another type, another word", async () => {
  for (const [gpc, dnt] of [
    ["1", "yes"],
    [1, "unspecified"],
    ["true", 1],
  ]) {
    const { context, page } = await visit(honouring, dnt);
    await context.addInitScript((value) => {
      Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => value });
    }, gpc);
    await open(page);
    await control(page, "opt_out").waitFor();
    await page.waitForFunction(() => window.consent.allows("analytics"));
    const { gpc: heardGpc, dnt: heardDnt } = await page.evaluate(() => window.consent.state());
    assert.deepEqual([heardGpc, heardDnt], [false, false]);
    await context.close();
  }
});
