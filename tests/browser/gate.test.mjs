// What is held back until a purpose is allowed: scripts in their order, frames with something in
// their place, images and links; and what is taken away again.

import assert from "node:assert/strict";

import { axeViolations } from "../support/axe.mjs";
import { open, violations } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { answerToChoice, choose } from "../support/choice.mjs";
import { serveFixture } from "../support/fixture_page.mjs";

const { test, visit } = browserStage();
const ran = (page) => page.evaluate(() => globalThis.ran ?? []);
const says = (name) => `(globalThis.ran ??= []).push("${name}");`;

const gated = (attributes, text = "") =>
  `<script type="text/plain" data-consent="analytics" ${attributes}>${text}</script>`;

test("scripts run as in a page that is read: in order, deferred ones last", async () => {
  const { context, page, complaints } = await visit();
  const body = [
    gated('src="/first.js" defer'),
    gated('src="/slow.js"'),
    gated('src="/second.js"'),
    gated('nonce="fixture"', says("inline")),
    gated('data-consent-type="module" src="/module.js"'),
    gated('async src="/async.js"'),
    gated('src="/last.js" defer'),
  ].join("");
  let come;
  const held = new Promise((resolve) => (come = resolve));
  await serveFixture(context, "/ordered", body, {
    ...{ "/slow.js": [300, says("slow")], "/async.js": [held, says("async")] },
    ...{ "/second.js": says("second"), "/first.js": says("first"), "/last.js": says("last") },
    "/module.js": `import "/part.js"; ${says("module")}`,
    "/part.js": says("part"),
  });
  await open(page, "/ordered");
  assert.deepEqual(await ran(page), []);
  await choose(page, "accept_all");
  await page.waitForFunction(() => globalThis.ran?.length === 7);
  const inOrder = ["slow", "second", "inline", "first", "part", "module", "last"];
  assert.deepEqual(await ran(page), inOrder);
  come();
  await page.waitForFunction(() => globalThis.ran.length === 8);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
});

test("what is essential runs before anything is chosen, and after a refusal", async () => {
  const { context, page } = await visit();
  const body = gated('src="/needed.js"').replace("analytics", "essential") + gated('src="/x.js"');
  const files = { "/needed.js": says("needed"), "/x.js": says("x") };
  await serveFixture(context, "/needed", body, files);
  await open(page, "/needed");
  await page.waitForFunction(() => globalThis.ran?.length === 1);
  await choose(page, "reject_all");
  await open(page, "/needed");
  await page.waitForFunction(() => globalThis.ran?.join() === "needed");
});

test("a script that cannot be had holds up no other", async () => {
  const { context, page } = await visit();
  await serveFixture(context, "/broken", gated('src="/gone.js"') + gated('src="/next.js"'), {
    "/next.js": says("next"),
  });
  await open(page, "/broken");
  await choose(page, "accept_all");
  await page.waitForFunction(() => globalThis.ran?.length === 1);
});

test("a script that the browser does not take up holds up no other", async () => {
  const { context, page } = await visit();
  const ignored = [
    gated('nomodule src="/ignored.js"'),
    gated('data-consent-type="text/x-other" src="/ignored.js"'),
    gated('data-consent-type="module"', says("has no nonce")),
    gated('data-consent-type="module"'),
    `<div>${gated('src="/first.js"')}</div>`,
    `<template>${gated('src="/last.js"')}</template>`,
  ].join("");
  await serveFixture(context, "/ignored", ignored + gated('src="/next.js"'), {
    ...{ "/ignored.js": says("ignored"), "/first.js": says("first"), "/next.js": says("next") },
    "/last.js": says("last"),
  });
  await open(page, "/ignored");
  await choose(page, "accept_all");
  await page.waitForFunction(() => globalThis.ran?.length === 2);
  // As what shows the same thing again and again does it: a copy of a script that has run never
  // runs.
  await page.evaluate(() => {
    document.body.append(document.querySelector("div").cloneNode(true));
    document.body.append(document.querySelector("template").content);
  });
  await page.waitForFunction(() => globalThis.ran.length === 3);
  assert.deepEqual(await ran(page), ["first", "next", "last"]);
});

