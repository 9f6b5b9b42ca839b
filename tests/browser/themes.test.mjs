// Themes of sites, nasty and fair: a choice that a theme weakens is shown without it and the
// console says why; a fair theme is left alone.

import assert from "node:assert/strict";

import { control, open, picture } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { embedWith } from "../support/embedding.mjs";

const stage = browserStage();
const { test } = stage;
async function visit(css, { attributes = {}, ...options } = {}) {
  const visitor = await stage.visit(options);
  await embedWith(visitor.context, attributes, css);
  await open(visitor.page);
  await visitor.page.locator("dialphone-consent .card").waitFor({ state: "attached" });
  return visitor;
}

const part = (name) => `dialphone-consent::part(${name})`;

// What a visitor can see of the two choices, once the layer has come to rest.
const seen = (page, layer = ".card") =>
  page.locator(`dialphone-consent ${layer}`).evaluate(async (shown) => {
    await Promise.all(shown.getAnimations().map(({ finished }) => finished.catch(() => {})));
    const about = (node) => {
      const style = getComputedStyle(node);
      const { width, height } = node.getBoundingClientRect();
      let opacity = 1;
      for (let one = node; one; one = one.parentElement) opacity *= getComputedStyle(one).opacity;
      const { color, backgroundColor, fontSize, visibility } = style;
      const size = [Math.round(width), Math.round(height)];
      return { color, backgroundColor, fontSize, visibility, opacity, size };
    };
    const of = (action) => shown.querySelector(`[data-action=${action}]`);
    const reject = of("reject_all").getBoundingClientRect();
    const [x, y] = [(reject.left + reject.right) / 2, (reject.top + reject.bottom) / 2];
    const hit = shown.getRootNode().elementFromPoint(x, y)?.dataset.action;
    return { accept: about(of("accept_all")), reject: about(of("reject_all")), hit };
  });

const complaint = (page, complaints) =>
  complaints.length
    ? complaints[0]
    : page
        .waitForEvent("console", { predicate: (one) => one.text().startsWith("consent:") })
        .then((message) => message.text());

// Resolves when everything that is shown has been measured: what was asked for before is done then.
async function measured(page) {
  await page.evaluate(
    async (file) => {
      const { checkTheme } = await import(file);
      await checkTheme(document.querySelector("dialphone-consent").shadowRoot);
    },
    await themeUrl(page),
  );
}

async function themeUrl(page) {
  const isTheme = ({ name }) => /\/theme\.\w+\.js/.test(name);
  const source = `performance.getEntriesByType("resource").find(${isTheme})?.name`;
  return (await page.waitForFunction(source)).jsonValue();
}

const nasty = {
  "reject and accept transparent": [`${part("button")} { opacity: 0.05; }`, "opacity"],
  "tiny letters": [`${part("button")} { font-size: 4px; }`, "font-size"],
  "tiny controls": [
    `${part("button")} { min-height: 0; height: 12px; padding: 0; align-self: start; }`,
    "size",
  ],
  "not displayed": [`${part("button")} { display: none !important; }`, "display"],
  "the row not displayed": [`${part("actions")} { display: none; }`, "display"],
  hidden: [`${part("actions")} { visibility: hidden; }`, "visibility"],
  "ink as the control": [
    `:root { --consent-ink: #e8e8e8; --consent-control: #eeeeee; }`,
    "color contrast",
  ],
  "ink through the part": [`${part("button")} { color: #eceef2; }`, "color contrast"],
  "ink that is not there": [
    `${part("button")} { -webkit-text-fill-color: transparent; }`,
    "color contrast",
  ],
  "colours in another notation": [
    `${part("button")} { color: oklch(0.9 0.01 250); background: oklch(0.93 0.01 250); }`,
    "color contrast",
  ],
  "accept larger by the grid": [
    `${part("actions")} { grid-template-columns: 4fr 1fr 1fr; }`,
    "width",
  ],
  "reject cut off": [`${part("actions")} { inline-size: 9rem; overflow: hidden; }`, "width"],
  "reject far away": [`${part("actions")} { column-gap: 6rem; inline-size: 200%; }`, "gap"],
  "reject covered": [
    `${part("actions")} { position: relative; }
     ${part("actions")}::after { content: ""; position: absolute; inset: 0; left: 33%;
       background: white; }`,
    "content",
  ],
  "moved out of sight": [`${part("card")} { inset-inline-start: -4000px; }`, "inset"],
  "thrown out of sight": [`${part("card")} { transform: translateX(-4000px); }`, "transform"],
  "not to be clicked": [`${part("button")} { pointer-events: none; }`, "pointer-events"],
  "a question nobody can read": [`${part("title")} { color: #f4f4f4; }`, "color contrast"],
};

// The first layer without a theme, which is the same every time.
let plainLayer;
const plain = () => (plainLayer ??= seePlain());

async function seePlain() {
  const { context, page } = await visit("");
  await control(page, "accept_all").waitFor();
  const layer = await seen(page);
  await context.close();
  return layer;
}

