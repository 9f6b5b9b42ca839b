// The inline script: the notice is asked for before banner.js is there, the banner takes the answer
// and does not ask again, and a strict policy lets the script run by its hash.

import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { control, open, violations } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { decided } from "../support/choice.mjs";
import { root } from "../support/consentd.mjs";
import { changePages } from "../support/embedding.mjs";
import { serveFixture } from "../support/fixture_page.mjs";
import { strictPolicy } from "../support/strict_policy.mjs";

const built = pathToFileURL(join(root, "build/dist/v1/early.mjs")).href;
const { earlyHash, earlyTag } = await import(built);

const policy = strictPolicy(earlyHash);

const { test, visit } = browserStage();
const asked = (requests, part) => requests.filter((one) => one.url().includes(part));

async function serve(context, { tag, language = "", csp = policy, held }) {
  const banner = `<script src="/v1/banner.js" data-site="dialphone.com"${language} defer></script>`;
  const head = tag + banner;
  await serveFixture(context, "/early", "", {}, { banner: false, head, policy: csp });
  await context.route("**/v1/banner.js", async (route) => {
    await held;
    await route.continue();
  });
}

for (const [name, options, language] of [
  ["in the browser's language", {}, ""],
  ["with data-language", { language: "de-AT,de;q=0.5" }, ' data-language="de-AT,de;q=0.5"'],
]) {
  test(`${name}: asked for before the banner is there, used, and not asked again`, async () => {
    const { context, page, requests, complaints } = await visit();
    const tag = earlyTag({ site: "dialphone.com", ...options });
    let come;
    await serve(context, { tag, language, held: new Promise((resolve) => (come = resolve)) });
    const notice = page.waitForResponse((answer) => answer.url().includes("/v1/notice"));
    const going = page.goto("/early");
    await notice;
    come();
    await going;
    await control(page, "accept_all").waitFor();
    const shown = await page.locator("dialphone-consent").getAttribute("lang");
    assert.equal(shown, options.language ? "de" : "en");
    await page.evaluate(() => window.consent.ready);
    await page.waitForLoadState("networkidle");
    assert.equal(asked(requests, "/v1/notice").length, 1);
    assert.equal(asked(requests, ".wasm").length, 0, "the core comes with the banner");
    assert.deepEqual(await page.evaluate(() => Object.keys(window.consentEarly)), []);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints, []);

    await control(page, "reject_all").click();
    await decided(page);
    requests.length = 0;
    await page.reload();
    await page.evaluate(() => window.consent.ready);
    await page.waitForLoadState("networkidle");
    assert.equal(asked(requests, "/v1/notice").length, 0, "nothing early for who has decided");
    assert.deepEqual(complaints, []);
  });
}

test("a tag for another site or language: the banner asks for its own notice", async () => {
  const { context, page, requests } = await visit();
  await serve(context, { tag: earlyTag({ site: "dialphone.com", language: "de" }) });
  await open(page, "/early");
  await control(page, "accept_all").waitFor();
  assert.equal(await page.locator("dialphone-consent").getAttribute("lang"), "en");
  assert.equal(asked(requests, "/v1/notice").length, 2);
});

test("early answers that fail leave a page that works, and nothing optional runs", async () => {
  const { context, page, complaints } = await visit();
  await serve(context, { tag: earlyTag({ site: "dialphone.com" }) });
  await context.route("**/v1/notice*", (route) => route.abort());
  await page.goto("/early");
  await page.evaluate(() => window.consent.ready);
  assert.equal(await page.evaluate(() => window.consent.allows("analytics")), false);
  assert.ok(complaints.every((text) => !/Uncaught/.test(text)), complaints.join("\n"));
});

test("without its hash in the policy it does not run, and the banner works as ever", async () => {
  const { context, page, requests } = await visit();
  const csp = strictPolicy();
  await serve(context, { tag: earlyTag({ site: "dialphone.com" }), csp });
  await open(page, "/early");
  await control(page, "accept_all").waitFor();
  assert.equal(asked(requests, "/v1/notice").length, 1);
  assert.match((await violations(page))[0], /^script-src-elem inline/);
});

// A preload that nothing uses is named in the console after some seconds, all of a page at once.
// With one that nothing can use it is known when that has happened.
const unused = "/never-used.svg";

async function preloadUnused(context) {
  const link = `<link rel="preload" as="image" href="${unused}">`;
  await context.route(`**${unused}`, (route) =>
    route.fulfill({ contentType: "image/svg+xml", body: "<svg/>" }),
  );
  await changePages(context, ({ body }) => ({ body: body.replace("</head>", `${link}</head>`) }));
}

const named = (page) =>
  page.waitForEvent("console", { predicate: (message) => message.text().includes(unused) });

test("the demo: early script and Link field, each request once, nothing unused", async () => {
  for (const path of ["/", "/pricing"]) {
    const { context, page, requests, complaints } = await visit();
    await preloadUnused(context);
    const shown = named(page);
    await open(page, path);
    await control(page, "accept_all").waitFor();
    await shown;
    assert.equal(asked(requests, "/v1/notice").length, 1, path);
    assert.equal(asked(requests, "/v1/banner.js").length, 1, path);
    await control(page, "reject_all").click();
    await decided(page);
    const shownAgain = named(page);
    await page.reload();
    await page.evaluate(() => window.consent.ready);
    await shownAgain;
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints.filter((text) => !text.includes(unused)), [], path);
    await context.close();
  }
});
