// Pages that do not mean well, or know no better: styles that reach for everything, scripts that
// take the banner away, a script element in an unusual place, and storage that throws. The visitor
// is asked all the same, in the same place and size, and the page goes on.

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

import { allows, control, picture } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { answerToChoice, decided } from "../support/choice.mjs";
import { serveFixture } from "../support/fixture_page.mjs";
import { until } from "../support/other_browsers.mjs";

const stage = browserStage();
const { test } = stage;
const words = `<p>${"Some words to read. ".repeat(40)}</p>`.repeat(8);

async function visit(body = words, { css = "", files = {}, init, ...options } = {}) {
  const visitor = await stage.visit();
  const { context, page } = visitor;
  if (init) await context.addInitScript(init);
  const head = `<link rel="stylesheet" href="/site.css">${options.head ?? ""}`;
  await serveFixture(context, "/x", body, { "/site.css": css, ...files }, { ...options, head });
  await page.goto("/x");
  return visitor;
}

// The page still answers: what a script of it and one of ours do to each other has an end.
const lives = (page) => page.waitForFunction(() => window.consent?.ready.then(() => true));

async function refuse(page) {
  await control(page, "reject_all").click();
  await decided(page);
  assert.equal(await page.locator("dialphone-consent .card").count(), 0);
  assert.equal(await allows(page, "analytics"), false);
}

// Where a layer and its choices are, how large their letters, and whether a click would reach them.
const shape = (page, layer) =>
  page.locator(`dialphone-consent ${layer}`).evaluate((node) => {
    const about = (one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      const hit = one.getRootNode().elementFromPoint(x + width / 2, y + height / 2);
      const box = [x, y, width, height].map(Math.round);
      return { box, font: getComputedStyle(one).fontSize, hit: one.contains(hit) };
    };
    const choices = [...node.querySelectorAll(".actions button")].map(about);
    return { layer: about(node), title: about(node.querySelector("h2")), choices };
  });

async function shapes(page) {
  await control(page, "settings").click();
  await control(page, "save").waitFor();
  const dialog = await shape(page, "dialog");
  await page.keyboard.press("Escape");
  return dialog;
}

const chat = (place) => `main::after { content: "Chat"; position: fixed; ${place} }`;
const everywhere = "button, section, h2, h3, p, div, a, dialog, input, ul";
const styles = {
  "all is unset": "* { all: unset !important; }",
  "nothing is displayed": `${everywhere} { display: none !important; }`,
  "everything is small": "* { font: 3px serif !important; }",
  "rem is 10 px": "html { font-size: 62.5%; } body { font-size: 1.6rem; }",
  "rem is 6 px": "html { font-size: 6px; }",
  "rem is 40 px": "html { font-size: 40px; } body { font-size: 1rem; }",
  "a chat in its place": chat("left: 0; bottom: 0; padding: 9em; z-index: 2147483001;"),
  "a transform on body": "body { transform: translateX(0); }",
  "body scaled": "body { transform: scale(0.5); }",
  "a filter on body": "body { filter: blur(0); }",
  "no element moves": "* { animation: none !important; transition: none !important; }",
  "what is hidden is shown": "[hidden], dialog, slot { display: block !important; }",
  "buttons are elsewhere": "button { position: fixed !important; left: -9999px !important; }",
  "a filter on html": "html { filter: invert(1); }",
  "opacity on html": "html { opacity: 0.99; }",
  "body contains its paint": "body { contain: paint; }",
  "body promises a transform": "body { will-change: transform; }",
};

// Both layers on a page that styles nothing, which are the same every time.
let plainLayers;
const plain = () => (plainLayers ??= measurePlain());

async function measurePlain() {
  const { context, page } = await visit();
  await control(page, "accept_all").waitFor();
  await until(() => shape(page, ".card.rest"));
  const layers = { card: await shape(page, ".card"), dialog: await shapes(page) };
  await context.close();
  return layers;
}

for (const [name, css] of Object.entries(styles)) {
  test(`styles, ${name}: both layers are what they are on any page`, async () => {
    const { card, dialog } = await plain();
    const { page, complaints } = await visit(words, { css });
    await control(page, "accept_all").waitFor();
    const same = async () => isDeepStrictEqual(await shape(page, ".card"), card);
    await until(same).catch(() => {});
    assert.deepEqual(await shape(page, ".card"), card);
    assert.ok(card.choices.length === 3 && card.choices.every(({ hit }) => hit));
    assert.deepEqual(await shapes(page), dialog);
    await picture(page, `hostile-${name.replace(/\W+/g, "-")}`);
    await refuse(page);
    assert.deepEqual(complaints, []);
  });
}

