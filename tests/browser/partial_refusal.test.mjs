// What is refused beside something that is granted: it holds across a reload, a wiped storage, an
// outage and the other tab, and what was granted goes on.

import assert from "node:assert/strict";

import { allows, control, cookiesOf, open } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { decided } from "../support/choice.mjs";
import { serveFixture } from "../support/fixture_page.mjs";
import { check } from "../support/pipeline.mjs";

const stage = browserStage();
const { test } = stage;
const purposes = ["analytics", "marketing"];
const tag = (name) =>
  `<script type="text/plain" data-consent="${name}" src="/${name}.js"></script>`;
const files = Object.fromEntries(
  purposes.map((name) => [`/${name}.js`, `(globalThis.ran ??= []).push("${name}");`]),
);
const isConsents = (url) => url.pathname === "/v1/consents";

async function visit() {
  const visitor = await stage.visit();
  await serveFixture(visitor.context, "/page", purposes.map(tag).join(""), files);
  await open(visitor.page, "/page");
  return visitor;
}

// Grants these purposes in the preferences, as the visitor does, and nothing else.
async function choose(page, granted) {
  await page.evaluate(() => window.consent.open());
  await control(page, "save").waitFor();
  for (const name of purposes) {
    const box = page.locator(`dialphone-consent [data-purpose="${name}"]`);
    await box.setChecked(granted.includes(name));
  }
  await control(page, "save").click();
}

async function assertHolds(page, granted) {
  for (const name of purposes) assert.equal(await allows(page, name), granted.includes(name), name);
}

async function assertRuns(page, granted) {
  const all = (names) => (globalThis.ran ?? []).sort().join() === names;
  await page.waitForFunction(all, granted.join());
  await assertHolds(page, granted);
}

for (const granted of purposes) {
  test(`${granted} alone: the other never runs, also reloaded and without storage`, async () => {
    const { page } = await visit();
    await choose(page, [granted]);
    await decided(page);
    await assertRuns(page, [granted]);
    await page.reload();
    await assertRuns(page, [granted]);
    await page.evaluate(() => (localStorage.clear(), sessionStorage.clear()));
    await page.reload();
    await assertRuns(page, [granted]);
    const { subject } = await page.evaluate(() => window.consent.state());
    for (const purpose of purposes) {
      const { reason } = await check(stage.service, { subject, purpose });
      assert.equal(reason, purpose === granted ? "granted" : "refused", purpose);
    }
  });
}

// Both purposes granted, and running in two tabs.
async function visitInTwoTabs() {
  const visitor = await visit();
  await choose(visitor.page, purposes);
  await decided(visitor.page);
  const other = await visitor.context.newPage();
  await open(other, "/page");
  await assertRuns(other, purposes);
  return { ...visitor, other };
}

test("one taken back: the other tab hears it and keeps the rest, as later pages do", async () => {
  const { page, other } = await visitInTwoTabs();
  await choose(page, ["analytics"]);
  await other.waitForFunction(() => !window.consent.allows("marketing"));
  await decided(page);
  await decided(other);
  for (const one of [page, other]) await assertHolds(one, ["analytics"]);
  await other.reload();
  await assertRuns(other, ["analytics"]);
});

test("one taken back while nothing arrives, the storage wiped: nothing runs any more", async () => {
  const { context, page, other } = await visitInTwoTabs();

  const outage = (route) => route.abort("internetdisconnected");
  await context.route(isConsents, outage);
  await choose(page, ["analytics"]);
  await other.waitForFunction(() => !window.consent.allows("marketing"));
  assert.equal(await allows(page, "marketing"), false);
  await page.waitForFunction(() => document.cookie.includes("dp_consent_outbox="));
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.evaluate(() => window.consent.ready);
  // What was granted beside it was in the storage: without that nothing is.
  await assertHolds(page, []);
  assert.deepEqual(await page.evaluate(() => globalThis.ran ?? []), []);

  await context.unroute(isConsents, outage);
  await page.reload();
  await decided(page);
  await assertHolds(page, []);
  await other.reload();
  await other.evaluate(() => window.consent.ready);
  await assertHolds(other, []);
  assert.ok(!("dp_consent_outbox" in (await cookiesOf(context))));
});

test("one taken back while nothing arrives: it holds, and arrives with the next page", async () => {
  const { context, page } = await visit();
  await choose(page, purposes);
  await decided(page);
  const { subject } = await page.evaluate(() => window.consent.state());
  const outage = (route) => route.abort("internetdisconnected");
  await context.route(isConsents, outage);
  await choose(page, ["analytics"]);
  await page.waitForFunction(() => document.cookie.includes("dp_consent_outbox="));
  assert.equal(await allows(page, "marketing"), false);
  await context.unroute(isConsents, outage);
  await page.reload();
  await decided(page);
  await assertRuns(page, ["analytics"]);
  assert.equal((await check(stage.service, { subject, purpose: "marketing" })).allowed, false);
  assert.equal((await check(stage.service, { subject, purpose: "analytics" })).reason, "granted");
});
