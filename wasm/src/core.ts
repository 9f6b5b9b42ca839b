// The core's memory and functions. One page in, one page out; see abi_page.h for the calling
// convention.

import { choiceNames, purposeNames, type Choices, type OptionalPurpose } from "./names";

/** What the small core has: all that a page needs whose visitor has decided nothing. */
export interface DecidingExports {
  memory: { buffer: ArrayBuffer };
  consent_abi_version(): number;
  consent_page_in(): number;
  consent_page_out(): number;
  consent_decide(): number;
  consent_must_ask(): number;
}

/** What consent.wasm has: the same, and what a visitor has decided can be read. */
export interface PageExports extends DecidingExports {
  consent_token_parse(size: number): number;
  consent_cookie_find(nameSize: number, cookiesSize: number): number;
}

/** What core.wasm has: what servers and tools ask besides. */
export interface CoreExports extends PageExports {
  consent_region(countrySize: number, subdivisionSize: number): number;
  consent_regime(regionSize: number, day: number): number;
  consent_token_encode(): number;
  consent_gpc_parse(size: number): number;
  consent_dnt_parse(size: number): number;
}

export interface Core<Exports extends DecidingExports = PageExports> {
  exports: Exports;
  pageIn: Uint8Array;
  pageOut: Uint8Array;
}

export const abiVersion = 1;
const pageInBytes = 16384;
const pageOutBytes = 4096;

/**
 * Wraps the exports of either build. Throws when they are not the ABI this file was written for.
 */
export function createCore<Exports extends DecidingExports>(exports: Exports): Core<Exports> {
  if (exports.consent_abi_version() !== abiVersion)
    throw new Error("consent core of another version");
  const { buffer } = exports.memory;
  return {
    exports,
    pageIn: new Uint8Array(buffer, exports.consent_page_in(), pageInBytes),
    pageOut: new Uint8Array(buffer, exports.consent_page_out(), pageOutBytes),
  };
}

/** Writes text at `offset` of a page and returns its length in bytes, -1 when it does not fit. */
export function writeText(page: Uint8Array, text: string, offset = 0): number {
  const { read, written } = new TextEncoder().encodeInto(text, page.subarray(offset));
  return read === text.length ? written : -1;
}

export function readText(page: Uint8Array, size: number, offset = 0): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(page.slice(offset, offset + size));
}

export function viewOf(page: Uint8Array): DataView {
  return new DataView(page.buffer, page.byteOffset, page.byteLength);
}

// Two bits a purpose, as Choices in policy.h.
export function packChoices(choices: Choices): number {
  return purposeNames.reduce(
    (bits, purpose, i) =>
      bits | (Math.max(0, choiceNames.indexOf(choices[purpose as OptionalPurpose]!)) << (2 * i)),
    0,
  );
}

export function unpackChoices(bits: number): Choices {
  const choices: Choices = {};
  purposeNames.forEach((purpose, i) => {
    const choice = (bits >> (2 * i)) & 3;
    if (i && choice) choices[purpose as OptionalPurpose] = choiceNames[choice];
  });
  return choices;
}
