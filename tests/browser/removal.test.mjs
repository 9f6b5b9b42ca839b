// What a purpose has left is gone after a withdrawal: cookies however they were set, storage keys,
// and what still waited to be sent.

import assert from "node:assert/strict";

import { allows, control, cookiesOf, open, waitForCookies } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { decided } from "../support/choice.mjs";
import { serveFixture } from "../support/fixture_page.mjs";

const stage = browserStage();
const { test, visit } = stage;
// A host with a parent domain that leads here, and a page deep inside the site.
async function deepPage() {
  const url = stage.service.url.replace("127.0.0.1", "www.shop.localhost");
  const visitor = await visit({ url });
  await serveFixture(visitor.context, "/a/deep/page", "");
  await visitor.page.goto("/a/deep/page");
  return visitor;
}

const removeLeft = (page, named) =>
  page.evaluate(async (list) => {
    const { removeLeft: remove } = await import("/v1/removal.js");
    remove(list);
  }, named);

const setAs = {
  "on the host": "Path=/",
  "on the page's path": "Path=/a/deep/page",
  "on a path above": "Path=/a",
  "on a path above, with a slash": "Path=/a/deep/",
  "by default": "",
  "on the host's own domain": "Domain=www.shop.localhost; Path=/",
  "on the parent domain": "Domain=shop.localhost; Path=/",
  "on the parent domain, deep": "Domain=.shop.localhost; Path=/a/deep",
  securely: "Secure; SameSite=None; Path=/",
  strictly: "SameSite=Strict; Path=/",
  partitioned: "Secure; SameSite=None; Partitioned; Path=/",
  "partitioned on the parent": "Secure; SameSite=None; Partitioned; Domain=shop.localhost; Path=/",
};

test("cookies go however they were set, also several of one name and families", async () => {
  const { context, page, complaints } = await deepPage();
  for (const [how, attributes] of Object.entries(setAs)) {
    await page.evaluate((text) => (document.cookie = text), `_x=1; Max-Age=999; ${attributes}`);
    assert.deepEqual(Object.keys(await cookiesOf(context)), ["_x"], `set ${how}`);
    await removeLeft(page, [{ name: "_x" }]);
    assert.deepEqual(await cookiesOf(context), {}, `removed ${how}`);
  }
  await page.evaluate(
    (all) => all.forEach((attributes) => (document.cookie = `_x=1; ${attributes}`)),
    Object.values(setAs),
  );
  await page.evaluate(() => {
    for (const name of ["_x_1", "_x_22", "_y", "_xx"]) document.cookie = `${name}=1`;
  });
  await removeLeft(page, [{ name: "_x" }, { name: "_x_*" }]);
  await waitForCookies(page, ["_xx", "_y"]);
  assert.deepEqual(complaints, []);
});

const prefixed = {
  "__Secure-x": ["", "; Domain=www.shop.localhost", "; Domain=shop.localhost; Partitioned"],
  "__Host-x": ["", "; Partitioned"],
};

test("cookies whose prefix asks for exact attributes go, too", async () => {
  const { context, page, complaints } = await deepPage();
  for (const [name, variants] of Object.entries(prefixed)) {
    for (const more of variants) {
      const text = `${name}=1; Max-Age=999; Path=/; Secure; SameSite=None${more}`;
      await page.evaluate((cookie) => (document.cookie = cookie), text);
      assert.deepEqual(Object.keys(await cookiesOf(context)), [name], text);
      await removeLeft(page, [{ name }]);
      assert.deepEqual(await cookiesOf(context), {}, text);
    }
  }
  assert.deepEqual(complaints, []);
});

test("a cookie of a path that the page cannot see goes by the path that is named", async () => {
  const { context, page, complaints } = await deepPage();
  for (const more of ["", "; Domain=shop.localhost", "; Secure; SameSite=None; Partitioned"]) {
    await page.evaluate((cookie) => (document.cookie = cookie), `_shop=1; Path=/shop${more}`);
    assert.deepEqual(Object.keys(await cookiesOf(context)), ["_shop"], more);
    assert.equal(await page.evaluate(() => document.cookie), "");
    await removeLeft(page, [{ name: "_shop", path: "/shop" }]);
    assert.deepEqual(await cookiesOf(context), {}, more);
  }
  assert.deepEqual(complaints, []);
});

