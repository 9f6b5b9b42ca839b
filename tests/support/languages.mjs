// The languages there are words in, and how a visitor of each is made to see them.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "./consentd.mjs";

const folder = join(root, "wasm/translations");

export const languages = readdirSync(folder)
  .map((name) => name.replace(/\.json$/, ""))
  .sort();

export const translation = (language) =>
  JSON.parse(readFileSync(join(folder, `${language}.json`), "utf8"));

export const screens = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 320, height: 640 },
};
