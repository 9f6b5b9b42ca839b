// Region and regime, as the service resolves them. The banner takes both from the notice.

import { readText, writeText, type Core, type CoreExports } from "./core";
import { modelNames, type Model } from "./names";

export interface Regime {
  /** The number of the regime in regimes.inc. */
  id: number;
  model: Model;
  gdprScope: "gdpr" | "uk_gdpr" | "equivalent" | "none";
  zone: "eu" | "us";
}

const scopeNames = ["gdpr", "uk_gdpr", "equivalent", "none"] as const;
const zoneNames = ["eu", "us"] as const;

/** "", "DE" or "US-CA"; whatever is not understood is "", the unknown region. */
export function parseRegion(core: Core<CoreExports>, country: string, subdivision = ""): string {
  const countrySize = writeText(core.pageIn, country);
  const subdivisionSize = writeText(core.pageIn, subdivision, Math.max(0, countrySize));
  const size = core.exports.consent_region(countrySize, subdivisionSize);
  return size < 0 ? "" : readText(core.pageOut, size);
}

/** The regime of a region on a day, counted from 1970-01-01. */
export function regimeFor(core: Core<CoreExports>, region: string, day: number): Regime {
  const packed = core.exports.consent_regime(Math.max(0, writeText(core.pageIn, region)), day);
  return {
    id: packed & 0xff,
    model: modelNames[(packed >> 8) & 0xff]!,
    gdprScope: scopeNames[(packed >> 16) & 0xff]!,
    zone: zoneNames[(packed >> 24) & 0xff]!,
  };
}
