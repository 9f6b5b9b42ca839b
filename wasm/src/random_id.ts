// Ids made in the browser, from the browser's own randomness.

import { encodeBase64url } from "./base64url";

export type Randomness = (bytes: Uint8Array) => Uint8Array;
export const browserRandomness: Randomness = (bytes) => crypto.getRandomValues(bytes);

/** 128 random bits as 22 characters: a subject, a session. */
export function randomId(random: Randomness): string {
  return encodeBase64url(random(new Uint8Array(16)));
}

/** RFC 9562 UUIDv7: 48 bits of milliseconds, version, variant, 74 random bits. */
export function uuidv7(nowMs: number, random: Randomness): string {
  const bytes = random(new Uint8Array(10));
  bytes[2] = (bytes[2]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const time = nowMs.toString(16).padStart(12, "0");
  return `${time}${hex}`.replace(/(.{8})(.{4}).(...)(.{4})/, "$1-$2-7$3-$4-");
}
