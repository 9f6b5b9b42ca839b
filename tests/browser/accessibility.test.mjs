// The banner and its dialog for people with a keyboard, a small screen, large type, a dark room;
// and equal buttons.

import assert from "node:assert/strict";

import { axeViolations } from "../support/axe.mjs";
import { control, cookiesOf, noticeFor, open, picture } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { answerToChoice, choose } from "../support/choice.mjs";
import { serveFixture } from "../support/fixture_page.mjs";
import { atRest, overflow } from "../support/geometry.mjs";

const { test, visit } = browserStage();
// The action of the control that has the focus, inside the banner's shadow root or out.
const focused = (page) =>
  page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.dataset.action || element?.textContent.trim();
  });

async function tabTo(page, action, presses = 40) {
  for (let i = 0; i < presses; i += 1) {
    if ((await focused(page)) === action) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab did not reach ${action} within ${presses} presses`);
}

const looks = {
  "light-desktop": {},
  "dark-desktop": { colorScheme: "dark" },
  "light-phone": { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  "dark-phone": { viewport: { width: 390, height: 844 }, colorScheme: "dark", isMobile: true },
  "forced-colours": { forcedColors: "active" },
};

for (const [name, options] of Object.entries(looks)) {
  test(`axe finds nothing on page, banner and dialog: ${name}`, async () => {
    const { page } = await visit(options);
    await open(page);
    await control(page, "accept_all").waitFor();
    await picture(page, `banner-${name}`);
    assert.deepEqual(await axeViolations(page), []);
    await control(page, "settings").click();
    await control(page, "save").waitFor();
    await picture(page, `dialog-${name}`);
    assert.deepEqual(await axeViolations(page), []);
  });
}

for (const path of ["/pricing", "/contact", "/privacy", "/subprocessors", "/nowhere"]) {
  test(`axe finds nothing on ${path}, light and dark`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { context, page } = await visit({ colorScheme });
      await open(page, path);
      await control(page, "accept_all").waitFor();
      assert.deepEqual(await axeViolations(page), []);
      const name = `page-${path.slice(1)}-${colorScheme}`;
      await picture(page, name, { fullPage: true });
      await context.close();
    }
  });
}

for (const from of ["california", "unknown"]) {
  test(`axe finds nothing for a visitor from ${from}, with and without the signal`, async () => {
    for (const gpc of [false, true]) {
      const { context, page } = await visit({ from, gpc });
      await open(page);
      await page.waitForLoadState("networkidle");
      assert.deepEqual(await axeViolations(page), []);
      await context.close();
    }
  });
}

test("accept and reject are the same button twice", async () => {
  for (const options of [{}, { colorScheme: "dark" }, { viewport: { width: 320, height: 640 } }]) {
    const { context, page } = await visit(options);
    await open(page);
    await atRest(page.locator("dialphone-consent .card"));
    const styles = [];
    const boxes = [];
    for (const action of ["accept_all", "reject_all"]) {
      const button = control(page, action);
      boxes.push(await button.boundingBox());
      styles.push(
        await button.evaluate((element) => {
          const style = getComputedStyle(element);
          const names = [
            "color",
            "backgroundColor",
            "fontSize",
            "fontWeight",
            "fontFamily",
            "opacity",
          ];
          const edges = [
            "borderTopWidth",
            "borderTopColor",
            "borderTopStyle",
            "borderTopLeftRadius",
          ];
          const shape = [
            "textDecorationLine",
            "textTransform",
            "boxShadow",
            "paddingTop",
            "filter",
          ];
          const values = [...names, ...edges, ...shape].map((one) => [one, style[one]]);
          return { tag: element.tagName, ...Object.fromEntries(values) };
        }),
      );
    }
    assert.deepEqual(styles[0], styles[1]);
    assert.ok(Math.abs(boxes[0].width - boxes[1].width) <= 1, JSON.stringify(boxes));
    assert.ok(Math.abs(boxes[0].height - boxes[1].height) <= 1, JSON.stringify(boxes));
    assert.ok(boxes[0].height >= 44, "large enough for a finger");
    const apart = Math.hypot(boxes[0].x - boxes[1].x, boxes[0].y - boxes[1].y);
    assert.ok(apart < 2 * Math.max(boxes[0].width, boxes[0].height), "next to each other");
    await context.close();
  }
});

test("every optional switch of the dialog is off, and each purpose is described", async () => {
  const { page } = await visit();
  const noticed = noticeFor(page);
  await open(page);
  const notice = await noticed;
  await control(page, "settings").click();
  await control(page, "save").waitFor();
  const boxes = page.locator('dialphone-consent input[type="checkbox"]:not([disabled])');
  assert.equal(await boxes.and(page.locator("[data-purpose]")).count(), 2);
  assert.equal(await boxes.count(), 2 + 4, "and one for each recipient of analytics");
  for (const box of await boxes.all()) assert.equal(await box.isChecked(), false);
  const text = await page.locator("dialphone-consent dialog").first().innerText();
  for (const purpose of notice.purposes) {
    assert.ok(text.includes(purpose.name), purpose.name);
    assert.ok(text.includes(purpose.description), purpose.description);
  }
});

test("with the keyboard alone: settings, Escape without deciding, then refuse", async () => {
  const { context, page } = await visit();
  await open(page);
  await tabTo(page, "settings");
  await page.keyboard.press("Enter");
  await control(page, "save").waitFor();
  await page.keyboard.press("Escape");
  await control(page, "save").waitFor({ state: "hidden" });
  assert.equal(await focused(page), "settings", "the focus returns to where it was");
  assert.deepEqual(await cookiesOf(context), {}, "Escape decides nothing");
  await control(page, "accept_all").waitFor();

  await tabTo(page, "reject_all");
  await page.keyboard.press("Enter");
  await control(page, "accept_all").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.cookie.includes("dp_consent="));
});

test("with the keyboard alone: one purpose in the dialog, saved", async () => {
  const { page } = await visit();
  await open(page);
  await tabTo(page, "settings");
  await page.keyboard.press("Enter");
  await control(page, "save").waitFor();
  const box = page.locator('dialphone-consent input[type="checkbox"]:not([disabled])').first();
  for (let i = 0; i < 40; i += 1) {
    if (await box.evaluate((element) => element.getRootNode().activeElement === element)) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Space");
  assert.equal(await box.isChecked(), true);
  const answered = answerToChoice(page);
  await tabTo(page, "save");
  await page.keyboard.press("Enter");
  const { record } = await (await answered).json();
  assert.equal(record.action, "save");
  assert.equal(record.layer, "preferences");
  assert.deepEqual(record.choices, { analytics: "granted", marketing: "denied" });
});

test("the banner neither traps the focus nor locks the page", async () => {
  const { context, page } = await visit();
  await open(page);
  await control(page, "accept_all").waitFor();
  await tabTo(page, "Pricing");
  await page.mouse.move(600, 200);
  await page.mouse.wheel(0, 600);
  await page.waitForFunction(() => scrollY > 0);
  await page.getByRole("link", { name: "See the prices" }).click();
  await page.waitForURL("**/pricing");
  assert.deepEqual(await cookiesOf(context), {}, "going on decides nothing");
});

test("the last control of the page can be reached above the banner", async () => {
  const { page } = await visit({ viewport: { width: 390, height: 844 } });
  await open(page);
  await control(page, "accept_all").waitFor();
  await page.getByRole("link", { name: "Privacy choices" }).last().click();
  await control(page, "save").waitFor();
});

const paths = ["/", "/pricing", "/contact", "/privacy", "/subprocessors", "/nowhere"];
for (const path of paths) {
  test(`nothing scrolls sideways at 320 px: ${path}`, async () => {
    const { page } = await visit({ viewport: { width: 320, height: 640 } });
    await open(page, path);
    await control(page, "accept_all").waitFor();
    assert.equal(await overflow(page), 0);
    if (path === "/") {
      await picture(page, "banner-320");
      const box = await control(page, "accept_all").boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box));
      await control(page, "settings").click();
      await control(page, "save").waitFor();
      await picture(page, "dialog-320");
      const inside = await page.locator("dialphone-consent dialog:modal").evaluate((dialog) => ({
        sideways: dialog.scrollWidth - dialog.clientWidth,
        left: dialog.getBoundingClientRect().left,
        right: dialog.getBoundingClientRect().right,
      }));
      assert.ok(
        inside.sideways <= 0 && inside.left >= 0 && inside.right <= 320,
        JSON.stringify(inside),
      );
    }
  });
}

test("at 200 % zoom the choices stay in sight and nothing scrolls sideways", async () => {
  const { page } = await visit({
    viewport: { width: 640, height: 400 },
    deviceScaleFactor: 2,
  });
  await open(page);
  for (const action of ["accept_all", "reject_all", "settings"]) {
    await control(page, action).scrollIntoViewIfNeeded();
    const box = await control(page, action).boundingBox();
    assert.ok(box.y >= 0 && box.y + box.height <= 400, `${action} ${JSON.stringify(box)}`);
  }
  assert.equal(await overflow(page), 0);
  await picture(page, "banner-zoom-200");
});

test("at 400 % zoom the dialog still shows what is chosen and lets it be saved", async () => {
  const { page } = await visit({ viewport: { width: 320, height: 256 } });
  await open(page);
  await control(page, "settings").scrollIntoViewIfNeeded();
  await control(page, "settings").click();
  const box = page.locator('dialphone-consent [data-purpose="analytics"]');
  await box.scrollIntoViewIfNeeded();
  await box.click();
  assert.equal(await box.isChecked(), true);
  await picture(page, "dialog-zoom-400");
  await control(page, "save").scrollIntoViewIfNeeded();
  assert.equal((await (await choose(page, "save")).json()).record.choices.analytics, "granted");
});

// As a visitor sets it in the browser: a phone's scale of text does the same.
async function enlarge({ context, page }) {
  const cdp = await context.newCDPSession(page);
  await cdp.send("Page.setFontSizes", { fontSizes: { standard: 32 } });
}

for (const locale of ["de", "fi", "nb"]) {
  test(`with letters twice as large nothing is cut on a phone: ${locale}`, async () => {
    const visitor = await visit({ locale, viewport: { width: 360, height: 740 } });
    const { context, page } = visitor;
    await serveFixture(context, "/large", "");
    await enlarge(visitor);
    await open(page, "/large");
    // A switch has a place to press that is larger than itself, a slot has no box.
    const cut = (layer) =>
      page.locator(`dialphone-consent ${layer}`).evaluate((root) => {
        const { left, right } = root.getBoundingClientRect();
        return [...root.querySelectorAll(":not(input, slot)"), root]
          .filter((node) => {
            const box = node.getBoundingClientRect();
            const beyond = node.scrollWidth > node.clientWidth && node.clientWidth;
            return beyond || box.left < left || box.right > right;
          })
          .map((node) => `${node.localName}: ${node.textContent}`);
      });
    await control(page, "settings").waitFor();
    const letters = (node) => getComputedStyle(node).fontSize;
    assert.equal(await control(page, "settings").evaluate(letters), "30px");
    assert.deepEqual(await cut(".card"), []);
    await picture(page, `banner-large-${locale}`);
    await control(page, "settings").click();
    await control(page, "save").waitFor();
    for (const summary of await page.locator("dialphone-consent summary").all()) {
      await summary.click();
    }
    assert.deepEqual(await cut("dialog"), []);
    await picture(page, `dialog-large-${locale}`);
  });
}

test("with letters twice as large no page of the site scrolls sideways on a phone", async () => {
  const visitor = await visit({ viewport: { width: 360, height: 740 } });
  await enlarge(visitor);
  for (const path of paths) {
    await open(visitor.page, path);
    assert.equal(await overflow(visitor.page), 0, path);
  }
});

const look = (page, action) =>
  control(page, action).evaluate((button) => {
    const style = getComputedStyle(button);
    const text = getComputedStyle(button.getRootNode().querySelector(".card p"));
    return { edge: style.borderTopColor, ink: style.color, text: text.color };
  });

test("who wants more contrast gets edges and the full ink", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { context, page } = await visit({ contrast: "more", colorScheme });
    await open(page);
    const { edge, ink, text } = await look(page, "reject_all");
    assert.deepEqual({ edge, text }, { edge: ink, text: ink });
    assert.deepEqual(await look(page, "accept_all"), { edge, ink, text });
    await context.close();
    const usual = await visit({ colorScheme });
    await open(usual.page);
    assert.notEqual((await look(usual.page, "reject_all")).edge, ink);
    await usual.context.close();
  }
});

test("nothing moves for who wants no motion", async () => {
  for (const reducedMotion of ["reduce", "no-preference"]) {
    const { context, page } = await visit({ reducedMotion });
    await open(page);
    await control(page, "accept_all").waitFor();
    const name = await page.locator("dialphone-consent .card").evaluate((card) => {
      // It may have come to rest already.
      card.classList.remove("rest");
      return getComputedStyle(card).animationName;
    });
    assert.equal(name, reducedMotion === "reduce" ? "none" : "rise");
    await context.close();
  }
});

test("in forced colours every choice has an edge that can be seen, and all the same", async () => {
  const { page } = await visit({ forcedColors: "active" });
  await open(page);
  const edges = [];
  for (const action of ["accept_all", "reject_all", "settings"]) {
    edges.push(
      await control(page, action).evaluate((button) => {
        const { borderTopColor, borderTopWidth, backgroundColor } = getComputedStyle(button);
        return { borderTopColor, borderTopWidth, seen: borderTopColor !== backgroundColor };
      }),
    );
  }
  assert.equal(edges[0].seen && edges[0].borderTopWidth, "1px");
  assert.deepEqual(edges, [edges[0], edges[0], edges[0]]);
});

test("in a window lower than the layer, all of the layer can be scrolled to", async () => {
  const { page } = await visit({ viewport: { width: 320, height: 240 } });
  await open(page);
  await control(page, "accept_all").waitFor();
  const card = page.locator("dialphone-consent .card").first();
  await atRest(card);
  const { y, height } = await card.boundingBox();
  assert.ok(y >= 0 && y + height <= 240, `${y} to ${y + height}`);
  assert.ok(await card.evaluate((node) => node.scrollHeight > node.clientHeight));
});