test("a cookie that stays is named in the console, once", async () => {
  const { page, complaints } = await deepPage();
  await page.evaluate(() => {
    // As a cookie would be whose path the page cannot know.
    Object.defineProperty(document, "cookie", { get: () => "_stuck=1", set() {} });
  });
  await removeLeft(page, [{ name: "_stuck" }]);
  await removeLeft(page, [{ name: "_stuck" }]);
  assert.equal(complaints.length, 1);
  assert.match(complaints[0], /"_stuck" could not be removed.*path.*domain/);
});

test("storage keys go, and only those that are named", async () => {
  const { page } = await deepPage();
  const left = await page.evaluate(async () => {
    for (const store of [localStorage, sessionStorage]) {
      for (const key of ["tag", "tag.a", "tag.b", "cart"]) store.setItem(key, "1");
    }
    const { removeLeft: remove } = await import("/v1/removal.js");
    remove([
      { name: "tag.*", kind: "local_storage" },
      { name: "tag", kind: "session_storage" },
    ]);
    return [Object.keys(localStorage).sort(), Object.keys(sessionStorage).sort()];
  });
  assert.deepEqual(left, [
    ["cart", "tag"],
    ["cart", "tag.a", "tag.b"],
  ]);
});

const consents = (url) => url.pathname === "/v1/consents";

test("withdrawn where the service was asked nothing: what was left goes all the same", async () => {
  const { page, requests, complaints } = await visit();
  await open(page);
  await control(page, "accept_all").click();
  await decided(page);
  await page.waitForFunction(() => document.cookie.includes("_dpm="));
  requests.length = 0;
  await open(page, "/pricing");
  await page.waitForFunction(() => document.cookie.includes("_dpa_session="));
  const notices = () => requests.filter((one) => one.url().includes("/v1/notice")).length;
  assert.equal(notices(), 0);
  await page.evaluate(() => window.consent.withdraw());
  assert.equal(await allows(page, "analytics"), false);
  await waitForCookies(page, ["dp_consent"]);
  assert.equal(notices(), 1);
  assert.deepEqual(complaints, []);
});

test("events that waited for the grant to arrive are dropped with it", async () => {
  const { context, page, requests } = await visit();
  await serveFixture(context, "/waiting", "");
  await open(page, "/waiting");
  let pass;
  const held = new Promise((resolve) => (pass = resolve));
  await context.route(consents, async (route) => {
    await held;
    await route.continue();
  });
  await control(page, "accept_all").click();
  await page.waitForFunction(() => window.consent.allows("analytics"));
  const track = (name) =>
    page.evaluate((one) => window.consent.track({ type: "custom", name: one }), name);
  assert.equal(await track("dropped"), true);
  await page.waitForFunction(() => sessionStorage.getItem("dp_session"));
  await page.evaluate(() => window.consent.withdraw());
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  assert.equal(await track("refused"), false);
  pass();
  await decided(page);
  // The next ones are sent: what had waited would have come along or before.
  await page.evaluate(() => window.consent.accept());
  await decided(page);
  const posted = page.waitForRequest((request) => request.url().endsWith("/v1/events"));
  assert.equal(await track("sent"), true);
  await posted;
  const sent = requests.filter((request) => request.url().endsWith("/v1/events"));
  const names = sent.flatMap((one) => one.postDataJSON().events.map(({ name }) => name));
  assert.deepEqual(names, ["sent"]);
});

test("the service takes no event for want of consent: the page stops, and only then", async () => {
  const { context, page } = await visit();
  await serveFixture(context, "/ended", "");
  await open(page, "/ended");
  await control(page, "accept_all").click();
  await decided(page);
  for (const [dropped, left] of [
    [{}, true],
    [{ late: 1, invalid_event: 2 }, true],
    [{ late: 1, withdrawn: 1 }, false],
  ]) {
    await context.route("**/v1/events", (route) => route.fulfill({ json: { dropped } }));
    const answered = page.waitForResponse("**/v1/events");
    assert.equal(await page.evaluate(() => window.consent.track("page_view")), true);
    await (await answered).finished();
    if (!left) await page.waitForFunction(() => !window.consent.allows("analytics"));
    assert.equal(await allows(page, "analytics"), left);
    await context.unroute("**/v1/events");
  }
});