// A body that lays out its children has one more of them.
const bodies = {
  grid: "body { display: grid; grid-template-rows: auto 1fr auto; gap: 40px; }",
  "flex box": "body { display: flex; flex-direction: column; justify-content: space-between; }",
};

for (const [name, css] of Object.entries(bodies)) {
  test(`styles, a body that is a ${name}: nothing in it moves`, async () => {
    const frame = "html, body { margin: 0; min-block-size: 100vh; } ";
    const places = [];
    for (const banner of [false, true]) {
      const { page } = await visit("</main><footer>End", { css: frame + css, banner });
      if (banner) await control(page, "accept_all").waitFor();
      places.push(
        await page.locator("main, footer").evaluateAll((nodes) =>
          nodes.map((node) => node.getBoundingClientRect().toJSON()),
        ),
      );
    }
    // The room below the page that a layer keeps is no child.
    assert.deepEqual(places[1], places[0]);
  });
}

// The link is the page's own element, shown through a slot (policy_link.ts).
const reached = {
  "displays no link": "a { display: none !important; }",
  "hides its links": "a { visibility: hidden !important; opacity: 0 !important; }",
  "moves its links": "a { position: absolute !important; left: -9999px !important; }",
  "dresses its links": "a { color: #fff !important; font: 3px serif !important; all: unset; }",
  "shows no focus": "a:focus, a:focus-visible { outline: none !important; }",
};

// What the link to the policy looks like once the keyboard has reached it.
const linkLook = (page) =>
  page.locator("dialphone-consent a").evaluate((link) => {
    link.focus({ focusVisible: true });
    const style = getComputedStyle(link);
    const names = ["color", "display", "font", "opacity", "outline", "position", "visibility"];
    const values = [...names, "cursor", "text-decoration-line"].map((name) => style[name]);
    const { x, y, width, height } = link.getBoundingClientRect();
    return [...values, ...[x, y, width, height].map(Math.round)];
  });

for (const [name, css] of Object.entries(reached)) {
  test(`styles, a page that ${name}: the one to its policy is what it is on any page`, async () => {
    const looks = [];
    for (const used of ["", css]) {
      const { context, page } = await visit(words, { css: used });
      await until(() => shape(page, ".card.rest"));
      looks.push(await linkLook(page));
      await context.close();
    }
    assert.deepEqual(looks[1], looks[0]);
    assert.equal(looks[0].includes("underline"), true);
  });
}

test("styles: with a transform on html it scrolls away, and nothing optional runs", async () => {
  const css = "html { transform: translateX(0); }";
  const { context, page } = await visit(words.repeat(4), { css });
  await control(page, "reject_all").waitFor();
  assert.equal(await allows(page, "analytics"), false);
  await refuse(page);
  await context.close();
});

test("styles: the standing button stays in the window of a body with a transform", async () => {
  const css = "body { transform: translateX(0); }";
  const { page } = await visit(words, { css, attributes: { reopen: "start" } });
  await refuse(page);
  const box = await control(page, "reopen").boundingBox();
  assert.ok(box.y > 700 && box.y + box.height <= 800, JSON.stringify(box));
});

const removing = (selector) => `<script nonce="fixture">
  globalThis.taken = 0;
  new MutationObserver(() => {
    const found = document.querySelector("${selector}");
    if (found) globalThis.taken += 1;
    found?.remove();
  }).observe(document, { childList: true, subtree: true });
</script>`;

test("a page that takes the banner away once has it again", async () => {
  const { page } = await visit();
  await control(page, "accept_all").waitFor();
  await page.locator("dialphone-consent").evaluate((host) => host.remove());
  await refuse(page);
});

test("a page that takes it away each time gets its way, and nothing optional runs", async () => {
  const { page } = await visit(words + removing("dialphone-consent"));
  await lives(page);
  await page.waitForFunction(() => globalThis.taken >= 99);
  await page.evaluate(() => document.body.append("more"));
  assert.equal(await page.locator("dialphone-consent").count(), 0);
  assert.equal(await allows(page, "analytics"), false);
});