test("what a script writes that was held back does not take the place of the page", async () => {
  const { context, page, complaints } = await visit();
  const writes = `document.write("<p>Written"); document.writeln("<p>Too"); ${says("wrote")}`;
  const body = gated('nonce="fixture"', writes) + gated('src="/next.js"');
  await serveFixture(context, "/writes", body, { "/next.js": says("next") });
  await open(page, "/writes");
  await choose(page, "accept_all");
  await page.waitForFunction(() => globalThis.ran?.join() === "wrote,next");
  assert.equal(await page.locator("h1").textContent(), "Fixture");
  assert.equal(await page.locator("p", { hasText: "Written" }).count(), 0);
  assert.match(complaints[0], /a script that was held back writes nothing/);
  const native = () => document.write.toString() + document.writeln.toString();
  assert.match(await page.evaluate(native), /native code.*native code/s);
});

test("the page hears of the choice before anything runs; what comes later runs, too", async () => {
  const { context, page } = await visit();
  const listener = `document.addEventListener("dialphone-consent", ({ detail }) =>
    (globalThis.ran ??= []).push("heard " + detail.decisions.analytics.reason));`;
  const later = `<template>${gated('src="/later.js"')}</template>`;
  const body = `<script src="/listener.js"></script>${gated('src="/tag.js"')}${later}`;
  await serveFixture(context, "/heard", body, {
    ...{ "/listener.js": listener, "/tag.js": says("tag"), "/later.js": says("later") },
  });
  await open(page, "/heard");
  await choose(page, "accept_all");
  await page.waitForFunction(() => globalThis.ran?.includes("tag"));
  // Told that nothing was chosen when the visitor came near, perhaps; and again when the service
  // has confirmed the choice, which may be before the tag is there.
  const told = new Set(await ran(page));
  told.delete("heard no_record");
  assert.deepEqual([...told], ["heard granted", "tag"]);
  await page.evaluate(() => document.body.append(document.querySelector("template").content));
  await page.waitForFunction(() => globalThis.ran.includes("later"));
  await page.evaluate(() => window.consent.withdraw());
  await page.waitForFunction(() => globalThis.ran.includes("heard withdrawn"));
});

test("a purpose or service with a typo does not load, and the console says which", async () => {
  const { context, page, complaints } = await visit();
  const typo = (value) => `<script type="text/plain" data-consent="${value}" src="/x.js"></script>`;
  const typos = typo("analytcs") + typo("analytics:nobody") + typo("marketing:dialphone");
  const body = typos + gated('src="/last.js"');
  await serveFixture(context, "/typo", body, { "/x.js": says("x"), "/last.js": says("last") });
  await open(page, "/typo");
  await choose(page, "accept_all");
  // Those before it have had their turn.
  await page.waitForFunction(() => globalThis.ran?.includes("last") && ran.includes("x"));
  const rightful = (await ran(page)).sort();
  assert.deepEqual(rightful, ["last", "x"], "only the service that the notice names");
  assert.equal(complaints.length, 2, complaints.join("\n"));
  assert.match(complaints[0], /data-consent="analytcs" names no purpose .*marketing/);
  assert.match(complaints[1], /data-consent="analytics:nobody" names no service .*dialphone/);
});

const video =
  '<iframe data-consent="marketing" data-consent-src="/video.html" title="Product tour" ' +
  'width="480" height="270"></iframe>';
const placeholder = (page) => page.locator("dialphone-consent-frame");

