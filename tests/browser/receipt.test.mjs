// The page that checks a receipt: the visitor's own one, one that somebody changed, and a foreign
// key.

import assert from "node:assert/strict";

import { axeViolations } from "../support/axe.mjs";
import { open, picture } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { choose } from "../support/choice.mjs";

const stage = browserStage();
const { test, visit } = stage;
async function acceptedVisitor() {
  const visitor = await visit();
  await open(visitor.page, "/receipt");
  assert.equal((await choose(visitor.page, "accept_all")).status(), 201);
  return visitor;
}

const box = (page) => page.getByRole("textbox", { name: "The receipt" });
const check = (page) => page.getByRole("button", { name: "Check" }).click();
const outcome = (page, title) => page.getByRole("heading", { name: title }).waitFor();

async function fetchOwn(page) {
  await page.getByRole("button", { name: "Get my own receipt" }).click();
  await page.waitForFunction(() => document.getElementById("receipt").value.startsWith("{"));
}

test("a visitor's own receipt holds, checked in the page alone", async () => {
  const { context, page, requests } = await acceptedVisitor();
  await fetchOwn(page);
  const { record } = JSON.parse(await box(page).inputValue());
  // Nobody else can be asked, and nobody is.
  const plans = "/v1/proof.wasm";
  await context.route(
    (url) => url.pathname !== plans,
    (route) => route.abort(),
  );
  const from = requests.length;
  await check(page);
  await outcome(page, "The receipt holds");
  const text = await page.locator("#outcome").innerText();
  assert.match(text, /analytics granted, marketing granted/);
  assert.equal(await page.locator("#outcome-proven li").count(), 4);
  const later = requests.slice(from);
  assert.equal(later.filter((one) => new URL(one.url()).pathname === plans).length, 1);
  const told = later.filter((one) => (one.url() + one.postData()).includes(record.id));
  assert.deepEqual(told.map((one) => one.url()), []);
  assert.deepEqual(await axeViolations(page), []);
  await picture(page, "receipt", { fullPage: true });
});

test("a receipt that was changed does not hold, wherever it was changed", async () => {
  const { page } = await acceptedVisitor();
  await fetchOwn(page);
  const own = await box(page).inputValue();
  const changes = [
    (receipt) => (receipt.record.choices.marketing = "denied"),
    (receipt) => (receipt.notice.canonical_json += " "),
    (receipt) => (receipt.leaf.index += 1),
    (receipt) => (receipt.opening.nonce = `${"A".repeat(43)}=`),
    (receipt) => (receipt.checkpoint = receipt.checkpoint.replace(/\n\d+\n/, "\n999\n")),
  ];
  for (const change of changes) {
    const receipt = JSON.parse(own);
    change(receipt);
    await box(page).fill(JSON.stringify(receipt));
    await check(page);
    await outcome(page, "The receipt does not hold");
    await box(page).fill(own);
    await check(page);
    await outcome(page, "The receipt holds");
  }
});

test("a receipt does not hold under another log's key", async () => {
  const { page } = await acceptedVisitor();
  await fetchOwn(page);
  const foreign = await (await fetch(`${stage.service.url}/v1/transparency/us/key`)).text();
  await page.getByLabel("The key of the log").fill(foreign.trim());
  await check(page);
  await outcome(page, "The receipt does not hold");
  assert.match(await page.locator("#outcome-text").innerText(), /not signed with this key/);
});

test("who refused is told that there is no receipt", async () => {
  const { page } = await visit();
  await open(page, "/receipt");
  await choose(page, "reject_all");
  await page.getByRole("button", { name: "Get my own receipt" }).click();
  await outcome(page, "There is no receipt for you");
});
