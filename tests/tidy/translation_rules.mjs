// What holds for every file in wasm/translations/: complete, plain, honest, in its own script.

import { deniedWords } from "./denied_words.mjs";

export const slots = {
  body: ["{purposes}"],
  controller: ["{controller}"],
  lifetime_minutes: ["{n}"],
  lifetime_hours: ["{n}"],
  lifetime_days: ["{n}"],
  lifetime_months: ["{n}"],
  list: ["{a}", "{b}"],
};

// Characters, as a reader counts them. A button has to fit two to a row on a desktop and one to a
// row at 320 px.
const limits = {
  ...{ dir: 3, title: 40, body: 260, opt_out_title: 50, opt_out_body: 260, preferences_title: 40 },
  ...{ preferences_body: 260, gpc_honoured: 200, opt_out_done: 110, pending: 110, saved: 60 },
  ...{ late: 120, accept_all: 24, reject_all: 24, settings: 20, save: 32, close: 20, withdraw: 32 },
  ...{ reopen: 40, opt_out_action: 24, always_on: 24, cookies: 26, cookie_name: 16 },
  ...{ cookie_provider: 20, cookie_lifetime: 20, recipients: 24, legal_basis: 30, policy_link: 40 },
  ...{ basis_consent: 40, basis_contract: 60, basis_legitimate_interests: 60 },
  ...{ basis_legal_obligation: 40, controller: 50, lifetime_session: 60, lifetime_minutes: 30 },
  ...{ lifetime_hours: 30, lifetime_days: 30, lifetime_months: 30, list: 16, essential_name: 30 },
  ...{ analytics_name: 30, marketing_name: 30, essential_description: 240 },
  ...{ analytics_description: 240, marketing_description: 240 },
};

const sentences = new Set([
  ...["body", "preferences_body", "gpc_honoured", "opt_out_body", "opt_out_done", "pending"],
  ...["saved", "late", "essential_description", "analytics_description", "marketing_description"],
]);

const scripts = {
  ...{ bg: "Cyrillic", uk: "Cyrillic", el: "Greek", ar: "Arabic", he: "Hebrew", ko: "Hangul" },
  ...{ "zh-Hans": "Han", "zh-Hant": "Han", ja: "Han,Hiragana,Katakana" },
};
const rightToLeft = new Set(["ar", "he"]);
// Latin words that have no other form.
const international = /\bcookies?\b|Global Privacy Control/gi;
// Characters that only one way of writing Chinese has.
const simplifiedOnly = /[选择这个设关闭时为从长页无须访问统计认条权类处广显营销网数据发储当说现]/u;
const traditionalOnly = /[選擇這個設關閉時為從長頁無須訪問統計認條權類處廣顯營銷網數據發儲當說現]/u;

// Languages whose word for "all" takes another form in "accept all" than in "reject all".
const inflected = new Set(["is"]);

const length = (text) => [...text].length;
const words = (text) => text.toLowerCase().split(/\s+/);
const withoutSlots = (text) => text.replace(/\{\w+\}/g, "");

function completeness({ text }, reference) {
  const missing = Object.keys(reference.text).filter((key) => !(key in text));
  const extra = Object.keys(text).filter((key) => !(key in reference.text));
  return [
    ...missing.map((key) => [key, "is missing"]),
    ...extra.map((key) => [key, "is not a key of en.json"]),
    ...Object.keys(text)
      .filter((key) => typeof text[key] !== "string" || text[key] === "")
      .map((key) => [key, "must be words"]),
  ];
}

function order({ text }, reference) {
  return Object.keys(text).join() === Object.keys(reference.text).join()
    ? []
    : [["", "the keys do not stand in the order of en.json"]];
}

function eachText({ language, text }) {
  return Object.entries(text)
    .filter(([, value]) => typeof value === "string")
    .flatMap(([key, value]) => textFlaws(language, key, value).map((flaw) => [key, flaw]));
}

