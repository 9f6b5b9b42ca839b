// Two stories: a visitor from Germany, and one whose region is unknown. Both are asked before
// anything runs.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { allows, control, emptyStorage, open, picture, places } from "../support/browser.mjs";
import { stored, violations, waitForCookies, wholeChromium } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { choose } from "../support/choice.mjs";
import { check, eventsOf, findInData, waitForEvent } from "../support/pipeline.mjs";

const stage = browserStage({}, wholeChromium);
const { test, visit } = stage;
const optionalCookies = ["_dpa", "_dpa_session", "_dpm"];

// What the page and its banner are made of; everything else is a request that needs a choice.
const ownFile = /^\/(?:$|[a-z]+\.(?:css|svg)$|v1\/[\w.-]+\.(?:m?js|wasm|css)$)/;

function assertNothingOptional(requests) {
  for (const request of requests) {
    const { origin, pathname } = new URL(request.url());
    assert.equal(origin, stage.service.url, request.url());
    assert.equal(request.method(), "GET", request.url());
    assert.ok(ownFile.test(pathname) || pathname === "/v1/notice", request.url());
    assert.ok(!request.headers().cookie, request.url());
  }
  const notices = requests.filter((request) => request.url().includes("/v1/notice"));
  assert.equal(notices.length, 1);
}

// The service's answer to the choice, read.
async function read(answered) {
  const answer = await answered;
  return { answer, body: await answer.json(), headers: await answer.allHeaders() };
}

async function assertBannerBeforeAnything({ context, page, requests, complaints }) {
  for (const action of ["accept_all", "reject_all", "settings"]) {
    await control(page, action).waitFor();
  }
  await page.waitForLoadState("networkidle");
  assertNothingOptional(requests);
  const { cookies, storage } = await stored(context, page);
  assert.deepEqual(cookies, {});
  assert.deepEqual(storage, emptyStorage);
  assert.equal(await allows(page, "essential"), true);
  assert.equal(await allows(page, "analytics"), false);
  assert.equal(await allows(page, "marketing"), false);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
}

