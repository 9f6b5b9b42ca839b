// What the token vectors ask: tokens as a service writes them, and every way of not being one. The
// expected fields are those the token was made from; the expected errors were chosen by hand for
// each kind of damage.

import {
  countryNumber,
  grantActions,
  grantBytes,
  macOf,
  numbersOf,
  payloadOf,
  refusalBytes,
  textOf,
} from "../reference/tokens.mjs";

export const area = "token";
export const flags = {
  Grant: "a token with a subject: every field, at its ends",
  Refusal: "a token without a subject: the same for everyone that day",
  Region: "country and subdivision numbers, at their ends",
  Mac: "a well-formed token whose MAC is wrong, of another site or of another key: readable, never believed",
  Truncated: "a prefix of a token",
  Trailing: "bytes behind the end",
  Version: "the version in front",
  Parts: "the number of parts",
  Base64: "characters, padding and spare bits base64url does not have",
  Number: "a number outside its range",
  Canonical: "bytes that decode to a token which is written otherwise",
  TooLong: "longer than a reader accepts",
};

export const site = "vectors.test";
const keys = {
  0: Buffer.from("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "hex"),
  3: Buffer.from("6b6579206f66207468697265642070617274792c20726f74617465642074776f", "hex"),
};
export const constants = {
  site,
  keys: Object.fromEntries(Object.entries(keys).map(([id, key]) => [id, key.toString("hex")])),
};

const sign = (payload, key = keys[0], forSite = site) =>
  textOf(payload, macOf(key, forSite, payload));
const known = (id) => keys[id] ?? Buffer.alloc(32, 0x5a);

const outcomes = new Map();

// `mac`: whether the service that holds the keys of this file may believe it.
function good(comment, flag, token, { text, mac = "valid" } = {}) {
  const written = text ?? sign(payloadOf(token), known(token.key_id));
  outcomes.set(written, { ...token, mac });
  return { comment, flags: [flag], input: { token: written } };
}

function bad(comment, flag, text, error, skip) {
  outcomes.set(text, { error });
  return { comment, flags: [flag], input: { token: text }, skip };
}

const subject = "AAECAwQFBgcICQoLDA0ODw";
const grant = (changes = {}) => ({
  kind: "grant",
  key_id: 0,
  decided_at: "2026-11-23T10:00:07.000Z",
  policy: 3,
  choices: { analytics: "granted", marketing: "denied" },
  action: "save",
  region: { country: "DE", subdivision: null },
  gpc: false,
  subject,
  ...changes,
});
const refusalAction = {
  refused: "reject_all",
  opted_out: "reject_all",
  gpc: "gpc",
  withdrawn: "withdraw",
};
const refusal = (kind, changes = {}) => ({
  kind,
  key_id: 0,
  decided_at: "2026-11-23T00:00:00.000Z",
  policy: 3,
  choices: { analytics: "denied", marketing: "denied" },
  action: refusalAction[kind],
  region: { country: null, subdivision: null },
  gpc: kind === "gpc",
  subject: null,
  ...changes,
});

const actions = Object.keys(grantActions);
const grantedChoices = [
  ["granted", "granted"],
  ["granted", "denied"],
  ["granted", "not_asked"],
  ["denied", "granted"],
  ["not_asked", "granted"],
];
const grants = [
  ...actions.flatMap((action) =>
    grantedChoices.map(([analytics, marketing]) =>
      good(
        `${action}: analytics ${analytics}, marketing ${marketing}`,
        "Grant",
        grant({ action, choices: { analytics, marketing } }),
      ),
    ),
  ),
  good("with the signal on", "Grant", grant({ gpc: true })),
  good("the first second there is", "Grant", grant({ decided_at: "1970-01-01T00:00:01.000Z" })),
  good("beyond 2038", "Grant", grant({ decided_at: "2038-01-19T03:14:08.000Z" })),
  good("the last second there is", "Grant", grant({ decided_at: "2106-02-07T06:28:15.000Z" })),
  good("policy 0", "Grant", grant({ policy: 0 })),
  good("policy 1", "Grant", grant({ policy: 1 })),
  good("policy 255", "Grant", grant({ policy: 255 })),
  good("policy 256", "Grant", grant({ policy: 256 })),
  good("policy 65535", "Grant", grant({ policy: 65535 })),
  good("a subject of zeros", "Grant", grant({ subject: "AAAAAAAAAAAAAAAAAAAAAA" })),
  good("a subject of ones", "Grant", grant({ subject: "_____________________w" })),
  good("the highest key id", "Grant", grant({ key_id: 15 }), { mac: "invalid" }),
  good("a rotated key", "Grant", grant({ key_id: 3 })),
];

// The bytes that core/FORMAT.md spells out.
const subjectBytes = "000102030405060708090a0b0c0d0e0f";
const byHand = (bytes) => textOf(Buffer.from(bytes.replaceAll(" ", ""), "hex"), Buffer.alloc(16));
const examples = [
  good(
    "the grant of FORMAT.md",
    "Grant",
    grant({
      key_id: 5,
      decided_at: "2026-11-23T10:00:00.000Z",
      region: { country: "US", subdivision: "US-CA" },
    }),
    { text: byHand(`15 6b040ea0 0003 66 021b 1030 ${subjectBytes}`), mac: "invalid" },
  ),
  good("the refusal of FORMAT.md", "Refusal", refusal("refused", { key_id: 1 }), {
    text: byHand("21 512c 0003"),
    mac: "invalid",
  }),
];

const places = [
  [null, null],
  ["AD", null],
  ["ZW", null],
  ["XK", null],
  ["US", null],
  ["US", "US-CA"],
  ["US", "US-WY"],
  ["GB", "GB-NIR"],
  ["FI", "FI-01"],
  ["FR", "FR-999"],
  ["CA", "CA-QC"],
  ["DE", "DE-BY"],
  ["AT", "AT-9"],
  ["NO", "NO-21"],
  ["JP", "JP-Z"],
  ["MX", "MX-ZZZ"],
];
const regions = places.map(([country, subdivision]) =>
  good(
    `region ${subdivision ?? country ?? "unknown"}`,
    "Region",
    grant({ region: { country, subdivision } }),
  ),
);

const refusalKinds = Object.keys(refusalAction);
const refusals = refusalKinds.flatMap((kind) => [
  good(`${kind} today`, "Refusal", refusal(kind)),
  good(`${kind} under a rotated key`, "Refusal", refusal(kind, { key_id: 3 })),
  good(
    `${kind} on the first day there is`,
    "Refusal",
    refusal(kind, { decided_at: "1970-01-02T00:00:00.000Z" }),
  ),
  good(
    `${kind} on the last day there is`,
    "Refusal",
    refusal(kind, { decided_at: "2149-06-06T00:00:00.000Z" }),
  ),
  good(`${kind} under the highest policy`, "Refusal", refusal(kind, { policy: 65535 })),
]);

const plain = payloadOf(grant());
const plainText = sign(plain);
const flip = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
const wrongMacs = [
  good("the MAC of another site", "Mac", grant(), {
    text: sign(plain, keys[0], "other.test"),
    mac: "invalid",
  }),
  good("the MAC of another key", "Mac", grant(), { text: sign(plain, keys[3]), mac: "invalid" }),
  good("the MAC of an unknown key", "Mac", grant(), {
    text: sign(plain, Buffer.alloc(32, 9)),
    mac: "invalid",
  }),
  good("the MAC of an empty key", "Mac", grant(), {
    text: sign(plain, Buffer.alloc(0)),
    mac: "invalid",
  }),
  good("a MAC of zeros", "Mac", grant(), { text: textOf(plain, Buffer.alloc(16)), mac: "invalid" }),
  good("a MAC with its first bit flipped", "Mac", grant(), {
    text: flip(plainText, plainText.lastIndexOf(".") + 1),
    mac: "invalid",
  }),
  good(
    "the MAC of a token that grants less",
    "Mac",
    grant({ choices: { analytics: "granted", marketing: "granted" } }),
    {
      text: textOf(
        payloadOf(grant({ choices: { analytics: "granted", marketing: "granted" } })),
        macOf(keys[0], site, plain),
      ),
      mac: "invalid",
    },
  ),
  good("the MAC of another subject", "Mac", grant({ subject: "_____________________w" }), {
    text: textOf(
      payloadOf(grant({ subject: "_____________________w" })),
      macOf(keys[0], site, plain),
    ),
    mac: "invalid",
  }),
  good(
    "the MAC of another day",
    "Mac",
    refusal("refused", { decided_at: "2026-11-24T00:00:00.000Z" }),
    {
      text: textOf(
        payloadOf(refusal("refused", { decided_at: "2026-11-24T00:00:00.000Z" })),
        macOf(keys[0], site, payloadOf(refusal("refused"))),
      ),
      mac: "invalid",
    },
  ),
  good("a withdrawal relabelled as a refusal", "Mac", refusal("refused"), {
    text: textOf(
      payloadOf(refusal("refused")),
      macOf(keys[0], site, payloadOf(refusal("withdrawn"))),
    ),
    mac: "invalid",
  }),
  good("the key id of another key", "Mac", grant({ key_id: 3 }), {
    text: textOf(
      payloadOf(grant({ key_id: 3 })),
      macOf(keys[0], site, payloadOf(grant({ key_id: 3 }))),
    ),
    mac: "invalid",
  }),
  good("a key id nobody has", "Mac", grant({ key_id: 7 }), { mac: "invalid" }),
];

const refusalText = sign(payloadOf(refusal("refused")));
const truncatedPayloads = Array.from({ length: plain.length }, (_, size) =>
  bad(`a grant cut to ${size} bytes`, "Truncated", sign(plain.subarray(0, size)), "truncated"),
);
const truncatedRefusals = Array.from({ length: 4 }, (_, size) =>
  bad(
    `a refusal cut to ${size + 1} bytes`,
    "Truncated",
    sign(payloadOf(refusal("refused")).subarray(0, size + 1)),
    "truncated",
  ),
);
const truncatedMacs = [0, 1, 8, 15].map((size) =>
  bad(
    `a MAC cut to ${size} bytes`,
    "Truncated",
    textOf(plain, macOf(keys[0], site, plain).subarray(0, size)),
    "truncated",
  ),
);
const trailing = [
  bad(
    "a byte behind a grant",
    "Trailing",
    sign(Buffer.concat([plain, Buffer.from([0])])),
    "trailing_bytes",
  ),
  bad(
    "a byte behind a refusal",
    "Trailing",
    sign(Buffer.concat([payloadOf(refusal("gpc")), Buffer.from([0])])),
    "trailing_bytes",
  ),
  bad(
    "a grant behind a refusal",
    "Trailing",
    sign(Buffer.concat([payloadOf(refusal("gpc")), plain.subarray(0, 23)])),
    "trailing_bytes",
  ),
  bad(
    "a byte behind the MAC",
    "Trailing",
    textOf(plain, Buffer.concat([macOf(keys[0], site, plain), Buffer.from([0])])),
    "trailing_bytes",
  ),
];

const [, payloadPart, macPart] = plainText.split(".");
const form = [
  bad("empty", "Parts", "", "not_three_parts"),
  bad("a word", "Parts", "null", "not_three_parts"),
  bad("one part", "Parts", "1", "not_three_parts"),
  bad("two parts", "Parts", `1.${payloadPart}`, "not_three_parts"),
  bad("no version", "Parts", `${payloadPart}.${macPart}`, "not_three_parts"),
  bad("four parts", "Parts", `${plainText}.`, "not_three_parts"),
  bad("a dot in front", "Parts", `.${plainText}`, "not_three_parts"),
  bad(
    "the payload in two parts",
    "Parts",
    `1.${payloadPart.slice(0, 8)}.${payloadPart.slice(8)}.${macPart}`,
    "not_three_parts",
  ),
  bad("only dots", "Parts", "..", "unknown_version"),
  bad("version 0", "Version", `0${plainText.slice(1)}`, "unknown_version"),
  bad("version 2", "Version", `2${plainText.slice(1)}`, "unknown_version"),
  bad("version 11", "Version", `1${plainText}`, "unknown_version"),
  bad("version 01", "Version", `0${plainText}`, "unknown_version"),
  bad("a blank in front", "Version", ` ${plainText}`, "unknown_version"),
  bad("a quotation mark in front", "Version", `"${plainText}"`, "unknown_version"),
  bad("a letter as version", "Version", `l${plainText.slice(1)}`, "unknown_version"),
  bad("a blank behind", "Base64", `${plainText} `, "bad_base64url"),
  bad("a line feed behind", "Base64", `${plainText}\n`, "bad_base64url"),
  bad("padding behind the MAC", "Base64", `${plainText}==`, "bad_base64url"),
  bad("padding behind the payload", "Base64", `1.${payloadPart}=.${macPart}`, "bad_base64url"),
  bad(
    "a plus from standard base64",
    "Base64",
    `1.+${payloadPart.slice(1)}.${macPart}`,
    "bad_base64url",
  ),
  bad(
    "a slash from standard base64",
    "Base64",
    `1.${payloadPart}./${macPart.slice(1)}`,
    "bad_base64url",
  ),
  bad("a percent sign", "Base64", `1.${payloadPart.slice(0, -1)}%.${macPart}`, "bad_base64url"),
  bad(
    "a letter that is not ASCII",
    "Base64",
    `1.é${payloadPart.slice(2)}.${macPart}`,
    "bad_base64url",
  ),
  bad(
    "a NUL inside",
    "Base64",
    `1.${payloadPart.slice(0, 5)}\u0000${payloadPart.slice(6)}.${macPart}`,
    "bad_base64url",
    { http: "a NUL in a query is a malformed request" },
  ),
  bad(
    "one character over a whole group in the payload",
    "Base64",
    `1.${payloadPart.slice(0, 37)}.${macPart}`,
    "bad_base64url",
  ),
  bad(
    "one character over a whole group in the MAC",
    "Base64",
    `1.${payloadPart}.${macPart.slice(0, 21)}`,
    "bad_base64url",
  ),
  bad(
    "spare bits set in the payload",
    "Canonical",
    `1.${payloadPart.slice(0, -1)}${nextCharacter(payloadPart.at(-1))}.${macPart}`,
    "bad_base64url",
  ),
  bad(
    "spare bits set in the MAC",
    "Canonical",
    `1.${payloadPart}.${macPart.slice(0, -1)}${nextCharacter(macPart.at(-1))}`,
    "bad_base64url",
  ),
  bad("97 characters", "TooLong", `${plainText}${"A".repeat(97 - plainText.length)}`, "too_long"),
  bad(
    "96 characters, which are read",
    "Trailing",
    textOf(plain, Buffer.alloc(31)).padEnd(96, "A"),
    "trailing_bytes",
  ),
  bad("five thousand characters", "TooLong", `1.${"A".repeat(5000)}.${macPart}`, "too_long"),
  bad("five thousand dots", "TooLong", ".".repeat(5000), "too_long"),
];

// The next character of the alphabet: the same value with its lowest bit set, where that bit means
// nothing.
function nextCharacter(character) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(character) + 1];
}

