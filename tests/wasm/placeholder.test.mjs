import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { importSource, wasmDirectory } from "./built.mjs";

const { allowWords } = await importSource("placeholder_words.ts");
const languages = readdirSync(join(wasmDirectory, "translations")).map((name) =>
  name.replace(".json", ""),
);

test("every language of the service has its words", () => {
  assert.deepEqual(Object.keys(allowWords).sort(), languages.sort());
});

for (const [language, words] of Object.entries(allowWords)) {
  test(`${language}: one purpose, no markup, no shouting, short enough for a button`, () => {
    assert.equal(words.split("{purpose}").length, 2);
    assert.doesNotMatch(words, /[<>!¡！"'`]|\.\.\.|\.$|^\s|\s$/u);
    assert.ok([...words].length <= 70, words);
    assert.equal(words, words.normalize("NFC"));
  });
}
