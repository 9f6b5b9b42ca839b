// Country and subdivision as written -> region -> regime on a day -> zone. Written for reading, not
// for speed.

import {
  aliases,
  countries,
  countryRegimes,
  equivalent,
  gdpr,
  optOut,
  provinces,
  quebecFrom,
  stateLaws,
  states,
  userAssigned,
} from "./region_facts.mjs";

export const textLengthMax = 64;

const trim = (text) => text.replace(/^[ \t]+|[ \t]+$/g, "");
const upper = (text) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
const clean = (text) => (text.length > textLengthMax ? "" : upper(trim(text)));

function parseCountry(text) {
  const code = clean(text);
  const country = aliases.get(code) ?? code;
  return countries.has(country) || userAssigned.has(country) ? country : null;
}

function parseSubdivision(country, text) {
  let code = clean(text);
  const hyphen = code.indexOf("-");
  if (hyphen >= 0) {
    if (code.slice(0, hyphen) !== country) return null;
    code = code.slice(hyphen + 1);
  }
  return /^[A-Z0-9]{1,3}$/.test(code) ? `${country}-${code}` : null;
}

// As geo databases and edge headers give it: two fields.
export function parseRegion(countryText, subdivisionText) {
  const country = parseCountry(countryText ?? "");
  if (country === null) return { country: null, subdivision: null };
  return { country, subdivision: parseSubdivision(country, subdivisionText ?? "") };
}

// As one code: "DE", "US-CA".
export function parseRegionCode(text) {
  const code = clean(text);
  const hyphen = code.indexOf("-");
  return hyphen < 0 ? parseRegion(code, "") : parseRegion(code.slice(0, hyphen), code);
}

function unitedStates(state, day) {
  if (!states.has(state)) return "us_union";
  const law = stateLaws.get(state);
  return law && day >= law.from ? law.id : "us_none";
}

function canada(province, day) {
  const known = provinces.has(province) && (province !== "QC" || day >= quebecFrom);
  if (!known) return { id: "ca_unknown_province", model: "opt_in", gdpr_scope: "none" };
  return province === "QC"
    ? { id: "ca_qc_law25", model: "opt_in", gdpr_scope: "none" }
    : { id: "ca_pipeda", model: "opt_out", gdpr_scope: "none" };
}

// `day` is "2026-11-23".
export function regimeFor(region, day) {
  const { country } = region;
  const subdivision = region.subdivision?.slice(3);
  if (country === null) return { id: "unknown", model: "opt_in", gdpr_scope: "none" };
  if (gdpr.has(country)) return { id: "eu_gdpr", model: "opt_in", gdpr_scope: "gdpr" };
  if (country === "GB") return { id: "uk_gdpr", model: "opt_in", gdpr_scope: "uk_gdpr" };
  if (equivalent.has(country))
    return { id: "gdpr_equivalent", model: "opt_in", gdpr_scope: "equivalent" };
  if (country === "US")
    return { id: unitedStates(subdivision, day), model: "opt_out", gdpr_scope: "none" };
  if (country === "CA") return canada(subdivision, day);
  const dated = (countryRegimes.get(country) ?? []).filter((row) => row.from <= day).at(-1);
  return {
    id: dated?.id ?? "default_opt_in",
    model: optOut.has(country) ? "opt_out" : "opt_in",
    gdpr_scope: "none",
  };
}

// Where a record of this visitor must be stored: nobody but a visitor known to be in the United
// States may be stored there.
export function zoneFor(region, regime) {
  return region.country === "US" && regime.gdpr_scope === "none" ? "us" : "eu";
}