for (const [name, [css, property]] of Object.entries(nasty)) {
  test(`corrected: ${name}`, async () => {
    const { page, complaints } = await visit(css);
    const text = await complaint(page, complaints);
    assert.match(text, /weaken a choice and are not used/);
    assert.ok(text.includes(`: ${property} is `), text);
    await control(page, "reject_all").waitFor();
    assert.deepEqual(await seen(page), await plain());
    assert.equal((await seen(page)).hit, "reject_all");
    await control(page, "reject_all").click();
    await control(page, "reject_all").waitFor({ state: "detached" });
    assert.equal(complaints.length, 1, "said once");
  });
}

test("the page cannot reach past the layer by styling its host", async () => {
  const css = `dialphone-consent { opacity: 0 !important; display: none !important; font: 3px x;
    --dpc-ink: #fff !important; transform: scale(0.1); }`;
  const { page } = await visit(css);
  await control(page, "reject_all").waitFor();
  assert.deepEqual(await seen(page), await plain());
  assert.equal(
    await page.locator("dialphone-consent").evaluate((host) => getComputedStyle(host).opacity),
    "1",
  );
});

test("the link to the policy is as readable as the text around it", async () => {
  const css = "a { color: #fff !important; text-decoration: none !important; font: 3px serif; }";
  const { page } = await visit(css);
  const [link, text] = await page.locator("dialphone-consent").evaluate((host) =>
    [host.querySelector("a"), host.shadowRoot.querySelector("p")].map((node) => {
      const { color, fontSize, textDecorationLine } = getComputedStyle(node);
      return { color, fontSize, textDecorationLine };
    }),
  );
  assert.deepEqual(link, { ...text, textDecorationLine: "underline" });
});

const fair = `
  dialphone-consent { --consent-ink: #10243e; --consent-quiet: #3b4a5f; --consent-paper: #fdf8ef;
    --consent-control: #ffd34d; --consent-control-hover: #f2c230; --consent-font: Georgia, serif; }
  ${part("button")} { border-radius: 2rem; text-transform: uppercase; letter-spacing: 0.04em;
    transition: background-color 0.2s; background-color: oklch(0.88 0.15 90); }
  ${part("card")} { border-radius: 0; border: 2px solid #10243e; }
  ${part("title")} { font-size: 1.5rem; }`;

test("a fair theme is used as it is, in both layers, and nobody complains", async () => {
  const { page, complaints } = await visit(fair);
  await control(page, "reject_all").hover();
  await measured(page);
  await picture(page, "theme-fair");
  await page.mouse.move(0, 0);
  const { accept, reject } = await seen(page);
  assert.deepEqual(accept, reject);
  assert.match(accept.backgroundColor, /^oklch/);
  assert.equal(accept.color, "rgb(16, 36, 62)");
  const corner = await control(page, "accept_all").evaluate(
    (button) => getComputedStyle(button).borderRadius,
  );
  assert.equal(corner, "32px");
  await control(page, "settings").click();
  await control(page, "save").waitFor();
  await measured(page);
  assert.match((await seen(page, "dialog")).reject.backgroundColor, /^oklch/);
  await picture(page, "theme-fair-dialog");
  assert.deepEqual(complaints, []);
});

test("a layer that is gone or on its way out is not measured", async () => {
  const { page, complaints } = await visit("");
  await control(page, "settings").click();
  await control(page, "save").waitFor();
  await measured(page);
  await page.evaluate(async (file) => {
    const { checkTheme } = await import(file);
    const host = document.querySelector("dialphone-consent");
    const dialog = host.shadowRoot.querySelector("dialog");
    await Promise.all(dialog.getAnimations().map(({ finished }) => finished));
    // Its event, with which it leaves, comes in a task of its own.
    dialog.close();
    await checkTheme(host.shadowRoot);
    host.remove();
    await checkTheme(host.shadowRoot);
  }, await themeUrl(page));
  assert.deepEqual(complaints, []);
});

test("in the dialog a choice is as strong as in the first layer", async () => {
  const untouched = await visit("");
  const css = `${part("actions")} { grid-template-columns: 1fr 0 1fr; }`;
  const { page, complaints } = await visit(css);
  await complaint(page, complaints);
  for (const one of [untouched.page, page]) {
    await control(one, "settings").click();
    await control(one, "save").waitFor();
  }
  await measured(page);
  assert.deepEqual(await seen(page, "dialog"), await seen(untouched.page, "dialog"));
});

const inDialog = {
  "purposes out of sight": [`${part("purpose")} { visibility: hidden; }`, "visibility"],
  "purposes nobody can read": [`${part("purpose")} { background: #17181c; }`, "color contrast"],
  "switches that run the other way": [`${part("purpose")} { direction: rtl; }`, "direction"],
  "purposes cut off": [`${part("purpose")} { height: 1rem; overflow: clip; }`, "overflow-y"],
};

