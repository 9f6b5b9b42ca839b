// One service of a purpose that was allowed can be switched off, and only that one: in the dialog,
// at the gate, in what is told, and with what it has left.

import assert from "node:assert/strict";

import { axeViolations } from "../support/axe.mjs";
import { allows, control, cookiesOf, open, waitForCookies } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { choose, decided } from "../support/choice.mjs";
import { serveFixture } from "../support/fixture_page.mjs";
import { siteFile } from "../support/site_file.mjs";

// With the session's cookie as that of one recipient.
const site = siteFile((text) => {
  const cookie = '{ "name": "_dpa_session",';
  const last = text.lastIndexOf(cookie);
  return `${text.slice(0, last)}${cookie} "service": "liffey",${text.slice(last + cookie.length)}`;
});

const stage = browserStage({ options: ["--site", site] });
const { test } = stage;

const tag = (name, file) =>
  `<script type="text/plain" data-consent="${name}" src="/${file}.js"></script>`;
const body =
  '<script src="/listener.js"></script>' +
  tag("analytics", "whole") +
  tag("analytics:havelbogen", "havelbogen") +
  tag("analytics:liffey", "liffey") +
  '<iframe data-consent="analytics:liffey" data-consent-src="/map.html" title="Map"></iframe>';
const says = (name) => `(globalThis.ran ??= []).push("${name}");`;
const files = {
  "/listener.js": `document.addEventListener("dialphone-consent", ({ detail }) =>
    (globalThis.heard ??= []).push(detail.services.join()));`,
  "/whole.js": `${says("whole")} document.cookie = "_dpa=1; Path=/";`,
  "/havelbogen.js": says("havelbogen"),
  "/liffey.js": `${says("liffey")} document.cookie = "_dpa_session=1; Path=/";`,
  "/map.html": "<title>m</title><p>Map",
};

async function visit() {
  const visitor = await stage.visit();
  await serveFixture(visitor.context, "/services", body, files);
  await open(visitor.page, "/services");
  return visitor;
}

const box = (page, name) => page.locator(`dialphone-consent [data-service="${name}"]`);
const purpose = (page, name) => page.locator(`dialphone-consent [data-purpose="${name}"]`);
const ran = (page) => page.evaluate(() => (globalThis.ran ?? []).sort());
const services = (page) => page.evaluate(() => window.consent.state().services);

// Which single services run is known a moment later than their purpose.
async function assertServices(page, expected) {
  const same = (names) => window.consent.state().services.join() === names;
  await page.waitForFunction(same, expected.join()).catch(() => {});
  assert.deepEqual(await services(page), expected);
}
const frame = (page) => page.frameLocator("iframe").getByText("Map");
const all = ["dialphone", "havelbogen", "liffey", "prairie"].map((id) => `analytics:${id}`);

async function openDialog(page) {
  await page.evaluate(() => window.consent.open());
  await control(page, "save").waitFor();
  const has = page.locator('[data-purpose="analytics"]');
  const section = page.locator("dialphone-consent section", { has });
  await section.locator("summary").click();
  await box(page, "analytics:liffey").waitFor();
}

async function save(page) {
  const posted = (await choose(page, "save")).request().postDataJSON();
  await decided(page);
  return posted;
}

test("each recipient has a switch with its name, off at first, without fault for axe", async () => {
  const { page } = await visit();
  await openDialog(page);
  const boxes = page.locator("dialphone-consent [data-service]");
  assert.equal(await boxes.count(), 4, "of the purpose that has several; never of essential");
  for (let i = 0; i < 4; ++i) assert.equal(await boxes.nth(i).isChecked(), false);
  const named = page.getByRole("switch", { name: "Liffey Compute: Liffey Compute Ltd (IE)" });
  assert.equal(await named.count(), 1);
  assert.deepEqual(await axeViolations(page, "dialphone-consent"), []);

  await purpose(page, "analytics").check();
  for (const name of all) assert.equal(await box(page, name).isChecked(), true, name);
  for (const name of all) await box(page, name).uncheck();
  assert.equal(await purpose(page, "analytics").isChecked(), false, "with the last one");
  await box(page, "analytics:havelbogen").check();
  assert.equal(await purpose(page, "analytics").isChecked(), true);
  assert.deepEqual((await save(page)).choices, { analytics: "granted", marketing: "denied" });
  await assertServices(page, ["analytics:havelbogen"]);
});

