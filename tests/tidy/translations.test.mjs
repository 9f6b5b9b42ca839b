// The banner's words in every language: each rule finds what it forbids, then the files are held to
// them.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { deniedWords } from "./denied_words.mjs";
import { slots, translationFindings } from "./translation_rules.mjs";

const folder = new URL("../../wasm/translations/", import.meta.url);
const read = (language) => ({
  language,
  text: JSON.parse(readFileSync(new URL(`${language}.json`, folder), "utf8")),
});
const languages = readdirSync(folder).map((name) => name.replace(/\.json$/, ""));
const english = read("en");

const promised = [
  ..."bg hr cs da nl en et fi fr de el hu ga it lv lt mt pl pt ro sk sl es sv".split(" "),
  ..."nb nn is uk tr ar he pt-BR ja ko zh-Hans zh-Hant".split(" "),
];

test("every promised language is there, and no other", () =>
  assert.deepEqual([...languages].sort(), [...promised].sort()));

for (const language of languages) {
  test(`${language} holds to the rules`, () =>
    assert.deepEqual(translationFindings(read(language), english), []));
}

test("no two languages say the same", () => {
  const bodies = languages.map((language) => read(language).text.body);
  assert.equal(new Set(bodies).size, languages.length);
});

test("words for nothing are not kept", () =>
  assert.deepEqual(Object.keys(deniedWords).sort(), [...languages].sort()));

// [what, message, language, key, words]
const forbidden = [
  ["a missing text", /save: is missing/, "de", "save", undefined],
  ["an empty text", /save: must be words/, "de", "save", ""],
  ["an unknown key", /sav: is not a key/, "de", "sav", "Auswahl"],
  ["a lost placeholder", /exactly \{n\}/, "de", "lifetime_days", "Tage"],
  ["a translated placeholder", /exactly \{purposes\}/, "de", "body", "Cookies für {zwecke}."],
  ["a placeholder too many", /no placeholder/, "de", "save", "{n} speichern"],
  ["a placeholder twice", /exactly \{n\}/, "de", "lifetime_days", "{n} {n} Tage"],
  ["a stray brace", /stray brace/, "de", "save", "Auswahl} speichern"],
  ["a long button", /longer than 24/, "de", "accept_all", "Ja, alle Cookies bitte annehmen"],
  ["a long body", /longer than 260/, "de", "body", `{purposes} ${"lang ".repeat(60)}.`],
  ["an exclamation mark", /shouts/, "de", "saved", "Gespeichert!."],
  ["a Spanish one", /shouts/, "es", "save", "¡Guardar"],
  ["a wide one", /shouts/, "ja", "save", "保存！"],
  ["a leading blank", /begins or ends/, "de", "save", " Auswahl"],
  ["a trailing no-break space", /begins or ends/, "de", "save", "Auswahl\u00a0"],
  ["two blanks", /two blanks/, "de", "save", "Auswahl  speichern"],
  ["a line break", /control character/, "de", "save", "Auswahl\nspeichern"],
  ["a decomposed letter", /NFC/, "de", "close", "Schlie\u00dfen u\u0308ber"],
  ["a straight apostrophe", /typewriter/, "fr", "opt_out_action", "S'opposer"],
  ["markup", /markup/, "de", "save", "<b>Auswahl</b>"],
  ["a sentence without an end", /full stop/, "de", "saved", "Ihre Wahl ist gespeichert"],
  ["a label with one", /no full stop/, "de", "save", "Auswahl speichern."],
  ["a French colon without a blank", /blank before/, "fr", "title", "Cookies: votre choix"],
  ["begging", /persuades: "bitte"/, "de", "saved", "Bitte sehr."],
  ["praise", /persuades: "better"/, "en", "saved", "A better choice."],
  ["praise by another ending", /persuades: "empfohlen\*"/, "de", "accept_all", "Empfohlene"],
  ["praise in Greek", /persuades/, "el", "saved", "Η καλύτερη επιλογή."],
  ["praise in Japanese", /persuades/, "ja", "accept_all", "おすすめ"],
  ["a short refusal", /40 % in length/, "de", "reject_all", "Nein"],
  ["a refusal of more words", /other words/, "de", "reject_all", "Alle doch ablehnen"],
  ["a refusal of something else", /no word in common/, "de", "reject_all", "Mehr erfahren"],
  ["a refusal in small letters", /capitalised/, "de", "reject_all", "alle ablehnen"],
  ["twice the same button", /same as accept_all/, "de", "reject_all", "Alle annehmen"],
  ["English in Ukrainian", /not written in Cyrillic/, "uk", "save", "Save my choice"],
  ["a Latin letter among Cyrillic", /"a", which/, "bg", "close", "З\u0061тваряне"],
  ["a Cyrillic letter among Latin", /not written in Latin/, "de", "close", "Schlie\u0430en"],
  ["Greek left in English", /not written in Greek/, "el", "close", "Close"],
  ["no letter at all", /no letter in Hebrew/, "he", "close", "182"],
  ["simplified among traditional", /other way/, "zh-Hant", "close", "关闭"],
  ["traditional among simplified", /other way/, "zh-Hans", "close", "關閉"],
  ["Arabic from the left", /dir: must be rtl/, "ar", "dir", "ltr"],
  ["a Latin name loose in Hebrew", /isolate/, "he", "controller", "הגורם: {controller}"],
  ["German from the right", /dir: must be ltr/, "de", "dir", "rtl"],
  ["another lifetime", /182 days/, "de", "preferences_body", "Eine Wahl gilt 365 Tage."],
];

for (const [what, pattern, language, key, words] of forbidden) {
  test(`finds ${what}`, () => {
    const translation = read(language);
    if (words === undefined) delete translation.text[key];
    else translation.text[key] = words;
    const found = translationFindings(translation, english);
    assert.ok(
      found.some((finding) => pattern.test(finding)),
      `${pattern} is not among ${JSON.stringify(found)}`,
    );
  });
}

test("finds a language without persuading words to look for", () => {
  const [finding] = translationFindings({ ...english, language: "xx" }, english);
  assert.match(finding, /no list of persuading words/);
});

test("every key with a placeholder is one of English", () => {
  for (const key of Object.keys(slots)) assert.ok(english.text[key], key);
});
