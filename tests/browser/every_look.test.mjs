// Every layer and layout in every language, light, dark and in forced colours, on a desktop and a
// phone, as axe-core sees them: nothing wrong, and nothing left open that support/axe.mjs does not
// explain. Two pages side by side, and at the end it is counted whether nothing was left out.

import assert from "node:assert/strict";
import { describe } from "node:test";

import { axeFindings } from "../support/axe.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { contrastThemes, openLooks, otherPlaces, stops } from "../support/every_look.mjs";
import { languages } from "../support/languages.mjs";

const sideBySide = 2;
const looksOfOne = 5 * 2 * 3;

const stage = browserStage();
const { test } = stage;
const free = [];
const judged = new Set();

async function judge(language, stopNames, themes) {
  const findings = [];
  const looks = free.pop() ?? (await openLooks(stage.browser, stage.service.url, { axe: true }));
  try {
    const visit = async (page, name, scope) => {
      for (const line of await axeFindings(page, scope)) findings.push(`${name}: ${line}`);
      judged.add(name);
    };
    await looks.show(language, visit, stopNames, themes);
  } finally {
    free.push(looks);
  }
  assert.deepEqual(findings, []);
}

describe("axe finds nothing in any look", { concurrency: sideBySide }, () => {
  for (const language of languages) test(language, () => judge(language));

  for (const [why, language, stopNames] of [
    ["more contrast", "en", ["box", "center"]],
    ["in every other place", "de", Object.keys(otherPlaces)],
  ]) {
    test(`${language}, ${why}`, () => judge(language, stopNames, contrastThemes));
  }
});

test("and no look was left out", (t) => {
  t.diagnostic(`axe-core judged ${judged.size} looks in ${languages.length} languages`);
  const inContrast = (4 + Object.keys(otherPlaces).length) * 2 * 2;
  assert.equal(languages.length, 36);
  assert.deepEqual(Object.keys(stops), ["box", "bar", "center"]);
  assert.equal(judged.size, 36 * looksOfOne + inContrast);
});
