// Renders what visitors see, for people to look at: every language, light, dark and in forced
// colours, on a desktop and a phone, each layer and layout. Writes build/gallery/*.png and an
// index.html over them. With --axe it asks axe-core about each of them instead of rendering, with
// --places it goes to every position of each layout, with --contrast to the two schemes for who
// prefers more contrast. It ends after --minutes, 30 when left out, and says where.
//
// usage: gallery.mjs [--help] [--axe] [--places] [--contrast] [--minutes N] [language ...]

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { axeFindings } from "../support/axe.mjs";
import { launchBrowser } from "../support/browser.mjs";
import { root, startConsentd } from "../support/consentd.mjs";
import { contrastThemes, openLooks, otherPlaces } from "../support/every_look.mjs";
import { stops, themes } from "../support/every_look.mjs";
import { languages } from "../support/languages.mjs";
import { answerHelp } from "../support/usage.mjs";

answerHelp(import.meta.url);

const folder = join(root, "build/gallery");

function readArguments() {
  try {
    return parseArgs({
      options: {
        axe: { type: "boolean", default: false },
        places: { type: "boolean", default: false },
        contrast: { type: "boolean", default: false },
        minutes: { type: "string", default: "30" },
      },
      allowPositionals: true,
    });
  } catch (error) {
    console.error(`${error.message}\nwhat there is: script/gallery --help`);
    return process.exit(2);
  }
}

const { values: options, positionals: wanted } = readArguments();
const unknown = wanted.filter((language) => !languages.includes(language));
if (unknown.length > 0) {
  console.error(`no such language: ${unknown.join(" ")}; there are ${languages.join(" ")}`);
  process.exit(2);
}

const minutes = Number(options.minutes);
if (!(minutes > 0)) {
  console.error(`--minutes ${options.minutes} is no number of minutes; give one such as 30`);
  process.exit(2);
}
const ends = Date.now() + minutes * 60_000;
const names = [...Object.keys(stops), ...(options.places ? Object.keys(otherPlaces) : [])];
const shown = { ...themes, ...(options.contrast ? contrastThemes : {}) };

function index(pictures) {
  const figures = pictures.map(
    (name) => `<figure><img src="${name}" loading="lazy" alt=""><figcaption>${name}</figcaption>`,
  );
  const style = "body{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}img{max-height:24rem}";
  return `<!doctype html><meta charset="utf-8"><title>Gallery</title><style>${style}</style>
${figures.join("\n")}
`;
}

const seen = [];
const findings = [];

async function render(page, name) {
  seen.push(`${name}.png`);
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}

async function ask(page, name, scope) {
  seen.push(name);
  findings.push(...(await axeFindings(page, scope)).map((finding) => `${name}: ${finding}`));
}

if (!options.axe) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
const service = await startConsentd();
const browser = await launchBrowser();
const looks = await openLooks(browser, service.url, { demo: true, axe: options.axe });
try {
  for (const language of wanted.length > 0 ? wanted : languages) {
    if (Date.now() > ends) {
      findings.push(`${minutes} minutes are over before ${language}: give more with --minutes`);
      break;
    }
    await looks.show(language, options.axe ? ask : render, names, shown);
    console.log(`${language}: ${seen.length} looks so far, ${findings.length} findings`);
  }
} finally {
  await browser.close();
  await service.stop();
}
for (const finding of findings) console.error(finding);
process.exitCode = findings.length > 0 ? 1 : 0;
if (!options.axe) {
  writeFileSync(join(folder, "index.html"), index(seen));
  console.log(join(folder, "index.html"));
}
