// What the region vectors ask. The answers come from reference/regions.mjs; where a case carries
// `expect`, the answer was also written down by hand and the two must agree.

import { countries, stateLaws, unknownMarkers } from "../reference/region_facts.mjs";
import { parseRegion, parseRegionCode, regimeFor, zoneFor } from "../reference/regions.mjs";

export const area = "region";
export const flags = {
  EveryCode: "each of the 249 ISO 3166-1 codes: a forgotten or mistyped row",
  Alias: "codes other systems write for the same place",
  UnknownMarker:
    'Tor, VPN, continent and "do not know" markers: must be the unknown region, never a country',
  Malformed: "anything not understood is unknown and opt_in, never an error that falls through",
  BareSubdivision:
    "a subdivision without its country must not be read as a country (DE, NC, CA, YT ...)",
  PrefixMismatch: "a subdivision of another country is dropped",
  State: "the law of a US state, on the days around its first",
  Province: "Canada is opt_out only with a known province other than Quebec",
  Dated: "the answer changes on a day, without a release",
  Overseas: "territories whose status is commonly got wrong",
  Case: "lower case and surrounding blanks do not matter",
  TooLong: "longer than a reader accepts",
};

const today = "2026-11-23";
const noHttpControl = { http: "a control character cannot be sent in a header field" };
const noHttpCode = { http: "the service takes country and subdivision as two fields" };
const noHttpOneField = { http: "a header field of blanks or of no characters is no header field" };

const fields = (comment, flag, country, subdivision = null, extra = {}) => ({
  comment,
  flags: [flag],
  input: { country, subdivision, date: extra.date ?? today },
  skip: extra.skip,
  hand: extra.hand,
});
const code = (comment, flag, text, extra = {}) => ({
  comment,
  flags: [flag],
  input: { code: text, date: extra.date ?? today },
  skip: noHttpCode,
  hand: extra.hand,
});

function dayBefore(date) {
  return new Date(Date.parse(date) - 86400e3).toISOString().slice(0, 10);
}

const everyCode = [...countries].map((country) =>
  fields(`country ${country}`, "EveryCode", country),
);

const everyStateLaw = [...stateLaws].flatMap(([state, { from, id }]) => [
  fields(`US-${state} on the first day of its law`, "State", "US", state, {
    date: from,
    hand: { regime: id },
  }),
  fields(`US-${state} on the day before its law`, "State", "US", `US-${state}`, {
    date: dayBefore(from),
    hand: { regime: "us_none", model: "opt_out" },
  }),
]);

const markers = unknownMarkers.map((text) =>
  fields(`marker ${text}`, "UnknownMarker", text, null, {
    hand: { regime: "unknown", model: "opt_in" },
  }),
);

const unknown = { regime: "unknown", model: "opt_in", country: null };
const aliases = [
  fields("UK is the United Kingdom", "Alias", "UK", null, {
    hand: { country: "GB", regime: "uk_gdpr" },
  }),
  fields("EL is Greece", "Alias", "EL", null, { hand: { country: "GR", regime: "eu_gdpr" } }),
  fields("XI is Northern Ireland, part of the United Kingdom", "Alias", "XI", null, {
    hand: { country: "GB", regime: "uk_gdpr" },
  }),
  fields("IC, the Canary Islands, is Spain", "Alias", "IC", null, {
    hand: { country: "ES", regime: "eu_gdpr" },
  }),
  fields("EA, Ceuta and Melilla, is Spain", "Alias", "EA", null, {
    hand: { country: "ES", regime: "eu_gdpr" },
  }),
  fields("an alias in lower case", "Alias", "uk", null, { hand: { country: "GB" } }),
  fields(
    "Kosovo has a user-assigned code: a country, opt_in by the allow-list rule",
    "Alias",
    "XK",
    null,
    {
      hand: { country: "XK", regime: "default_opt_in", model: "opt_in" },
    },
  ),
  code("an alias as one code", "Alias", "UK", { hand: { country: "GB", regime: "uk_gdpr" } }),
];

