import assert from "node:assert/strict";
import test from "node:test";
import { importSource } from "./built.mjs";

const { contrast, opaque, parseColour } = await importSource("contrast.ts");

const between = (one, other) => contrast(parseColour(one), parseColour(other));

test("contrast is that of WCAG 2.2", () => {
  assert.equal(between("rgb(0, 0, 0)", "rgb(255, 255, 255)"), 21);
  assert.equal(between("rgb(1, 2, 3)", "rgb(1, 2, 3)"), 1);
  // The two greys that everybody quotes: the first passes AA on white, the second does not.
  assert.equal(between("rgb(118, 118, 118)", "rgb(255, 255, 255)").toFixed(2), "4.54");
  assert.equal(between("rgb(255, 255, 255)", "rgb(119, 119, 119)").toFixed(2), "4.48");
  assert.equal(between("rgb(255, 0, 0)", "rgb(255, 255, 255)").toFixed(2), "4.00");
  assert.equal(between("rgb(0, 0, 255)", "rgb(255, 255, 255)").toFixed(2), "8.59");
});

test("computed colours are read in every notation a browser writes for sRGB", () => {
  const grey = { red: 51, green: 51, blue: 51, alpha: 1 };
  assert.deepEqual(parseColour("rgb(51, 51, 51)"), grey);
  assert.deepEqual(parseColour("rgba(51, 51, 51, 0.5)"), { ...grey, alpha: 0.5 });
  assert.deepEqual(parseColour("rgb(51 51 51 / 0.5)"), { ...grey, alpha: 0.5 });
  assert.deepEqual(parseColour("color(srgb 0.2 0.2 0.2)"), grey);
  assert.deepEqual(parseColour("color(srgb 0.2 0.2 0.2 / 0.25)"), { ...grey, alpha: 0.25 });
  for (const foreign of ["oklch(0.5 0.1 20)", "color(display-p3 1 0 0)", "red", ""]) {
    assert.equal(parseColour(foreign), undefined, foreign);
  }
});

test("a colour that lets the one behind through is seen as their mixture", () => {
  const seen = opaque(parseColour("rgba(0, 0, 0, 0.5)"), parseColour("rgb(255, 255, 255)"));
  assert.deepEqual(seen, { red: 127.5, green: 127.5, blue: 127.5, alpha: 1 });
});
