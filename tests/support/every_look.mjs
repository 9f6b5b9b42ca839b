// Everything a visitor may see in one language: each layer and layout, light, dark and in forced
// colours, on a desktop and a phone. Loads a page once for each layout.

import { control, newVisitor, open } from "./browser.mjs";
import { embedWith } from "./embedding.mjs";
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
  page: { scope: "body", show: (page) => page.goto("/v1/preferences?site=dialphone.com") },
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

/**
 * Calls `visit(page, name, scope)` at every stop. `scope` selects what belongs to the product. Give
 * names of `stops` and `otherPlaces`, or themes, to go to others.
 */
export async function everyLook(
  browser,
  url,
  language,
  visit,
  names = Object.keys(stops),
  shown = themes,
) {
  for (const stop of names) {
    const { attributes, layers } = { ...stops, ...otherPlaces }[stop];
    const { context, page } = await newVisitor(browser, { url, from: "germany", locale: language });
    await embedWith(context, attributes);
    await open(page);
    for (const layer of layers) {
      await page.setViewportSize(screens.desktop);
      const { show, scope } = everyLayer[layer];
      await show(page);
      const name = layer === "banner" ? stop : layer;
      await inEveryTheme(page, shown, (look) => visit(page, `${language}-${name}-${look}`, scope));
    }
    await context.close();
  }
}

async function inEveryTheme(page, shown, visit) {
  for (const [screen, size] of Object.entries(screens)) {
    await page.setViewportSize(size);
    for (const [theme, media] of Object.entries(shown)) {
      await page.emulateMedia(media);
      await visit(`${screen}-${theme}`);
    }
  }
  await page.emulateMedia(plain);
}