const spelling = [
  fields("lower case", "Case", "de", null, { hand: { country: "DE" } }),
  fields("mixed case, both fields", "Case", "uS", "cA", {
    hand: { subdivision: "US-CA", regime: "us_ca_ccpa" },
  }),
  fields("blanks around", "Case", "  FR ", null, { hand: { country: "FR" } }),
  fields("tabs around", "Case", "\tFR\t", null, { hand: { country: "FR" } }),
  fields("blanks around the subdivision", "Case", "US", " US-CO ", {
    hand: { subdivision: "US-CO", regime: "us_co_cpa" },
  }),
  code("one code in lower case with blanks", "Case", " us-ca ", {
    hand: { subdivision: "US-CA", regime: "us_ca_ccpa" },
  }),
];

const malformed = [
  fields("empty", "Malformed", "", null, { skip: noHttpOneField, hand: unknown }),
  fields("blanks only", "Malformed", "   ", null, { skip: noHttpOneField, hand: unknown }),
  fields("one letter", "Malformed", "D", null, { hand: unknown }),
  fields("ISO alpha-3", "Malformed", "DEU", null, { hand: unknown }),
  fields("ISO numeric", "Malformed", "276", null, { hand: unknown }),
  fields("a name", "Malformed", "Germany", null, { hand: unknown }),
  fields("a name with an umlaut", "Malformed", "Österreich", null, { hand: unknown }),
  fields("unassigned AB", "Malformed", "AB", null, { hand: unknown }),
  fields("withdrawn AN (Netherlands Antilles)", "Malformed", "AN", null, { hand: unknown }),
  fields("withdrawn SU", "Malformed", "SU", null, { hand: unknown }),
  fields("withdrawn YU", "Malformed", "YU", null, { hand: unknown }),
  fields("user-assigned QM", "Malformed", "QM", null, { hand: unknown }),
  fields("user-assigned XA", "Malformed", "XA", null, { hand: unknown }),
  fields("a blank inside", "Malformed", "D E", null, { hand: unknown }),
  fields("quoted", "Malformed", '"DE"', null, { hand: unknown }),
  fields("two folded fields", "Malformed", "DE, US", null, { hand: unknown }),
  fields("both codes in the country field", "Malformed", "US-CA", null, { hand: unknown }),
  fields("fullwidth letters are not ASCII", "Malformed", "ＤＥ", null, { hand: unknown }),
  fields("Cyrillic letters that look like it", "Malformed", "ВЕ", null, { hand: unknown }),
  fields("a long s does not become S in upper case", "Malformed", "ſe", null, { hand: unknown }),
  fields("a dotless i does not become I in upper case", "Malformed", "ıe", null, { hand: unknown }),
  fields("a NUL behind", "Malformed", "DE\u0000", null, { skip: noHttpControl, hand: unknown }),
  fields("a line feed behind is no blank", "Malformed", "DE\n", null, {
    skip: noHttpControl,
    hand: unknown,
  }),
  fields("65 characters", "TooLong", `DE${" ".repeat(63)}`, null, {
    skip: { http: "header fields are trimmed before they are read" },
    hand: unknown,
  }),
  fields("64 characters", "TooLong", `DE${" ".repeat(62)}`, null, { hand: { country: "DE" } }),
  fields("a subdivision of 65 characters is dropped", "TooLong", "US", `US-CA${" ".repeat(60)}`, {
    skip: { http: "header fields are trimmed before they are read" },
    hand: { subdivision: null, regime: "us_union" },
  }),
];