function textFlaws(language, key, value) {
  const flaws = [];
  const check = (wrong, flaw) => wrong && flaws.push(flaw);
  const found = value.match(/\{\w*\}/g) ?? [];
  check(
    found.sort().join() !== (slots[key] ?? []).join(),
    `must hold exactly ${slots[key]?.join(" and ") ?? "no placeholder"}`,
  );
  check(/[{}]/.test(withoutSlots(value)), "holds a stray brace");
  check(length(value) > (limits[key] ?? 0), `is longer than ${limits[key]} characters`);
  check(/[!¡！]/u.test(value), "shouts: no exclamation marks");
  check(/^\s|\s$/u.test(value), "begins or ends with a blank");
  check(/ {2}|\p{Zs}\p{Zs}/u.test(value), "holds two blanks in a row");
  check(/\p{Cc}/u.test(value), "holds a control character");
  check(value !== value.normalize("NFC"), "is not in the form NFC");
  check(/["'`]|\.\.\./.test(value), "uses typewriter marks: write ’ and …");
  check(/[<>]/.test(value), "holds what looks like markup");
  check(!key.startsWith("lifetime_") && sentences.has(key) !== /[.。]$/u.test(value), endOf(key));
  check(language === "fr" && /[^\u00a0]:|[^\u202f];/u.test(value), "a blank before : and ;");
  flaws.push(...deniedIn(language, value));
  return flaws;
}

const endOf = (key) =>
  sentences.has(key) ? "is a sentence: end it with a full stop" : "is a label: no full stop";

function deniedIn(language, value) {
  const plain = value.toLowerCase();
  const denied = [...(deniedWords[language] ?? [])].filter((word) =>
    new RegExp(`(?<!\\p{L})${word.replace(/\*$/, "\\p{L}*")}(?!\\p{L})`, "u").test(plain),
  );
  return denied.map((word) => `persuades: "${word}"`);
}

function denials({ language }) {
  return deniedWords[language]?.length >= 4
    ? []
    : [["", "has no list of persuading words in tests/tidy/denied_words.mjs"]];
}

function symmetry({ language, text }) {
  const { accept_all: accept, reject_all: reject } = text;
  if (!accept || !reject) return [];
  const ratio = Math.min(length(accept), length(reject)) / Math.max(length(accept), length(reject));
  const shared = words(accept).some((word) => words(reject).includes(word));
  const flaws = [];
  if (accept === reject) flaws.push("is the same as accept_all");
  if (ratio < 0.6) flaws.push("differs from accept_all by more than 40 % in length");
  if (words(accept).length !== words(reject).length) flaws.push("has other words than accept_all");
  if (words(accept).length > 1 && !shared && !inflected.has(language)) {
    flaws.push("has no word in common with accept_all");
  }
  if (isCapital(accept) !== isCapital(reject)) flaws.push("is capitalised unlike accept_all");
  return flaws.map((flaw) => ["reject_all", flaw]);
}

const isCapital = (text) => /^\p{Lu}/u.test(text);

function script({ language, text }) {
  const expected = scripts[language]?.split(",") ?? ["Latin"];
  const own = new RegExp(expected.map((name) => `\\p{Script=${name}}`).join("|"), "u");
  const marks = "\\p{Script=Common}\\p{Script=Inherited}";
  const foreign = new RegExp(
    `[^${marks}${expected.map((name) => `\\p{Script=${name}}`).join("")}]`,
    "u",
  );
  return Object.entries(text).flatMap(([key, value]) => {
    if (key === "dir" || typeof value !== "string") return [];
    const rest = withoutSlots(value).replace(international, "");
    const found = foreign.exec(rest)?.[0];
    if (found) return [[key, `holds "${found}", which is not written in ${expected[0]}`]];
    const empty = !own.test(rest) && key !== "list" && rest === withoutSlots(value);
    return empty ? [[key, `has no letter in ${expected[0]}`]] : [];
  });
}

function chinese({ language, text }) {
  const foreign = { "zh-Hans": traditionalOnly, "zh-Hant": simplifiedOnly }[language];
  if (!foreign) return [];
  return Object.entries(text).flatMap(([key, value]) => {
    const found = foreign.exec(value)?.[0];
    return found ? [[key, `holds "${found}" of the other way of writing Chinese`]] : [];
  });
}

function direction({ language, text }) {
  const expected = rightToLeft.has(language) ? "rtl" : "ltr";
  const flaws = text.dir === expected ? [] : [["dir", `must be ${expected}`]];
  if (expected === "rtl" && !text.controller?.includes("\u2068{controller}\u2069")) {
    flaws.push(["controller", "must isolate the name with U+2068 and U+2069"]);
  }
  return flaws;
}

// The time a choice lasts is the same in every language, and the core's.
function lifetime({ text }) {
  return text.preferences_body?.includes("182") ? [] : [["preferences_body", "must name 182 days"]];
}

const rules = [
  ...[completeness, order, eachText, denials, symmetry, script, chinese, direction, lifetime],
];

/** One line for everything wrong with a translation; `reference` is the English one. */
export function translationFindings(translation, reference) {
  return rules
    .flatMap((rule) => rule(translation, reference))
    .map(([key, flaw]) => `${translation.language}.json${key && `/${key}`}: ${flaw}`);
}
