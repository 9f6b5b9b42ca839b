// What the GPP vectors ask. The expected strings and fields are those of the IAB's own library,
// @iabgpp/cmpapi; what must be refused was chosen by hand for each kind of damage.

import { GppModel } from "@iabgpp/cmpapi";

export const area = "gpp";
export const flags = {
  Statement: "what a site can say: it sells or shares or not, opted out or not, the signal or not",
  Field: "one field of the section at each of its values",
  Read: "a string of the IAB's library with its fields",
  Header: "the header: its padding, its range of section ids, other sections beside ours",
  Version1: "a section of version 1: 12 and 2 entries instead of 16 and 3",
  Segment: "the second segment: absent, doubled, cut, of another type",
  Canonical: "spare bits that are not zero, characters too many or too few",
  Alphabet: "characters base64url does not have",
  Truncated: "a prefix of a string",
  TooLong: "longer than a reader accepts",
};
export const constants = {};

const name = "usnat";
const neutral = {
  SharingNotice: 0,
  SaleOptOutNotice: 0,
  SharingOptOutNotice: 0,
  TargetedAdvertisingOptOutNotice: 0,
  SensitiveDataProcessingOptOutNotice: 0,
  SensitiveDataLimitUseNotice: 0,
  SaleOptOut: 0,
  SharingOptOut: 0,
  TargetedAdvertisingOptOut: 0,
  SensitiveDataProcessing: Array(16).fill(0),
  KnownChildSensitiveDataConsents: Array(3).fill(0),
  PersonalDataConsents: 0,
  MspaCoveredTransaction: 2,
  MspaOptOutOptionMode: 0,
  MspaServiceProviderMode: 0,
  Gpc: false,
};
const sectionOf = (changes) => ({ ...neutral, ...changes });

function modelOf(section, model = new GppModel()) {
  for (const [field, value] of Object.entries(section)) model.setFieldValue(name, field, value);
  return model;
}

// What the library reads, in the shape of version 2; absent entries of version 1 are 0.
function readByLibrary(text) {
  const read = new GppModel(text).getSection(name);
  const padded = (list, size) => [...list, ...Array(size - list.length).fill(0)];
  const fields = Object.keys(neutral).map((field) => [field, read[field] ?? false]);
  const section = Object.fromEntries(fields);
  section.SensitiveDataProcessing = padded(section.SensitiveDataProcessing, 16);
  section.KnownChildSensitiveDataConsents = padded(section.KnownChildSensitiveDataConsents, 3);
  return section;
}

const outcomes = new Map();
function one(comment, flag, input, outcome) {
  outcomes.set(JSON.stringify(input), outcome);
  return { comment, flags: [flag], input };
}
const read = (comment, flag, text) =>
  one(comment, flag, { text }, { section: readByLibrary(text) });
const refused = (comment, flag, text) => one(comment, flag, { text }, { error: "no_section" });
const written = (comment, flag, section) =>
  one(comment, flag, { section }, { text: modelOf(section).encode() });

// From law.md's rule, not from the code: no opt-out notice and nothing to opt out of for a site
// that neither sells nor shares; the signal opts out of a sale.
const statements = [];
for (const sells_or_shares of [false, true]) {
  for (const opted_out of [false, true]) {
    for (const gpc of [false, true]) {
      const given = sells_or_shares ? 1 : 0;
      const optOut = sells_or_shares ? (opted_out || gpc ? 1 : 2) : 0;
      const section = sectionOf({
        SharingNotice: 1,
        SaleOptOutNotice: given,
        SharingOptOutNotice: given,
        TargetedAdvertisingOptOutNotice: given,
        SaleOptOut: optOut,
        SharingOptOut: optOut,
        TargetedAdvertisingOptOut: optOut,
        Gpc: gpc,
      });
      const site = { sells_or_shares, opted_out, gpc };
      statements.push(
        one(`a site: ${JSON.stringify(site)}`, "Statement", { site }, {
          text: modelOf(section).encode(),
        }),
      );
    }
  }
}

const singles = Object.keys(neutral).filter((field) => typeof neutral[field] === "number");
const fields = singles.flatMap((field) =>
  (field === "MspaCoveredTransaction" ? [1] : [1, 2]).map((value) =>
    written(`${field} ${value}`, "Field", sectionOf({ [field]: value })),
  ),
);
const lists = ["SensitiveDataProcessing", "KnownChildSensitiveDataConsents"].flatMap((field) => {
  const { length } = neutral[field];
  return [0, 1, length - 1].map((at) =>
    written(
      `${field}, entry ${at}`,
      "Field",
      sectionOf({ [field]: neutral[field].map((_, i) => (i === at ? 2 : 0)) }),
    ),
  );
});
const everything = sectionOf({
  ...Object.fromEntries(singles.map((field, i) => [field, 1 + (i % 2)])),
  SensitiveDataProcessing: neutral.SensitiveDataProcessing.map((_, i) => i % 3),
  KnownChildSensitiveDataConsents: [2, 1, 2],
  Gpc: true,
});