for (const { from, country, regime } of [
  { from: "germany", country: "DE", regime: "eu_gdpr" },
  { from: "unknown", country: null, regime: "unknown" },
]) {
  test(`${from}: nothing happens before the choice; an accept is recorded`, async () => {
    const visitor = await visit({ from });
    const { context, page, requests, complaints } = visitor;
    await open(page);
    await assertBannerBeforeAnything(visitor);
    await picture(page, `banner-${from}`);

    const { answer, body, headers } = await read(choose(page, "accept_all"));
    assert.equal(answer.status(), 201);
    assert.equal(answer.request().postDataJSON().page, "/");
    assert.match(headers["set-cookie"], /^dp_consent=1\.[\w.-]+; Path=\/; .*Max-Age=15724800/);
    assert.equal(body.record.regime, regime);
    assert.deepEqual(body.record.region, { country, subdivision: null });
    assert.equal(body.record.action, "accept_all");
    assert.equal(body.record.layer, "banner");
    assert.match(body.record.subject, /^[\w-]{22}$/);

    await page.waitForFunction(() => document.cookie.includes("_dpa_session="));
    await control(page, "accept_all").waitFor({ state: "detached" });
    await page.waitForFunction(() => localStorage.length === 0);
    const cookies = await waitForCookies(page, [...optionalCookies, "dp_consent"]);
    const { storage } = await stored(context, page);
    assert.deepEqual(storage, emptyStorage, "only what the notice names");
    assert.equal(cookies.dp_consent.value, body.token);
    assert.ok(requests.some((request) => request.url().endsWith("/analytics.js")));

    for (const who of [{ subject: body.record.subject }, { token: body.token }]) {
      const verdict = await check(stage.service, who);
      assert.equal(verdict.allowed, true);
      assert.equal(verdict.reason, "granted");
      assert.equal((await check(stage.service, who, "marketing")).reason, "granted");
    }

    await page.goto("/pricing");
    const isTheirs = (one) => one.path === "/" && one.country === country;
    const event = await waitForEvent(stage.service, isTheirs);
    assert.equal(event.type, "page_view");
    assert.equal(event.basis, "consent");
    assert.match(event.visitor, /^[\w-]{22}$/);
    assert.match(event.session, /^[\w-]{22}$/);
    assert.notEqual(event.visitor, body.record.subject);
    assert.notEqual(event.session, cookies._dpa_session.value);

    const address = places[from]["X-Forwarded-For"];
    const userAgent = await page.evaluate(() => navigator.userAgent);
    const packed = Buffer.from(address.split(".").map(Number));
    assert.deepEqual(await findInData(stage.service, [address, userAgent, packed]), []);
    const output = stage.service.output();
    assert.ok(!output.includes(address) && !output.includes(userAgent));
    assert.deepEqual(complaints, []);
  });

  test(`${from}: a refusal leaves no identifier and keeps the banner away`, async () => {
    const visitor = await visit({ from });
    const { context, page, requests, complaints } = visitor;
    await open(page);
    await assertBannerBeforeAnything(visitor);

    const { answer, body } = await read(choose(page, "reject_all"));
    assert.equal(answer.status(), 201);
    assert.equal(body.record.subject, null);
    assert.equal(answer.request().postDataJSON().subject, null);
    await page.waitForFunction(() => localStorage.length === 0);
    const cookies = await waitForCookies(page, ["dp_consent"]);
    assert.deepEqual((await stored(context, page)).storage, emptyStorage);

    const other = await visit({ from });
    await open(other.page);
    const second = await read(choose(other.page, "reject_all"));
    assert.equal(second.body.token, body.token, "every refusing visitor of a day holds the same");
    await other.context.close();

    assert.equal((await check(stage.service, { token: body.token })).reason, "refused");
    const anyId = randomBytes(16).toString("base64url");
    assert.deepEqual(
      await check(stage.service, { subject: anyId }).then((one) => [one.allowed, one.reason]),
      [false, "no_record"],
    );
    const posted = answer.request().postDataJSON();
    assert.deepEqual(await findInData(stage.service, [posted.event, body.record.id]), []);

    requests.length = 0;
    await page.reload();
    await page.evaluate(() => window.consent.ready);
    await page.waitForLoadState("networkidle");
    assert.equal(await control(page, "accept_all").count(), 0);
    assert.equal(await allows(page, "analytics"), false);
    assert.ok(
      requests.every((request) => !/analytics|marketing|events|consents/.test(request.url())),
    );
    await picture(page, `refused-${from}`);
    await page.goto("/subprocessors");
    await page.evaluate(() => window.consent.ready);
    await page.waitForLoadState("networkidle");
    await waitForCookies(page, ["dp_consent"]);
    assert.ok(requests.every((request) => !/analytics|marketing|events/.test(request.url())));
    assert.deepEqual(await eventsOf(stage.service, "/subprocessors"), []);
    assert.deepEqual(complaints, []);
  });

  test(`${from}: a withdrawal acts at once, here and for the pipeline`, async () => {
    const { context, page, complaints } = await visit({ from });
    await open(page);
    const { body } = await read(choose(page, "accept_all"));
    const who = { subject: body.record.subject };
    await page.waitForFunction(() => document.cookie.includes("_dpa_session="));
    assert.equal((await check(stage.service, who)).reason, "granted");

    await page.getByRole("link", { name: "Privacy choices" }).last().click();
    await control(page, "withdraw").waitFor();
    await picture(page, `dialog-withdraw-${from}`);
    const withdrawn = await read(choose(page, "withdraw"));
    assert.ok([200, 201].includes(withdrawn.answer.status()));
    assert.equal((await check(stage.service, who)).reason, "withdrawn");
    assert.equal((await check(stage.service, { token: body.token })).reason, "withdrawn");
    assert.equal(await allows(page, "analytics"), false);

    await page.waitForFunction(() => localStorage.length === 0);
    const cookies = await waitForCookies(page, ["dp_consent"]);
    assert.deepEqual((await stored(context, page)).storage, emptyStorage);
    assert.notEqual(cookies.dp_consent.value, body.token);
    assert.ok(!cookies.dp_consent.value.includes(body.record.subject));
    const left = { token: cookies.dp_consent.value };
    assert.equal((await check(stage.service, left)).reason, "withdrawn");

    await page.reload();
    await page.evaluate(() => window.consent.ready);
    assert.equal(await control(page, "accept_all").count(), 0);
    await waitForCookies(page, ["dp_consent"]);
    assert.deepEqual(complaints, []);
  });
}
