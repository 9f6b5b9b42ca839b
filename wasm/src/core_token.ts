// The consent token and the cookie it travels in. Offsets as TokenRecord in abi_records.h.

import { encodeBase64url } from "./base64url";
import { readText, unpackChoices, viewOf, writeText, type Core } from "./core";
import { readState, type RecordState } from "./core_decision";
import { actionNames, type Action, type Choices } from "./names";

/** This file as a module of its own: loaded where something was decided that can be read. */
export interface TokenReader {
  parseToken: typeof parseToken;
  findCookie: typeof findCookie;
}

export const tokenKindNames = ["", "grant", "refused", "opted_out", "gpc", "withdrawn"] as const;
export type TokenKind = Exclude<(typeof tokenKindNames)[number], "">;

export interface Token {
  kind: TokenKind;
  /** What the token says, as a state to decide on. */
  state: RecordState;
  keyId: number;
  decidedAt: number;
  policy: number;
  choices: Choices;
  action: Action;
  gpc: boolean;
  /** "", "DE" or "US-CA". */
  region: string;
  /** 22 characters; only a grant carries one. */
  subject: string | null;
}

/**
 * Reads a token; undefined when it is none. Its signature is the service's business, not the
 * browser's.
 */
export function parseToken(core: Core, text: string): Token | undefined {
  const number = core.exports.consent_token_parse(writeText(core.pageIn, text));
  if (number <= 0) return undefined;
  const view = viewOf(core.pageOut);
  const kind = tokenKindNames[number] as TokenKind;
  return {
    kind,
    state: readState(view),
    decidedAt: Number(view.getBigInt64(24, true)),
    policy: view.getUint16(32, true),
    choices: unpackChoices(view.getUint16(34, true)),
    keyId: view.getUint8(37),
    action: actionNames[view.getUint8(38)]!,
    gpc: !!view.getUint8(39),
    subject: kind === "grant" ? encodeBase64url(core.pageOut.subarray(40, 56)) : null,
    region: readText(core.pageOut, view.getUint8(56), 57),
  };
}

/**
 * The value of the one cookie of this name; undefined when it is absent or there are two that
 * differ.
 */
export function findCookie(core: Core, cookies: string, name: string): string | undefined {
  const nameSize = writeText(core.pageIn, name);
  const cookiesSize = writeText(core.pageIn, cookies, nameSize);
  const size = core.exports.consent_cookie_find(nameSize, cookiesSize);
  return size < 0 ? undefined : readText(core.pageOut, size);
}