const full = modelOf(everything).encode();
const [header, section] = full.split("~");
const [core, signal] = section.split(".");
const other = new GppModel(full);
other.setFieldValue("uspv1", "Notice", "Y");
const beside = modelOf(everything, new GppModel());
beside.setFieldValue("usca", "SaleOptOut", 1);
beside.setFieldValue("usva", "SaleOptOut", 1);
const firstVersion = modelOf({ ...everything, Version: 1 });

const readings = [
  read("everything set", "Read", full),
  read("what the library writes when nothing is set", "Read", modelOf({ Gpc: false }).encode()),
  read("the example of the library's own tests", "Read", "DBABLA~CVVVkkkkkpFY.YA"),
  read("the same with the header of the specification", "Header", "DBABL~CVVVkkkkkpFY.YA"),
  read("the header padded to six bits only", "Header", `DBABL~${section}`),
  read("uspv1 in front", "Header", other.encode()),
  read("usca and usva behind, as a range", "Header", beside.encode()),
  read("version 1", "Version1", firstVersion.encode()),
  read("version 1 of the specification's examples", "Version1", "DBABLA~BAAAVVVVUQA.QA"),
  read("version 1, short header", "Version1", "DBABL~BAAAVVVVUQA.YA"),
];
// The library answers Gpc undefined for it, which is no signal.
const withoutSignal = one(
  "no second segment",
  "Segment",
  { text: `${header}~${core}` },
  { section: { ...readByLibrary(full), Gpc: false } },
);

const replaced = (text, at, character) => text.slice(0, at) + character + text.slice(at + 1);
const damaged = [
  refused("empty", "Header", ""),
  refused("only a header", "Header", header),
  refused("a header without sections", "Header", "DBAA"),
  refused("a TCF string", "Header", "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"),
  refused("another type", "Header", `E${full.slice(1)}`),
  refused("another version of the header", "Header", `DCABLA~${section}`),
  refused("only uspv1", "Header", "DBABTA~1YNN"),
  refused("the header counts a section too many", "Header", `DBACNY~${section}`),
  refused("a section too many", "Header", `${full}~1YNN`),
  refused("a range of 4095 items", "Header", `DB__LA~${section}`),
  refused("a Fibonacci number without an end", "Header", `DBABAA~${section}`),
  refused("a group without a length", "Header", `DBABWA~${section}`),
  refused("a separator behind", "Header", `${full}~`),
  refused("no section behind the separator", "Header", `${header}~`),
  refused("two separators", "Header", `${header}~~${section}`),
  refused("version 0 of the section", "Version1", `${header}~A${section.slice(1)}`),
  refused("version 3 of the section", "Version1", `${header}~D${section.slice(1)}`),
  refused("version 1 in the length of version 2", "Version1", `${header}~B${section.slice(1)}`),
  refused("version 2 in the length of version 1", "Version1", `${header}~CAAAVVVVUQA.QA`),
  refused("an empty second segment", "Segment", `${header}~${core}.`),
  refused("two second segments", "Segment", `${full}.${signal}`),
  refused("the second segment alone", "Segment", `${header}~.${signal}`),
  refused("a second segment of type 2", "Segment", `${header}~${core}.gA`),
  refused("a second segment of one character", "Segment", `${header}~${core}.Y`),
  refused("spare bits in the second segment", "Canonical", `${header}~${core}.QB`),
  refused("spare bits in the section", "Canonical", `${header}~${replaced(core, 11, "B")}.YA`),
  refused("spare bits in the header", "Canonical", `DBABLB~${section}`),
  refused("a character too many", "Canonical", `${header}~${core}A.${signal}`),
  refused("a character too few", "Canonical", `${header}~${core.slice(0, -1)}.${signal}`),
  refused("standard base64", "Alphabet", `${header}~${replaced(core, 6, "+")}.${signal}`),
  refused("padding", "Alphabet", `${header}~${core}=.${signal}`),
  refused("a blank behind", "Alphabet", `${full} `),
  refused("a blank in front", "Alphabet", ` ${full}`),
  refused("a NUL inside", "Alphabet", `${header}~${replaced(core, 4, "\0")}.${signal}`),
  refused("a letter that is not ASCII", "Alphabet", `${header}~é${core.slice(2)}.${signal}`),
  refused("a percent-encoded separator", "Alphabet", full.replace("~", "%7E")),
  ...[1, 5, 7, 9, 15, 20].map((size) =>
    refused(`cut to ${size} characters`, "Truncated", full.slice(0, size)),
  ),
  refused("1025 characters", "TooLong", full + "~".repeat(1025 - full.length)),
  refused("five thousand characters", "TooLong", "D".repeat(5000)),
];

export const cases = [
  ...statements,
  ...fields,
  ...lists,
  written("everything set, written", "Field", everything),
  ...readings,
  withoutSignal,
  ...damaged,
];
export const answer = (input) => outcomes.get(JSON.stringify(input));
export const flatten = (expect) => expect;