for (const [name, [css, property]] of Object.entries(inDialog)) {
  test(`corrected in the dialog: ${name}`, async () => {
    const { page } = await visit(css);
    const told = page.waitForEvent("console", {
      predicate: (one) => one.text().includes(`::part(purpose): ${property} is `),
    });
    await control(page, "settings").click();
    await told;
    const { direction, visibility, backgroundColor, overflowY } = await page
      .locator("dialphone-consent dialog section")
      .nth(1)
      .evaluate((section) => ({ ...getComputedStyle(section) }));
    const found = { direction, visibility, backgroundColor, overflowY };
    const backdrop = "rgba(0, 0, 0, 0)";
    const needed = { direction: "ltr", visibility: "visible", backgroundColor: backdrop };
    assert.deepEqual(found, { ...needed, overflowY: "visible" });
  });
}

test("no theme can make a switch that is off look as if it were on", async () => {
  const on = "background: #17181c !important; border-color: #17181c !important";
  const css = `${part("switch")} { ${on}; } ${part("switch")}::before { left: 1.3rem; }
    dialphone-consent::part(purpose) { --consent-quiet: #17181c; }`;
  const { page } = await visit(css);
  await control(page, "settings").click();
  const box = page.locator("dialphone-consent [data-purpose=analytics]");
  await box.waitFor();
  const look = (node) => {
    const before = getComputedStyle(node, "::before");
    const { backgroundColor } = getComputedStyle(node);
    return { fill: backgroundColor, knob: before.left, knobFill: before.backgroundColor };
  };
  const off = await box.evaluate(look);
  assert.deepEqual(off, { fill: "rgb(255, 255, 255)", knob: "3px", knobFill: "rgb(23, 24, 28)" });
  await box.check();
  await page.waitForFunction(() => {
    const { shadowRoot } = document.querySelector("dialphone-consent");
    const switched = shadowRoot.querySelector("[data-purpose=analytics]");
    return getComputedStyle(switched, "::before").left === "21px";
  });
  assert.equal((await box.evaluate(look)).fill, "rgb(23, 24, 28)");
});

test("colours that are fair in the light only are corrected in the dark", async () => {
  const css = ":root { --consent-paper: #ffffff; --consent-control: #ffe680; }";
  const light = await visit(css);
  await control(light.page, "reject_all").hover();
  await measured(light.page);
  assert.deepEqual(light.complaints, []);
  assert.equal((await seen(light.page)).accept.backgroundColor, "rgb(255, 230, 128)");
  await light.page.mouse.move(0, 0);
  const told = complaint(light.page, []);
  await light.page.emulateMedia({ colorScheme: "dark" });
  assert.match(await told, /color contrast is 1\.\d:1/);
  const dark = await visit("", { colorScheme: "dark" });
  assert.deepEqual(await seen(light.page), await seen(dark.page));
  // And they are back where they are fair.
  await light.page.emulateMedia({ colorScheme: "light" });
  await light.page.waitForFunction(() => {
    const { shadowRoot } = document.querySelector("dialphone-consent");
    const accept = shadowRoot.querySelector("[data-action=accept_all]");
    return getComputedStyle(accept).backgroundColor === "rgb(255, 230, 128)";
  });
});

test("a theme that a script puts on later is measured when the visitor comes near", async () => {
  const { page, complaints } = await visit("");
  await control(page, "accept_all").waitFor();
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("dialphone-consent::part(button) { color: #e5e7eb; }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  });
  const told = complaint(page, complaints);
  await control(page, "settings").hover();
  assert.match(await told, /color contrast/);
  assert.equal((await seen(page)).reject.color, "rgb(23, 24, 28)");
});

test("measured again, a weak theme does not slip through on a transition", async () => {
  const css = `${part("button")} { color: #eceef2; transition: all 2s; }`;
  const { page, complaints } = await visit(css);
  await complaint(page, complaints);
  await control(page, "settings").hover();
  await page.evaluate(() => document.documentElement.classList.add("another"));
  await measured(page);
  const colours = await control(page, "reject_all").evaluate(async (button) => {
    const found = new Set();
    for (let frame = 0; frame < 20; frame += 1) {
      await new Promise(requestAnimationFrame);
      found.add(getComputedStyle(button).color);
    }
    return [...found];
  });
  assert.deepEqual(colours, ["rgb(23, 24, 28)"]);
  assert.equal(complaints.length, 1);
});

test("in forced colours the visitor's own colours are what counts", async () => {
  const css = ":root { --consent-ink: #fff; --consent-control: #fff; --consent-paper: #fff; }";
  const { page, complaints } = await visit(css, { forcedColors: "active" });
  await control(page, "reject_all").hover();
  await measured(page);
  assert.deepEqual(complaints, []);
});

test("a first visit without a theme does not load what measures it", async () => {
  for (const attributes of [{}, { layout: "bar" }]) {
    for (const locale of ["en-GB", "ar"]) {
      const { context, page, requests } = await visit("", { attributes, locale });
      await control(page, "accept_all").waitFor();
      await page.waitForLoadState("networkidle");
      assert.ok(requests.every((request) => !/\/theme\.\w+\.js/.test(request.url())));
      await context.close();
    }
  }
});
