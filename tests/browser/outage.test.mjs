// The service cannot be reached or cannot store: the stricter state holds, and a choice arrives
// later exactly once.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { allows, control, cookiesOf, open, waitForCookies } from "../support/browser.mjs";
import { places, wholeChromium } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { choose, decided } from "../support/choice.mjs";
import { check } from "../support/pipeline.mjs";
import { temporaryDirectory } from "../support/temporary_directory.mjs";

const stage = browserStage();
const { test, visit } = stage;

const outages = {
  "no network": (route) => route.abort("internetdisconnected"),
  503: (route) => route.fulfill({ status: 503, headers: { "retry-after": "1" } }),
  "the words of a proxy": (route) =>
    route.fulfill({ status: 403, contentType: "text/html", body: "<p>Are you a robot?" }),
};

const isConsents = (url) => url.pathname === "/v1/consents";

async function chooseDuring(outage, context, page, action) {
  await context.route(isConsents, outage);
  const posted = page.waitForRequest((request) => isConsents(new URL(request.url())));
  await control(page, action).click();
  return (await posted).postDataJSON();
}

// Ends the outage. Resolves to the service's answer to the choice, whichever page has sent it: what
// was told to a page that is left meanwhile cannot be read there any more.
async function reachable(context, outage) {
  let told;
  const answered = new Promise((resolve) => (told = resolve));
  const pass = async (route) => {
    const response = await route.fetch();
    told({ posted: route.request().postDataJSON(), ...(await response.json()) });
    // The page that has sent it may be gone.
    await route.fulfill({ response }).catch(() => {});
  };
  await context.route(isConsents, pass, { times: 1 });
  await context.unroute(isConsents, outage);
  return { answered };
}

for (const [name, outage] of Object.entries(outages)) {
  test(`${name}: a refusal holds at once and is delivered with the next page`, async () => {
    const { context, page, requests } = await visit();
    await open(page);
    await chooseDuring(outage, context, page, "reject_all");
    assert.equal(await allows(page, "analytics"), false);
    await control(page, "accept_all").waitFor({ state: "detached" });
    await page.goto("/privacy");
    await page.evaluate(() => window.consent.ready);
    assert.equal(await control(page, "accept_all").count(), 0, "the refusal is remembered");

    const { answered } = await reachable(context, outage);
    await page.goto("/pricing");
    const { record, token } = await answered;
    assert.deepEqual(record.choices, { analytics: "denied", marketing: "denied" });
    assert.equal((await check(stage.service, { token })).reason, "refused");
    await page.waitForFunction(() => document.cookie.includes("dp_consent="));
    await page.waitForFunction(() => localStorage.length === 0);
    assert.ok(requests.every((request) => !/analytics\.js|marketing\.js/.test(request.url())));
  });

  test(`${name}: an accept counts only once the service has it, under the same event`, async () => {
    const { context, page, requests } = await visit();
    await open(page);
    const first = await chooseDuring(outage, context, page, "accept_all");
    await page.waitForFunction(() => !window.consent.allows("analytics"));
    await page.waitForFunction(() => !/\b_dp/.test(document.cookie));
    assert.ok(requests.every((request) => !request.url().endsWith("/v1/events")));

    const { answered } = await reachable(context, outage);
    await page.goto("/pricing");
    const { record, posted } = await answered;
    assert.equal(posted.event, first.event);
    assert.equal((await check(stage.service, { subject: record.subject })).reason, "granted");
    await page.waitForFunction(() => document.cookie.includes("_dpa_session="));
  });
}

for (const [name, outage] of Object.entries(outages)) {
  test(`${name}: a withdrawal acts here at once and reaches the service later`, async () => {
    const { context, page } = await visit();
    await open(page);
    const { record } = await (await choose(page, "accept_all")).json();
    const { subject } = record;
    await page.waitForFunction(() => document.cookie.includes("_dpa_session="));

    await page.getByRole("link", { name: "Privacy choices" }).last().click();
    await chooseDuring(outage, context, page, "withdraw");
    assert.equal(await allows(page, "analytics"), false);
    await waitForCookies(page, ["dp_consent", "dp_consent_outbox"]);
    assert.equal((await check(stage.service, { subject })).reason, "granted");

    await page.goto("/privacy");
    await page.evaluate(() => window.consent.ready);
    assert.equal(await allows(page, "analytics"), false, "undelivered, and still a no");

    const { answered } = await reachable(context, outage);
    await page.goto("/pricing");
    await answered;
    assert.equal((await check(stage.service, { subject })).reason, "withdrawn");
  });
}

test("no notice: the page works and nothing optional runs", async () => {
  const { context, page, requests } = await visit();
  await context.route("**/v1/notice*", (route) => route.abort());
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  assert.equal(await allows(page, "analytics"), false);
  assert.deepEqual(await cookiesOf(context), {});
  assert.ok(requests.every((request) => !/analytics\.js|marketing\.js|events/.test(request.url())));
});

test("storage that throws: the choice is still sent and kept in the cookie", async () => {
  const { context, page } = await visit();
  await context.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(globalThis, name, {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      });
    }
  });
  await open(page);
  assert.equal((await choose(page, "accept_all")).status(), 201);
  await page.waitForFunction(() => document.cookie.includes("_dpa_session="));
  await page.reload();
  await page.evaluate(() => window.consent.ready);
  assert.equal(await allows(page, "analytics"), true);
});

test("neither cookies nor storage: a refusal in one tab ends the grant of another", async () => {
  const { context, page } = await visit();
  await context.addInitScript(() => {
    Object.defineProperty(Document.prototype, "cookie", { get: () => "", set: () => {} });
    Object.defineProperty(globalThis, "localStorage", {
      get() {
        throw new DOMException("denied", "SecurityError");
      },
    });
  });
  await open(page);
  await choose(page, "accept_all");
  await decided(page);
  assert.equal(await allows(page, "analytics"), true);
  const other = await context.newPage();
  await open(other);
  await control(other, "reject_all").click();
  await page.waitForFunction(() => !window.consent.allows("analytics"));
});

test("a browser that blocks cookies: a withdrawal is tried until it has arrived", async (t) => {
  const profile = temporaryDirectory("profile");
  mkdirSync(join(profile, "Default"));
  const blocked = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(join(profile, "Default/Preferences"), JSON.stringify(blocked));
  const context = await chromium.launchPersistentContext(profile, {
    ...wholeChromium,
    ...{ headless: true, args: ["--no-sandbox", "--disable-gpu"], baseURL: stage.service.url },
    extraHTTPHeaders: places.germany,
  });
  t.after(() => context.close());
  const failures = [];
  context.on("weberror", (failure) => failures.push(String(failure.error())));
  const page = await context.newPage();
  await open(page);
  const lock = page.evaluate(() => navigator.locks.request("any", () => "held"));
  assert.match(await lock.catch(String), /SecurityError/, "it blocks locks, too");
  const { record } = await (await choose(page, "accept_all")).json();
  await decided(page);
  let times = 0;
  const outage = (route) => (++times < 3 ? outages[503](route) : route.continue());
  await context.route(isConsents, outage);
  await page.evaluate(() => window.consent.withdraw());
  await decided(page);
  assert.equal(times, 3);
  assert.equal((await check(stage.service, { subject: record.subject })).reason, "withdrawn");
  assert.deepEqual(failures, []);
});