const subdivisions = [
  fields("a subdivision without a country", "BareSubdivision", "", "US-CA", { hand: unknown }),
  fields("a subdivision with an unknown country", "BareSubdivision", "XX", "CA", { hand: unknown }),
  code("bare NC is New Caledonia, not North Carolina", "BareSubdivision", "NC", {
    hand: { country: "NC", model: "opt_in" },
  }),
  code("bare DE is Germany, not Delaware", "BareSubdivision", "DE", {
    hand: { country: "DE", model: "opt_in" },
  }),
  code("bare CA is Canada, not California", "BareSubdivision", "CA", {
    hand: { country: "CA", model: "opt_in" },
  }),
  code("bare YT is Mayotte, not Yukon", "BareSubdivision", "YT", {
    hand: { country: "YT", regime: "eu_gdpr" },
  }),
  code("bare TX is no country", "BareSubdivision", "TX", { hand: unknown }),
  code("a hyphen without a country", "BareSubdivision", "-CA", { hand: unknown }),
  code("a country and a hyphen", "Malformed", "US-", {
    hand: { country: "US", subdivision: null, regime: "us_union" },
  }),
  code("empty code", "Malformed", "", { hand: unknown }),
  code("three parts", "Malformed", "US-CA-LA", {
    hand: { country: "US", subdivision: null, regime: "us_union" },
  }),
  fields("the subdivision of another country", "PrefixMismatch", "US", "CA-ON", {
    hand: { subdivision: null, regime: "us_union" },
  }),
  fields("Germany with a state of the US", "PrefixMismatch", "DE", "US-CA", {
    hand: { country: "DE", subdivision: null },
  }),
  fields("a subdivision of four characters", "Malformed", "US", "CALI", {
    hand: { subdivision: null, regime: "us_union" },
  }),
  fields("a name as subdivision", "Malformed", "US", "California", {
    hand: { subdivision: null, regime: "us_union" },
  }),
  fields("punctuation as subdivision", "Malformed", "US", "C.", {
    hand: { subdivision: null, regime: "us_union" },
  }),
  fields("a state that does not exist is an unknown state", "State", "US", "ZZ", {
    hand: { regime: "us_union", model: "opt_out" },
  }),
  fields("an unknown state has all states’ duties", "State", "US", null, {
    hand: { regime: "us_union", model: "opt_out" },
  }),
  fields("a state without a law", "State", "US", "NY", {
    hand: { regime: "us_none", model: "opt_out" },
  }),
  fields("the capital is a state without a law", "State", "US", "DC", {
    hand: { regime: "us_none" },
  }),
  fields("Puerto Rico as a state", "State", "US", "US-PR", {
    hand: { regime: "us_none", model: "opt_out" },
  }),
  fields("US-DE is Delaware", "State", "US", "DE", {
    hand: { regime: "us_de_dpdpa", model: "opt_out" },
  }),
  fields("US-MT is Montana", "State", "US", "MT", { hand: { regime: "us_mt_mtcdpa" } }),
  fields("US-NC is North Carolina", "State", "US", "NC", { hand: { regime: "us_none" } }),
];

const canada = [
  fields("Quebec", "Province", "CA", "QC", { hand: { regime: "ca_qc_law25", model: "opt_in" } }),
  fields("Ontario", "Province", "CA", "ON", { hand: { regime: "ca_pipeda", model: "opt_out" } }),
  fields("Newfoundland is not the Netherlands", "Province", "CA", "CA-NL", {
    hand: { regime: "ca_pipeda" },
  }),
  fields("Saskatchewan is not Slovakia", "Province", "CA", "SK", { hand: { regime: "ca_pipeda" } }),
  fields("Yukon is not Mayotte", "Province", "CA", "YT", { hand: { regime: "ca_pipeda" } }),
  fields("no province", "Province", "CA", null, {
    hand: { regime: "ca_unknown_province", model: "opt_in" },
  }),
  fields("a province that does not exist", "Province", "CA", "ZZ", {
    hand: { regime: "ca_unknown_province", model: "opt_in" },
  }),
  fields("the province of another country", "Province", "CA", "US-CA", {
    hand: { regime: "ca_unknown_province", model: "opt_in" },
  }),
];