test("a frame: one accessible click shows it, and withdrawn it goes", async () => {
  const { context, page, complaints } = await visit({ locale: "de-DE" });
  await serveFixture(context, "/frame", video, { "/video.html": "<title>v</title><p>Video" });
  await open(page, "/frame");
  const allow = placeholder(page).locator('[data-action="allow"]');
  await allow.waitFor();
  assert.equal(await placeholder(page).getAttribute("lang"), "de");
  assert.equal(await allow.textContent(), "„Marketing“ erlauben und Inhalt anzeigen");
  const box = await placeholder(page).boundingBox();
  // With the frame's border.
  assert.ok(box.width === 484 && box.height >= 274, JSON.stringify(box));
  assert.equal(page.frames().length, 1 + 1, "the frame is empty");
  assert.deepEqual(await axeViolations(page, "dialphone-consent-frame"), []);

  const answered = answerToChoice(page);
  await allow.click();
  const posted = (await answered).request().postDataJSON();
  assert.deepEqual(posted.choices, { analytics: "denied", marketing: "granted" });
  await page.frameLocator("iframe").getByText("Video").waitFor();
  assert.equal(await placeholder(page).count(), 0);

  await page.evaluate(() => window.consent.withdraw());
  await allow.waitFor();
  assert.equal(await page.frameLocator("iframe").getByText("Video").count(), 0);
  assert.equal(await page.locator("iframe").getAttribute("src"), null);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
});

const sized = {
  "in surroundings that keep its ratio": `.around { position: relative; padding-block-end: 56.25%; }
    iframe { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; border: 0; }`,
  "by its own ratio": "iframe { inline-size: 100%; aspect-ratio: 1; border: 0; }",
  "by nothing but its attributes": "iframe { max-inline-size: 100%; }",
};

for (const [name, css] of Object.entries(sized)) {
  test(`a frame that is sized ${name}: its placeholder is as large`, async () => {
    const { context, page } = await visit({ viewport: { width: 700, height: 900 } });
    const body = `<div class="around">${video}</div><p class="next">Words</p>`;
    const head = '<link rel="stylesheet" href="/sized.css">';
    const files = { "/video.html": "<p>Video", "/sized.css": css };
    await serveFixture(context, "/sized", body, files, { head });
    await open(page, "/sized");
    await placeholder(page).locator('[data-action="allow"]').waitFor();
    const places = (what) =>
      page.locator(`${what}, .next`).evaluateAll((nodes) =>
        nodes.map((node) => node.getBoundingClientRect().toJSON()),
      );
    const held = await places("dialphone-consent-frame");
    await page.evaluate(() => window.consent.accept());
    await page.frameLocator("iframe").getByText("Video").waitFor();
    const [frame, next] = await places("iframe");
    assert.deepEqual(held[0], frame);
    // A frame is a letter of its line, and a placeholder a block.
    assert.ok(Math.abs(held[1].y - next.y) < 8, JSON.stringify([held[1], next]));
  });
}

test("a frame that the page takes away takes its placeholder along", async () => {
  const { context, page } = await visit();
  await serveFixture(context, "/taken", video);
  await open(page, "/taken");
  await placeholder(page).waitFor();
  await page.evaluate(() => document.querySelector("iframe").remove());
  await placeholder(page).waitFor({ state: "detached" });
});

test("no notice: the placeholder is a link to what it stands for", async () => {
  const { context, page } = await visit();
  await serveFixture(context, "/quiet", video);
  await context.route("**/v1/notice*", (route) => route.abort());
  await page.goto("/quiet");
  const link = placeholder(page).getByRole("link", { name: "Product tour" });
  await link.waitFor();
  assert.equal(await link.getAttribute("href"), "/video.html");
});

const pictures =
  '<img alt="" data-consent="marketing" data-consent-src="/a.svg" ' +
  'data-consent-srcset="/b.svg 2x">' +
  '<link rel="stylesheet" data-consent="analytics" data-consent-src="/c.css">';
const looks = { "/c.css": "h1 { letter-spacing: 7px }" };

