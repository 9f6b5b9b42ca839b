// The first layer as a box, a bar or in the middle: in its place, equal in its choices, and never
// in the way of the page.

import assert from "node:assert/strict";

import { axeViolations } from "../support/axe.mjs";
import { control, open, picture } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { embedWith } from "../support/embedding.mjs";
import { atRest, overflow } from "../support/geometry.mjs";

const stage = browserStage();
const { test } = stage;
async function visit(attributes, options = {}) {
  const visitor = await stage.visit(options);
  await embedWith(visitor.context, attributes);
  await open(visitor.page);
  await control(visitor.page, "accept_all").waitFor();
  await atRest(card(visitor.page));
  return visitor;
}

const card = (page) => page.locator("dialphone-consent .card");

const near = (value, expected) => Math.abs(value - expected) <= 1;

// Where the middle of the layer is, as a share of the window.
async function middle(page) {
  const box = await card(page).boundingBox();
  const { width, height } = page.viewportSize();
  assert.ok(box.x >= 0 && box.y >= 0, JSON.stringify(box));
  assert.ok(box.x + box.width <= width && box.y + box.height <= height, JSON.stringify(box));
  return { x: (box.x + box.width / 2) / width, y: (box.y + box.height / 2) / height, box };
}

async function assertFair(page, what) {
  const [accept, reject] = await Promise.all(
    ["accept_all", "reject_all"].map((action) => control(page, action).boundingBox()),
  );
  assert.ok(near(accept.width, reject.width) && near(accept.height, reject.height), what);
  assert.ok(accept.height >= 44, `${what}: ${accept.height} px high`);
  const across = near(accept.y, reject.y);
  const gap = across
    ? Math.max(reject.x - accept.x - accept.width, accept.x - reject.x - reject.width)
    : reject.y - accept.y - accept.height;
  assert.ok(gap >= 0 && gap <= 16, `${what}: ${gap} px between accept and reject`);
}

const start = (share) => share < 0.45;
const end = (share) => share > 0.55;
const centred = (share) => Math.abs(share - 0.5) < 0.02;
const places = [
  [{ position: "bottom-start" }, start, end],
  [{ position: "bottom-end" }, end, end],
  [{ position: "bottom" }, centred, end],
  [{ position: "top-start" }, start, start],
  [{ position: "top-end" }, end, start],
  [{ layout: "box", position: "top" }, centred, start],
  [{ layout: "bar" }, centred, end],
  [{ layout: "bar", position: "top" }, centred, start],
  [{ layout: "center" }, centred, centred],
];
const screens = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
  { width: 320, height: 640 },
];

for (const [attributes, across, down] of places) {
  const name = Object.values(attributes).join(" ");
  test(`${name}: in its place, with equal choices, on every screen`, async () => {
    for (const locale of attributes.layout ? ["en-GB", "ar", "fi"] : ["en-GB", "ar"]) {
      const { context, page, complaints } = await visit(attributes, { locale });
      for (const size of screens) {
        await page.setViewportSize(size);
        const what = `${name}, ${locale}, ${size.width} px`;
        const { x, y, box } = await middle(page);
        if (size.width > 1000) {
          // Start is on the right where the language runs from there.
          assert.ok(across(locale === "ar" ? 1 - x : x), `${what}: ${x} across`);
          if (attributes.layout === "bar") assert.equal(box.width, size.width, what);
        }
        assert.ok(down(y), `${what}: ${y} down`);
        await assertFair(page, what);
        assert.equal(await overflow(page), 0, what);
        await picture(page, `layout-${name.replace(" ", "-")}-${locale}-${size.width}`);
      }
      assert.deepEqual(complaints, []);
      await context.close();
    }
  });

  test(`${name}: at 200 % zoom every choice can be reached, and axe finds nothing`, async () => {
    const viewport = { width: 640, height: 400 };
    const { page } = await visit(attributes, { viewport, deviceScaleFactor: 2 });
    for (const action of ["accept_all", "reject_all", "settings"]) {
      await control(page, action).scrollIntoViewIfNeeded();
      const box = await control(page, action).boundingBox();
      assert.ok(box.y >= 0 && box.y + box.height <= 400, `${action} ${JSON.stringify(box)}`);
    }
    assert.equal(await overflow(page), 0);
    assert.deepEqual(await axeViolations(page, "dialphone-consent"), []);
  });

  test(`${name}: the page behind it can be scrolled, read and used`, async () => {
    const { page } = await visit(attributes);
    await page.mouse.move(640, 20);
    await page.mouse.wheel(0, 600);
    await page.waitForFunction(() => scrollY > 0);
    const { inert, locked } = await page.evaluate(() => ({
      inert: document.querySelectorAll("[inert],[aria-hidden=true]:not(svg)").length,
      locked: [document.documentElement, document.body].filter((one) =>
        /hidden|clip/.test(getComputedStyle(one).overflowY),
      ).length,
    }));
    assert.deepEqual({ inert, locked }, { inert: 0, locked: 0 });
    // Round the whole page by keyboard: the layer does not hold the focus, and nothing that has it
    // lies wholly under the layer.
    const links = await page.locator("main a, header a, footer a").count();
    let reached = 0;
    for (let i = 0; i < links + 8; i += 1) {
      await page.keyboard.press("Tab");
      const seen = await page.evaluate(() => {
        const focused = document.activeElement;
        if (!focused?.closest("main, header, footer")) return undefined;
        const { left, right, top, bottom } = focused.getBoundingClientRect();
        const corners = [
          [left + 1, top + 1],
          [right - 1, bottom - 1],
          [(left + right) / 2, (top + bottom) / 2],
        ];
        return corners.some(([x, y]) => {
          const there = document.elementFromPoint(x, y);
          return there && there.localName !== "dialphone-consent";
        });
      });
      if (seen === undefined) continue;
      assert.equal(seen, true, await page.evaluate(() => document.activeElement.outerHTML));
      reached += 1;
    }
    assert.ok(reached >= 8, `${reached} controls of the page had the focus`);
  });
}

test("what is misspelt is named, and the default is shown", async () => {
  const { page, complaints } = await visit({ layout: "baar", position: "left" });
  const { x, y } = await middle(page);
  assert.ok(start(x) && end(y));
  assert.equal(complaints.length, 2);
  assert.match(complaints[0], /data-layout="baar" is none of box, bar, center/);
  assert.match(complaints[1], /data-position="left" is none of bottom, bottom-start/);
});

test("without the file for layouts the box is shown", async () => {
  const { context, page } = await stage.visit();
  await embedWith(context, { layout: "center" });
  await context.route(/layout\.\w+\.js/, (route) => route.abort());
  await open(page);
  await control(page, "reject_all").waitFor();
  await atRest(card(page));
  assert.ok(end((await middle(page)).y));
});

test("what is printed is the page", async () => {
  for (const attributes of [{}, { layout: "bar" }, { layout: "center" }, { reopen: "end" }]) {
    const { page } = await visit(attributes);
    const stands = page.locator("dialphone-consent").locator(".card, .reopen");
    if (attributes.reopen) await page.evaluate(() => window.consent.reject());
    await stands.filter({ visible: true }).waitFor();
    await page.emulateMedia({ media: "print" });
    assert.equal(await stands.filter({ visible: true }).count(), 0, JSON.stringify(attributes));
  }
});

test("who wants nothing else does not load it", async () => {
  const { requests } = await visit({});
  assert.ok(requests.length > 3);
  assert.ok(requests.every((request) => !/layout|opt_out/.test(request.url())));
});
