// What is said of a page's options, and that the short test in banner.js agrees.

import assert from "node:assert/strict";
import { test } from "node:test";
import { importSource } from "./built.mjs";

const { check } = await importSource("configuration.ts");
const { areOptions, rules } = await importSource("options.ts");
const site = "dialphone.com";

function said(options, prefix = "data-") {
  try {
    check(options, prefix);
    return "";
  } catch ({ message }) {
    return message;
  }
}

test("right options are right for both", () => {
  const right = [{ site }, { site, base: "/v1/", language: "de-AT,de;q=0.8, *;q=0.1" }];
  right.push({ site: "localhost:8080", gpp: "no-sale" });
  right.push({ site, gpp: "sale", language: undefined });
  for (const options of right) {
    assert.equal(areOptions(options), true, JSON.stringify(options));
    assert.equal(said(options), "");
  }
});

test("every option with one letter missing, added, wrong, or two changed places", () => {
  for (const name of Object.keys(rules)) {
    const typos = [...name].flatMap((letter, i) => {
      const [head, tail] = [name.slice(0, i), name.slice(i + 1)];
      const swapped = tail && head + tail[0] + letter + tail.slice(1);
      return [head + tail, `${head}x${letter}${tail}`, `${head}x${tail}`, swapped || `${name}s`];
    });
    for (const typo of typos.filter((one) => !(one in rules))) {
      const options = { site, [typo]: "x" };
      assert.equal(areOptions(options), false);
      assert.match(said(options), /is no option: did you mean data-/, typo);
    }
  }
});

test("values of another kind are named with what is expected", () => {
  const wrong = { site: "a b", base: "a b", language: "{}", gpp: "" };
  for (const [name, value] of Object.entries(wrong)) {
    const options = { site, [name]: value };
    assert.equal(areOptions(options), false);
    assert.ok(said(options).includes(`data-${name}="${value}" is not`), said(options));
  }
});

test("no option of ours: another tool's as an attribute, a mistake in a script", () => {
  const options = { site, turboTrack: "reload" };
  assert.equal(areOptions(options), false);
  assert.equal(said(options), "");
  assert.match(said(options, ""), /^turboTrack is no option: they are site, base/);
  const camel = said({ site, langUage: "de" });
  assert.match(camel, /^data-lang-uage is no option/, "as it stands there");
});

test("all mistakes at once", () => {
  const message = said({ sit: site, gpp: "maybe" });
  const both = /data-sit is no option: did you mean data-site\?; data-gpp="maybe" is not/;
  assert.match(message, both);
  assert.match(message, /data-site is missing/);
});