const dressed = (page) =>
  page.waitForFunction(() => {
    const { letterSpacing } = getComputedStyle(document.querySelector("h1"));
    return letterSpacing === "7px";
  });

test("images and links get their addresses, and lose them again", async () => {
  const { context, page } = await visit();
  await serveFixture(context, "/images", pictures, looks);
  await open(page, "/images");
  const addresses = () =>
    page.evaluate(() => [
      document.querySelector("img").getAttribute("src"),
      document.querySelector("img").getAttribute("srcset"),
      document.querySelector("link[data-consent]").getAttribute("href"),
    ]);
  assert.deepEqual(await addresses(), [null, null, null]);
  await choose(page, "accept_all");
  await page.waitForFunction(() => document.querySelector("img").src);
  assert.deepEqual(await addresses(), ["/a.svg", "/b.svg 2x", "/c.css"]);
  await dressed(page);
  await page.evaluate(() => window.consent.withdraw());
  assert.deepEqual(await addresses(), [null, null, null]);
  const { letterSpacing } = await page.evaluate(() => ({
    ...getComputedStyle(document.querySelector("h1")),
  }));
  assert.equal(letterSpacing, "normal", "a style sheet is taken away with its address");
});

test("an element that gets another address, or another purpose, is brought to it", async () => {
  const { context, page } = await visit();
  const link = '<a data-consent="marketing" data-consent-src="/offer">Offer</a>';
  await serveFixture(context, "/changed", `${video}<img alt="" data-consent="marketing">${link}`, {
    ...{ "/video.html": "<title>v</title><p>Video", "/other.html": "<title>o</title><p>Other" },
  });
  await open(page, "/changed");
  await choose(page, "accept_all");
  await page.frameLocator("iframe").getByText("Video").waitFor();
  await page.evaluate(() => {
    document.querySelector("iframe").dataset.consentSrc = "/other.html";
    document.querySelector("img").dataset.consentSrc = "/b.svg";
  });
  await page.frameLocator("iframe").getByText("Other").waitFor();
  await page.waitForFunction(() => document.querySelector("img").src.endsWith("/b.svg"));
  assert.equal(await page.getByRole("link", { name: "Offer" }).getAttribute("href"), "/offer");
  await page.evaluate(() => (document.querySelector("img").dataset.consent = "nothing"));
  await page.waitForFunction(() => !document.querySelector("img").hasAttribute("src"));
});

test("frames, images, links and module scripts that come later are treated alike", async () => {
  const { context, page, requests } = await visit();
  const module_ = gated('data-consent-type="module" src="/module.js"');
  await serveFixture(context, "/later", `<template>${video}${pictures}${module_}</template>`, {
    ...{ "/video.html": "<title>v</title><p>Video", "/module.js": says("module"), ...looks },
  });
  await open(page, "/later");
  const insert = () =>
    page.evaluate(() => {
      const copy = document.querySelector("template").content.cloneNode(true);
      document.querySelector("main").replaceChildren(document.querySelector("h1"), copy);
    });
  await page.evaluate(() => document.body.append(document.querySelector("template")));
  await insert();
  await placeholder(page).locator('[data-action="allow"]').waitFor();
  const optional = /video\.html|\/[abc]\.(?:svg|css)|module\.js/;
  assert.deepEqual(requests.filter((one) => optional.test(one.url())).map((one) => one.url()), []);
  await choose(page, "accept_all");
  for (let times = 1; times <= 2; ++times) {
    await page.frameLocator("iframe").getByText("Video").waitFor();
    await dressed(page);
    await page.waitForFunction(() => document.querySelector("img").src.endsWith("/a.svg"));
    // A module that a document has run runs no second time, as without the gate.
    await page.waitForFunction(() => globalThis.ran?.join() === "module");
    assert.equal(await placeholder(page).count(), 0);
    await insert();
  }
});
