// The banner inside the page: two requests, the page and the notice, under a strict policy that
// lets it run by its hash; and everything else as with banner.js.

import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { control, violations } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { answerToChoice, choose, decided } from "../support/choice.mjs";
import { root } from "../support/consentd.mjs";
import { strictPolicy } from "../support/strict_policy.mjs";

const built = pathToFileURL(join(root, "build/dist/v1/inline.mjs")).href;
const { inlineHash, inlineTag } = await import(built);

const { test, visit } = browserStage();
const paths = (requests) => requests.map((request) => new URL(request.url()).pathname);

// `window.consent` is there a task later than its element.
const ready = (page) => page.waitForFunction(() => window.consent?.ready.then(() => true));

async function openInside(page) {
  await page.goto("/inline");
  await ready(page);
}

async function serve(context, options, csp = strictPolicy(inlineHash)) {
  const tag = inlineTag({ site: "dialphone.com", base: "/v1/", ...options });
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Inline</title>
    <link rel="icon" href="data:,">${tag}</head><body><main><h1>Inline</h1></main></body></html>`;
  const headers = { "content-security-policy": csp };
  const contentType = "text/html; charset=utf-8";
  await context.route("**/inline", (route) => route.fulfill({ body, headers, contentType }));
}

test("a first visit is the page and the notice; who has refused asks for nothing", async () => {
  const { context, page, requests, complaints } = await visit();
  await serve(context);
  await page.goto("/inline");
  await control(page, "reject_all").waitFor();
  await ready(page);
  await page.waitForLoadState("networkidle");
  assert.deepEqual(paths(requests), ["/inline", "/v1/notice"]);

  assert.equal((await choose(page, "reject_all")).status(), 201);
  await decided(page);
  requests.length = 0;
  await page.reload();
  await ready(page);
  await page.waitForLoadState("networkidle");
  assert.equal(paths(requests).includes("/v1/notice"), false);
  assert.equal(await page.evaluate(() => window.consent.allows("analytics")), false);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
});

test("the notice is asked for in a task of its own, before anything else is set up", async () => {
  const { context, page } = await visit();
  await serve(context);
  await page.addInitScript(() => {
    const real = globalThis.fetch;
    globalThis.asked = [];
    globalThis.fetch = (...what) => {
      globalThis.asked.push([String(what[0]), typeof window.consent]);
      return real(...what);
    };
  });
  await page.goto("/inline");
  await control(page, "reject_all").waitFor();
  const asked = await page.evaluate(() => globalThis.asked);
  assert.deepEqual(asked, [["/v1/notice?site=dialphone.com", "undefined"]]);
});

test("where cookies throw, the question is asked all the same", async () => {
  const { context, page, complaints } = await visit();
  await serve(context);
  await page.addInitScript(() => {
    const get = () => {
      throw new DOMException("denied", "SecurityError");
    };
    Object.defineProperty(Document.prototype, "cookie", { get, set: get });
  });
  await page.goto("/inline");
  assert.equal((await choose(page, "reject_all")).status(), 201);
  assert.deepEqual(complaints, []);
});

test("the files of later come from where the service is, and a grant arrives", async () => {
  const { context, page, complaints } = await visit();
  await serve(context, { layout: "bar", language: "de" });
  await openInside(page);
  await control(page, "settings").click();
  await control(page, "save").waitFor();
  const told = answerToChoice(page);
  await control(page, "accept_all").last().click();
  assert.equal((await told).status(), 201);
  await page.waitForFunction(() => window.consent.allows("analytics"));
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
});

test("a typo in an attribute is named, and nothing runs", async () => {
  const { context, page, complaints } = await visit();
  await serve(context, { langauge: "de" });
  await openInside(page);
  const said = complaints.find((text) => text.includes("langauge"));
  assert.match(said, /did you mean data-language/);
  assert.equal(await page.evaluate(() => window.consent.allows("analytics")), false);
});

test("without its hash in the policy it does not run, and the page does", async () => {
  const { context, page, requests } = await visit();
  await serve(context, {}, strictPolicy());
  await page.goto("/inline");
  assert.equal(await page.getByRole("heading", { name: "Inline" }).count(), 1);
  assert.equal(await page.evaluate(() => window.consent), undefined);
  assert.deepEqual(paths(requests), ["/inline"]);
});
