// The bytes of a token, for tools and tests; a browser only reads tokens.

import { decodeBase64url } from "./base64url";
import { packChoices, viewOf, writeText, type Core, type CoreExports } from "./core";
import { tokenKindNames, type Token } from "./core_token";
import { actionNames } from "./names";

/** The payload of a token; undefined when a member is outside its range. */
export function encodeTokenPayload(
  core: Core<CoreExports>,
  token: Omit<Token, "state">,
): Uint8Array | undefined {
  const view = viewOf(core.pageIn);
  core.pageIn.fill(0, 0, 64);
  view.setBigInt64(24, BigInt(token.decidedAt), true);
  view.setUint16(32, token.policy, true);
  view.setUint16(34, packChoices(token.choices), true);
  view.setUint8(36, tokenKindNames.indexOf(token.kind));
  view.setUint8(37, token.keyId);
  view.setUint8(38, actionNames.indexOf(token.action));
  view.setUint8(39, +token.gpc);
  if (token.subject) core.pageIn.set(decodeBase64url(token.subject).subarray(0, 16), 40);
  view.setUint8(56, writeText(core.pageIn.subarray(0, 63), token.region, 57));
  const size = core.exports.consent_token_encode();
  return size < 0 ? undefined : core.pageOut.slice(0, size);
}
