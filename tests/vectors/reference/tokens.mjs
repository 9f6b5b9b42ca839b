// The consent token, written from core/FORMAT.md: fields to bytes, bytes to text, and the MAC a
// service puts on it.

import { createHmac } from "node:crypto";

export const kinds = { grant: 1, refused: 2, opted_out: 3, gpc: 4, withdrawn: 5 };
export const grantActions = { accept_all: 1, save: 3, default: 6 };
const choiceBits = { not_asked: 0, denied: 1, granted: 2 };

// A country counts its two letters in base 26, plus one; a subdivision its up to three characters
// in base 37.
export function countryNumber(code) {
  if (code === null) return 0;
  return (code.charCodeAt(0) - 65) * 26 + (code.charCodeAt(1) - 65) + 1;
}

const subdivisionAlphabet = " ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
export function subdivisionNumber(code) {
  if (code === null) return 0;
  const [first, second, third] = code
    .slice(3)
    .padEnd(3, " ")
    .split("")
    .map((character) => subdivisionAlphabet.indexOf(character));
  return (first * 37 + second) * 37 + third;
}

function u16(value) {
  return [value >> 8, value & 0xff];
}
function u32(value) {
  return [...u16(Math.floor(value / 65536)), ...u16(value % 65536)];
}

// The bytes of a grant from raw numbers, so that numbers no writer would use can be written too.
export function grantBytes({ first, seconds, policy, flags, country, subdivision, subject }) {
  return Buffer.from([
    first,
    ...u32(seconds),
    ...u16(policy),
    flags,
    ...u16(country),
    ...u16(subdivision),
    ...subject,
  ]);
}

export const refusalBytes = ({ first, day, policy }) =>
  Buffer.from([first, ...u16(day), ...u16(policy)]);

export function numbersOf(token) {
  const first = (kinds[token.kind] << 4) | token.key_id;
  const time = Date.parse(token.decided_at) / 1000;
  if (token.kind !== "grant") return { first, day: time / 86400, policy: token.policy };
  const choices = choiceBits[token.choices.analytics] | (choiceBits[token.choices.marketing] << 2);
  return {
    first,
    seconds: time,
    policy: token.policy,
    flags: (choices << 4) | (grantActions[token.action] << 1) | (token.gpc ? 1 : 0),
    country: countryNumber(token.region.country),
    subdivision: subdivisionNumber(token.region.subdivision),
    subject: Buffer.from(token.subject, "base64url"),
  };
}

export function payloadOf(token) {
  return token.kind === "grant" ? grantBytes(numbersOf(token)) : refusalBytes(numbersOf(token));
}

// Each field of the signed bytes stands behind its length, so that no two lists of fields give the
// same bytes.
export function macOf(key, site, payload) {
  const field = (bytes) => Buffer.concat([Buffer.from(u16(bytes.length)), bytes]);
  const signed = Buffer.concat([
    field(Buffer.from("consent-token-1")),
    field(Buffer.from(site)),
    field(payload),
  ]);
  return createHmac("sha256", key).update(signed).digest().subarray(0, 16);
}

export const textOf = (payload, mac) =>
  `1.${payload.toString("base64url")}.${mac.toString("base64url")}`;