const numbers = numbersOf(grant());
const raw = (changes) => sign(grantBytes({ ...numbers, ...changes }));
const day = numbersOf(refusal("refused"));
const rawRefusal = (changes) => sign(refusalBytes({ ...day, ...changes }));
const damaged = [
  ...[0, 6, 7, 8, 15].flatMap((kind) => [
    bad(
      `kind ${kind} in the shape of a grant`,
      "Number",
      raw({ first: kind << 4 }),
      "unknown_kind",
    ),
    bad(
      `kind ${kind} in the shape of a refusal`,
      "Number",
      rawRefusal({ first: kind << 4 }),
      "unknown_kind",
    ),
  ]),
  bad("a grant of no time", "Number", raw({ seconds: 0 }), "bad_time"),
  bad("a refusal of no day", "Number", rawRefusal({ day: 0 }), "bad_time"),
  bad("analytics neither asked, denied nor granted", "Number", raw({ flags: 0x36 }), "bad_choices"),
  bad("marketing neither asked, denied nor granted", "Number", raw({ flags: 0xe6 }), "bad_choices"),
  bad("a grant that asks nothing", "Number", raw({ flags: 0x06 }), "bad_choices"),
  bad("a grant that denies all", "Number", raw({ flags: 0x56 }), "bad_choices"),
  bad(
    "a grant that denies one and asks nothing else",
    "Number",
    raw({ flags: 0x16 }),
    "bad_choices",
  ),
  ...[0, 2, 4, 5, 7].map((action) =>
    bad(
      `a grant by action ${action}`,
      "Number",
      raw({ flags: 0x60 | (action << 1) }),
      "bad_action",
    ),
  ),
  bad("a country beyond the letters", "Region", raw({ country: 677 }), "bad_region"),
  bad("the highest country number", "Region", raw({ country: 65535 }), "bad_region"),
  bad("country ZZ", "Region", raw({ country: countryNumber("ZZ") }), "bad_region"),
  bad("country AA", "Region", raw({ country: countryNumber("AA") }), "bad_region"),
  bad("country EU", "Region", raw({ country: countryNumber("EU") }), "bad_region"),
  bad("country UK is written GB", "Region", raw({ country: countryNumber("UK") }), "bad_region"),
  bad(
    "a subdivision beyond three characters",
    "Region",
    raw({ subdivision: 37 ** 3 }),
    "bad_region",
  ),
  bad("the highest subdivision number", "Region", raw({ subdivision: 65535 }), "bad_region"),
  bad(
    "a subdivision without a country",
    "Canonical",
    raw({ country: 0, subdivision: 4107 }),
    "not_canonical",
  ),
  bad("a subdivision with a gap in front", "Canonical", raw({ subdivision: 1 }), "not_canonical"),
  bad(
    "a subdivision with a gap inside",
    "Canonical",
    raw({ subdivision: 1 * 37 * 37 + 1 }),
    "not_canonical",
  ),
  bad("a refusal read as a grant", "Truncated", rawRefusal({ first: 0x10 }), "truncated"),
  bad("a grant read as a refusal", "Trailing", raw({ first: 0x20 }), "trailing_bytes"),
  bad("a cookie with its name", "Version", `__Host-dp_consent=${refusalText}`, "unknown_version"),
  bad("a JSON web token", "Version", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", "unknown_version"),
];

export const cases = [
  ...grants,
  ...examples,
  ...regions,
  ...refusals,
  ...wrongMacs,
  ...truncatedPayloads,
  ...truncatedRefusals,
  ...truncatedMacs,
  ...trailing,
  ...form,
  ...damaged,
];

export const answer = (input) => outcomes.get(input.token);
export const flatten = (expect) => expect;