test("the same for what stands in the place of a frame", async () => {
  const frame =
    '<iframe data-consent="marketing" data-consent-src="/other.html" title="Video"></iframe>';
  const files = { "/other.html": "<p>Other" };
  const body = frame + removing("dialphone-consent-frame");
  const { page } = await visit(body, { files });
  await lives(page);
  await page.waitForFunction(() => globalThis.taken >= 99);
  assert.equal(await page.locator("iframe[src]").count(), 0);
  await control(page, "accept_all").click();
  await page.locator('iframe[src="/other.html"]').waitFor();
});

const tag = (attributes) =>
  `<script src="/v1/banner.js" data-site="dialphone.com" ${attributes}></script>`;
const module_ = `<script type="module" nonce="fixture">
  import { startConsent } from "/v1/consent.mjs";
  globalThis.started = [1, 2].map(() => startConsent({ site: "dialphone.com" }));
</script>`;
// The body comes when this does.
const slow = '<script src="/slow.js"></script>';
const late = `<script nonce="fixture">
  addEventListener("load", () => {
    const script = document.createElement("script");
    script.dataset.site = "dialphone.com";
    script.src = "/v1/banner.js";
    document.head.append(script);
  });
</script>`;

const embeddings = {
  "two copies of the script": { head: tag("defer") + tag("defer") },
  "the script, and the module twice": { head: tag("defer") + module_ },
  "in the head without defer": { head: tag("") },
  "async, with a form's field named consent": {
    head: tag("async"),
    body: '<label>Consent <input type="checkbox" id="consent"></label>',
  },
  "as a module script": { head: tag('type="module"') },
  "late, by another script": { head: late, policy: false },
};

for (const [name, { body = "", ...options }] of Object.entries(embeddings)) {
  test(`embedded, ${name}: asked once, and the answer holds`, async () => {
    const all = { banner: false, ...options };
    const { page, complaints } = await visit(words + body, all);
    await control(page, "accept_all").waitFor();
    await page.evaluate(() => window.consent.ready);
    assert.equal(await page.locator("dialphone-consent").count(), 1);
    const one = () => (globalThis.started ?? []).every((other) => other === window.consent);
    assert.equal(await page.evaluate(one), true);
    await refuse(page);
    assert.deepEqual(complaints, []);
  });
}

for (const attribute of ["", "async"]) {
  test(`embedded in the head, ${attribute || "blocking"}: it waits for the body`, async () => {
    const { context, page, complaints } = await stage.visit();
    let come;
    const later = new Promise((resolve) => (come = resolve));
    const files = { "/slow.js": [later, ""] };
    const options = { banner: false, head: tag(attribute) + slow };
    await serveFixture(context, "/x", words, files, options);
    const noticed = page.waitForResponse((answer) => answer.url().includes("/v1/notice"));
    const opening = page.goto("/x");
    await noticed;
    await page.evaluate(() => window.consent.ready);
    assert.equal(await page.evaluate(() => document.body), null);
    come();
    await opening;
    await refuse(page);
    assert.deepEqual(complaints, []);
  });
}

function throwing(...names) {
  const denied = () => {
    throw new DOMException("denied", "SecurityError");
  };
  const places = { cookie: Document.prototype, localStorage: globalThis };
  for (const name of names) {
    Object.defineProperty(places[name], name, { get: denied, set: denied });
  }
}

// What a page without https has not got.
function insecure() {
  for (const name of ["caches", "BroadcastChannel", "crossOriginIsolated"]) delete globalThis[name];
  for (const name of ["randomUUID", "subtle"]) delete Crypto.prototype[name];
  delete Navigator.prototype.locks;
}

for (const [name, init] of [
  ["localStorage throws", `(${throwing})("localStorage")`],
  ["document.cookie throws", `(${throwing})("cookie")`],
  ["both throw", `(${throwing})("cookie", "localStorage")`],
  ["there is no randomUUID, no subtle, no locks, no channel", `(${insecure})()`],
]) {
  test(`${name}: the question is asked, a refusal arrives, the page works`, async () => {
    const { page, complaints } = await visit(words, { init });
    await lives(page);
    const posted = answerToChoice(page);
    await refuse(page);
    assert.equal((await posted).status(), 201);
    assert.deepEqual(complaints, []);
  });
}
