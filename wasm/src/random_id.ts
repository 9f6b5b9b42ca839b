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
  const bytes = random(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint16(6, (view.getUint16(6) & 0x0fff) | 0x7000);
  view.setUint16(8, (view.getUint16(8) & 0x3fff) | 0x8000);
  view.setUint16(0, Math.trunc(nowMs / 0x100000000));
  view.setUint32(2, nowMs % 0x100000000);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