test("one switched off: the others run, here and on the next page, nothing is sent", async () => {
  const { context, page, requests, complaints } = await visit();
  await openDialog(page);
  await purpose(page, "analytics").check();
  await box(page, "analytics:liffey").uncheck();
  await save(page);
  await page.waitForFunction(() => globalThis.ran?.length === 2);
  assert.deepEqual(await ran(page), ["havelbogen", "whole"]);
  requests.length = 0;
  await page.reload();
  await page.waitForFunction(() => globalThis.ran?.length === 2);
  await page.waitForLoadState("networkidle");
  assert.deepEqual(await ran(page), ["havelbogen", "whole"]);
  assert.equal(await allows(page, "analytics:liffey"), false);
  assert.equal(await page.locator("iframe").getAttribute("src"), null);
  // The notice gives the held frame its words; services.test.mjs in tests/wasm counts it else.
  const sent = requests.filter((one) => one.method() !== "GET").map((one) => one.url());
  assert.deepEqual(sent, []);
  await openDialog(page);
  assert.equal(await box(page, "analytics:havelbogen").isChecked(), true);
  assert.equal(await box(page, "analytics:liffey").isChecked(), false);
  const { value } = (await cookiesOf(context)).dp_consent_services;
  assert.match(value, /^save(\.analytics:(dialphone|havelbogen|prairie)){3}$/);
  assert.deepEqual(complaints, []);
});

test("one withdrawn later: its frame and cookie go, its tag is told, the rest stays", async () => {
  const { context, page } = await visit();
  await control(page, "accept_all").click();
  await page.waitForFunction(() => globalThis.ran?.length === 3);
  await frame(page).waitFor();
  await assertServices(page, [...all, "marketing:dialphone"]);
  await openDialog(page);
  for (const name of all) assert.equal(await box(page, name).isChecked(), true, name);
  await box(page, "analytics:liffey").uncheck();
  await save(page);
  await page.waitForFunction(() => !document.cookie.includes("_dpa_session="));
  assert.ok("_dpa" in (await cookiesOf(context)));
  assert.equal(await frame(page).count(), 0);
  const heard = await page.evaluate(() => globalThis.heard.at(-1).split(","));
  const rest = [...all, "marketing:dialphone"].filter((one) => !one.endsWith("liffey"));
  assert.deepEqual(heard.sort(), rest);
  assert.equal(await allows(page, "analytics"), true);
});

test("a frame that is held back allows its own service and no other", async () => {
  const { page } = await visit();
  await openDialog(page);
  await box(page, "analytics:havelbogen").check();
  await save(page);
  const allow = page.locator('dialphone-consent-frame [data-action="allow"]');
  await allow.click();
  await frame(page).waitFor();
  await assertServices(page, ["analytics:havelbogen", "analytics:liffey"]);
});

test("another tab of the site hears of it", async () => {
  const { context, page } = await visit();
  await control(page, "accept_all").click();
  await decided(page);
  const other = await context.newPage();
  await open(other, "/services");
  await other.waitForFunction(() => globalThis.ran?.length === 3);
  await openDialog(page);
  await box(page, "analytics:liffey").uncheck();
  await save(page);
  await other.waitForFunction(() => !window.consent.allows("analytics:liffey"));
  assert.equal(await allows(other, "analytics:havelbogen"), true);
  await frame(other).waitFor({ state: "detached" });
});

test("all refused or withdrawn: no service runs, and nothing is kept of them", async () => {
  const { page } = await visit();
  await openDialog(page);
  await box(page, "analytics:havelbogen").check();
  await save(page);
  await page.evaluate(() => window.consent.withdraw());
  assert.deepEqual(await services(page), []);
  await decided(page);
  await waitForCookies(page, ["dp_consent"]);
});
