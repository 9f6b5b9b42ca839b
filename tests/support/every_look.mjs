// Everything a visitor may see in one language: each layer and layout, light, dark and in forced
// colours, on a desktop and a phone. Loads a page once for each layout.

import assert from "node:assert/strict";

import { bringAxe } from "./axe.mjs";
import { control, newVisitor, open } from "./browser.mjs";
import { embedWith } from "./embedding.mjs";
import { serveFixture } from "./fixture_page.mjs";
import { screens } from "./languages.mjs";

const plain = { colorScheme: "light", forcedColors: "none", contrast: "no-preference" };

export const themes = {
  light: plain,
  dark: { ...plain, colorScheme: "dark" },
  forced: { ...plain, forcedColors: "active" },
};

/** For visitors who prefer more contrast. */
export const contrastThemes = {
  contrast: { ...plain, contrast: "more" },
  "dark-contrast": { ...plain, colorScheme: "dark", contrast: "more" },
};

const onScreen = "dialphone-consent";
const everyLayer = {
  banner: { scope: onScreen, show: (page) => control(page, "accept_all").waitFor() },
  // The first layer behind it is inert.
  dialog: {
    scope: { fromShadowDom: ["dialphone-consent", "dialog"] },
    async show(page) {
      await control(page, "settings").click();
      await control(page, "save").waitFor();
      await page.locator("dialphone-consent summary").first().click();
    },
  },
  page: {
    scope: "body",
    show: (page, language) =>
      page.goto(`/v1/preferences?site=dialphone.com&language=${language}`),
  },
};

export const stops = {
  box: { attributes: {}, layers: ["banner", "dialog", "page"] },
  bar: { attributes: { layout: "bar" }, layers: ["banner"] },
  center: { attributes: { layout: "center" }, layers: ["banner"] },
};

const positions = {
  box: ["bottom", "bottom-end", "top-start", "top", "top-end"],
  bar: ["top"],
};

/** The first layer in every place but the usual one of its layout. */
export const otherPlaces = Object.fromEntries(
  Object.entries(positions).flatMap(([layout, places]) =>
    places.map((position) => [
      `${layout}-${position}`,
      { attributes: { layout, position }, layers: ["banner"] },
    ]),
  ),
);

const fixture = "/look";
const words = `<p>${"Some words to read. ".repeat(40)}</p>`;

/**
 * A page to look at one language after the other. With `demo` it is the demo's, otherwise one of a
 * few words. Nothing moves in it: a look is what comes to rest.
 */
export async function openLooks(browser, url, { demo = false, axe = false } = {}) {
  const visitor = { url, from: "germany", reducedMotion: "reduce" };
  const { context, page } = await newVisitor(browser, visitor);
  if (axe) await bringAxe(context);

  async function embed(attributes) {
    await context.unrouteAll({ behavior: "wait" });
    if (demo) await embedWith(context, attributes);
    else await serveFixture(context, fixture, words, {}, { attributes });
    await open(page, demo ? "/" : fixture);
  }

  /**
   * Calls `visit(page, name, scope)` at every stop. `scope` selects what belongs to the product.
   * Give names of `stops` and `otherPlaces`, or themes, to go to others.
   */
  async function show(language, visit, names = Object.keys(stops), shown = themes) {
    for (const stop of names) {
      const { attributes, layers } = { ...stops, ...otherPlaces }[stop];
      await embed({ language, ...attributes });
      for (const layer of layers) {
        await page.setViewportSize(screens.desktop);
        const { show: bring, scope } = everyLayer[layer];
        await bring(page, language);
        assert.equal(await languageOf(page, layer), language);
        const name = layer === "banner" ? stop : layer;
        await inEveryTheme(page, shown, (look) =>
          visit(page, `${language}-${name}-${look}`, scope),
        );
      }
    }
  }

  return { show, close: () => context.close() };
}

const languageOf = (page, layer) =>
  page.locator(layer === "page" ? "html" : onScreen).getAttribute("lang");

async function inEveryTheme(page, shown, visit) {
  for (const [screen, size] of Object.entries(screens)) {
    await page.setViewportSize(size);
    for (const [theme, media] of Object.entries(shown)) {
      await page.emulateMedia(media);
      await page.waitForFunction(isShown, { width: size.width, ...media });
      await visit(`${screen}-${theme}`);
    }
  }
  await page.emulateMedia(plain);
}

// In the page: it is as wide, and has the colours, that the look is named after.
function isShown({ width, colorScheme, forcedColors, contrast }) {
  const is = (name, value) => matchMedia(`(${name}: ${value})`).matches;
  return (
    innerWidth === width &&
    is("prefers-color-scheme", colorScheme) &&
    is("forced-colors", forcedColors) &&
    (forcedColors === "active" || is("prefers-contrast", contrast))
  );
}
