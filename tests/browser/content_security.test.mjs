// The strict policy of the demo site, and the same behaviour where WebAssembly is forbidden.

import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { allows, control, cookiesOf, emptyStorage, open, stored } from "../support/browser.mjs";
import { violations, waitForCookies } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { answerToChoice, choose, decided } from "../support/choice.mjs";
import { root } from "../support/consentd.mjs";
import { changePages } from "../support/embedding.mjs";
import { check } from "../support/pipeline.mjs";

const built = pathToFileURL(join(root, "build/dist/v1/early.mjs")).href;
const { earlyHash } = await import(built);

const strict = [
  "default-src 'none'",
  // The first page has the package's inline script.
  `script-src 'self' 'wasm-unsafe-eval' ${earlyHash}`,
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
];
const trustedTypes = ["require-trusted-types-for 'script'", "trusted-types 'none'"];

const stage = browserStage();
const { test, visit } = stage;
const withPolicy = (context, policy) =>
  changePages(context, ({ headers }) => ({
    headers: { ...headers, "content-security-policy": policy.join("; ") },
  }));

async function acceptThenWithdraw(page) {
  await control(page, "settings").click();
  await control(page, "save").waitFor();
  await control(page, "close").first().click();
  const { record } = await (await choose(page, "accept_all")).json();
  await page.waitForFunction(() => document.cookie.includes("_dpa_session="));
  await page.getByRole("link", { name: "Privacy choices" }).last().click();
  await choose(page, "withdraw");
  return record;
}

test("the site sends the policy itself", async () => {
  for (const path of ["/", "/pricing", "/contact", "/privacy", "/subprocessors", "/nowhere"]) {
    const answer = await fetch(stage.service.url + path, { headers: { accept: "text/html" } });
    const sent = (answer.headers.get("content-security-policy") ?? "").split(/;\s*/);
    for (const directive of strict) {
      const expected = path === "/" ? directive : directive.replace(` ${earlyHash}`, "");
      assert.ok(sent.includes(expected), `${path}: ${expected}: ${sent}`);
    }
    assert.ok(
      sent.every((one) => !/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|\*/.test(one)),
    );
    await answer.arrayBuffer();
  }
});

test("nothing violates the policy from first sight to withdrawal", async () => {
  const { page, complaints } = await visit();
  await open(page);
  await acceptThenWithdraw(page);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
});

test("nothing violates a policy with Trusted Types either", async () => {
  const { context, page, complaints } = await visit();
  await withPolicy(context, [...strict, ...trustedTypes]);
  await open(page);
  await acceptThenWithdraw(page);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
});

test("a policy of nonces and strict-dynamic: nothing violates it, what waits runs", async () => {
  const { context, page, complaints } = await visit();
  const nonces = "script-src 'nonce-page' 'strict-dynamic' 'wasm-unsafe-eval'";
  const policy = [...strict.filter((one) => !/^script/.test(one)), nonces, ...trustedTypes];
  await changePages(context, ({ body, headers }) => ({
    body: body.replace(/<script (?!type="text\/plain")/g, '<script nonce="page" '),
    headers: { ...headers, "content-security-policy": policy.join("; ") },
  }));
  await open(page);
  await acceptThenWithdraw(page);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
});

const withoutWasm = strict.map((one) => one.replace(" 'wasm-unsafe-eval'", ""));

for (const [name, prepare] of [
  ["a policy without wasm-unsafe-eval", (context) => withPolicy(context, withoutWasm)],
  [
    "a browser without WebAssembly",
    (context) => context.addInitScript(() => delete globalThis.WebAssembly),
  ],
  [
    "a wasm file that does not load",
    (context) => context.route("**/*.wasm", (route) => route.abort()),
  ],
]) {
  test(`${name}: the same behaviour from the JavaScript build`, async () => {
    const { context, page, requests } = await visit();
    await prepare(context);
    await open(page);
    await control(page, "accept_all").waitFor();
    assert.equal(await allows(page, "analytics"), false);
    assert.deepEqual((await stored(context, page)).storage, emptyStorage);
    assert.deepEqual(await cookiesOf(context), {});
    const { subject } = await acceptThenWithdraw(page);
    await decided(page);
    assert.ok(requests.some((request) => /wasm2js/.test(request.url())));
    assert.equal((await check(stage.service, { subject })).reason, "withdrawn");
    await waitForCookies(page, ["dp_consent"]);
  });
}

test("neither core loads: the page works and nothing optional runs", async () => {
  const { context, page, requests } = await visit();
  await context.addInitScript(() => delete globalThis.WebAssembly);
  await context.route(/wasm2js/, (route) => route.abort());
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  assert.equal(await allows(page, "analytics"), false);
  assert.deepEqual(await cookiesOf(context), {});
  assert.ok(requests.every((request) => !/analytics\.js|marketing\.js/.test(request.url())));
  await page.getByRole("link", { name: "See the prices" }).click();
  await page.waitForURL("**/pricing");
});

test("the core that reads does not come: a grant does not count, a refusal arrives", async () => {
  const { context, page } = await visit();
  await context.route(/\.wasm$|wasm2js/, (route) => route.abort());
  await open(page);
  await page.evaluate(() => window.consent.accept());
  await page.waitForFunction(() => !window.consent.allows("analytics"));
  const posted = answerToChoice(page);
  await page.evaluate(() => window.consent.reject());
  assert.equal((await posted).request().postDataJSON().action, "reject_all");
  assert.equal((await posted).status(), 201);
  assert.equal(await allows(page, "analytics"), false);
});