const dated = [
  fields("Chile before the new law", "Dated", "CL", null, {
    date: "2026-11-30",
    hand: { regime: "cl_19628", model: "opt_in" },
  }),
  fields("Chile on the first day of the new law", "Dated", "CL", null, {
    date: "2026-12-01",
    hand: { regime: "cl_21719", model: "opt_in" },
  }),
  fields("Chile long after", "Dated", "CL", null, {
    date: "2031-01-01",
    hand: { regime: "cl_21719" },
  }),
  fields("India before the main duties", "Dated", "IN", null, {
    date: "2027-05-12",
    hand: { regime: "in_spdi", model: "opt_in" },
  }),
  fields("India with the main duties", "Dated", "IN", null, {
    date: "2027-05-13",
    hand: { regime: "in_dpdp", model: "opt_in" },
  }),
  fields("Switzerland before the revision", "Dated", "CH", null, {
    date: "2023-08-31",
    hand: { regime: "default_opt_in", model: "opt_in" },
  }),
  fields("Switzerland with the revision", "Dated", "CH", null, {
    date: "2023-09-01",
    hand: { regime: "ch_fadp", model: "opt_in" },
  }),
  fields("Viet Nam before its law", "Dated", "VN", null, {
    date: "2025-12-31",
    hand: { regime: "default_opt_in", model: "opt_in" },
  }),
  fields("Viet Nam with its law", "Dated", "VN", null, {
    date: "2026-01-01",
    hand: { regime: "vn_pdpl", model: "opt_in" },
  }),
  fields("Quebec before Law 25 is as strict", "Dated", "CA", "QC", {
    date: "2023-09-21",
    hand: { regime: "ca_unknown_province", model: "opt_in" },
  }),
  fields("Quebec with Law 25", "Dated", "CA", "QC", {
    date: "2023-09-22",
    hand: { regime: "ca_qc_law25", model: "opt_in" },
  }),
  fields("Thailand before its law applied", "Dated", "TH", null, {
    date: "2022-05-31",
    hand: { regime: "default_opt_in", model: "opt_in" },
  }),
  fields("South Africa before its law applied", "Dated", "ZA", null, {
    date: "2021-06-30",
    hand: { regime: "default_opt_in", model: "opt_in" },
  }),
  fields("China before its law", "Dated", "CN", null, {
    date: "2021-10-31",
    hand: { regime: "default_opt_in", model: "opt_in" },
  }),
  fields("Germany far in the future", "Dated", "DE", null, {
    date: "2037-12-31",
    hand: { regime: "eu_gdpr" },
  }),
  fields("the US far in the future, unknown state", "Dated", "US", null, {
    date: "2037-12-31",
    hand: { regime: "us_union" },
  }),
];

const overseas = [
  fields("Réunion arriving under its parent", "Overseas", "FR", "RE", {
    hand: { country: "FR", regime: "eu_gdpr" },
  }),
  fields("Åland arriving under its parent", "Overseas", "FI", "01", {
    hand: { regime: "eu_gdpr" },
  }),
  fields("Svalbard arriving under its parent", "Overseas", "NO", "NO-21", {
    hand: { regime: "eu_gdpr" },
  }),
  fields("Aruba arriving under its parent stays strict", "Overseas", "NL", "AW", {
    hand: { model: "opt_in" },
  }),
  fields("Northern Ireland", "Overseas", "GB", "NIR", {
    hand: { subdivision: "GB-NIR", regime: "uk_gdpr" },
  }),
  fields("Hong Kong arriving under China stays strict", "Overseas", "CN", "HK", {
    hand: { regime: "cn_pipl", model: "opt_in" },
  }),
  fields("Norfolk Island has Australian law", "Overseas", "NF", null, {
    hand: { regime: "au_privacy_act", model: "opt_out" },
  }),
];

export const cases = [
  ...everyCode,
  ...aliases,
  ...spelling,
  ...markers,
  ...malformed,
  ...subdivisions,
  ...canada,
  ...dated,
  ...overseas,
  ...everyStateLaw,
];

export function answer(input) {
  const region =
    "code" in input ? parseRegionCode(input.code) : parseRegion(input.country, input.subdivision);
  const regime = regimeFor(region, input.date);
  return { region, regime, zone: zoneFor(region, regime) };
}

// The hand-written part of an answer, compared with the computed one.
export function flatten(expect) {
  return {
    country: expect.region.country,
    subdivision: expect.region.subdivision,
    regime: expect.regime.id,
    model: expect.regime.model,
    gdpr_scope: expect.regime.gdpr_scope,
    zone: expect.zone,
  };
}
