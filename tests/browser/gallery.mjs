// Renders what visitors see, for people to look at: every language, light and dark, on a desktop
// and a phone, each layer. Writes build/gallery/*.png and an index.html over them.
//
// usage: node tests/browser/gallery.mjs [language ...]

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { control, launchBrowser, newVisitor, open } from "../support/browser.mjs";
import { root, startConsentd } from "../support/consentd.mjs";
import { languages, screens } from "../support/languages.mjs";

const folder = join(root, "build/gallery");
const themes = ["light", "dark"];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((language) => !languages.includes(language));
if (unknown.length > 0) {
  console.error(`no such language: ${unknown.join(" ")}; there are ${languages.join(" ")}`);
  process.exit(2);
}

// Each layer as it stands before a visitor; the order spares loading the page again.
const layers = {
  async banner(page) {
    await open(page);
    await control(page, "accept_all").waitFor();
  },
  async dialog(page) {
    await control(page, "settings").click();
    await control(page, "save").waitFor();
    await page.locator("dialphone-consent summary").first().click();
  },
  page: (page) => page.goto("/v1/preferences?site=dialphone.com"),
};

async function render(browser, url, language) {
  const pictures = [];
  const { context, page } = await newVisitor(browser, { url, from: "germany", locale: language });
  for (const [layer, show] of Object.entries(layers)) {
    await page.setViewportSize(screens.desktop);
    await show(page);
    for (const [screen, size] of Object.entries(screens)) {
      await page.setViewportSize(size);
      for (const colorScheme of themes) {
        await page.emulateMedia({ colorScheme });
        const name = `${language}-${layer}-${screen}-${colorScheme}.png`;
        await page.screenshot({ path: join(folder, name), animations: "disabled" });
        pictures.push(name);
      }
    }
  }
  await context.close();
  return pictures;
}

function index(pictures) {
  const figures = pictures.map(
    (name) => `<figure><img src="${name}" loading="lazy" alt=""><figcaption>${name}</figcaption>`,
  );
  const style = "body{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}img{max-height:24rem}";
  return `<!doctype html><meta charset="utf-8"><title>Gallery</title><style>${style}</style>
${figures.join("\n")}
`;
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const service = await startConsentd();
const browser = await launchBrowser();
const pictures = [];
try {
  for (const language of wanted.length > 0 ? wanted : languages) {
    pictures.push(...(await render(browser, service.url, language)));
    console.log(`${language}: ${pictures.length} pictures so far`);
  }
} finally {
  await browser.close();
  await service.stop();
}
writeFileSync(join(folder, "index.html"), index(pictures));
console.log(join(folder, "index.html"));
