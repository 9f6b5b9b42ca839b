// What a purpose has left is gone after a withdrawal: cookies however they were set, storage keys,
// and what still waited to be sent.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { cookiesOf, launchBrowser, newVisitor, waitForCookies } from "../support/browser.mjs";
import { startConsentd } from "../support/consentd.mjs";
import { serveFixture } from "../support/fixture_page.mjs";

let service;
let browser;

before(async () => {
  service = await startConsentd();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await service?.stop();
});

// A host with a parent domain that leads here, and a page deep inside the site.
async function deepPage() {
  const url = service.url.replace("127.0.0.1", "www.shop.localhost");
  const visitor = await newVisitor(browser, { url, from: "germany" });
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
  await context.close();
});

test("a cookie that stays is named in the console, once", async () => {
  const { context, page, complaints } = await deepPage();
  await page.evaluate(() => {
    // As a cookie would be whose path the page cannot know.
    Object.defineProperty(document, "cookie", { get: () => "_stuck=1", set() {} });
  });
  await removeLeft(page, [{ name: "_stuck" }]);
  await removeLeft(page, [{ name: "_stuck" }]);
  assert.equal(complaints.length, 1);
  assert.match(complaints[0], /"_stuck" could not be removed.*path.*domain/);
  await context.close();
});

test("storage keys go, and only those that are named", async () => {
  const { context, page } = await deepPage();
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
  await context.close();
});
