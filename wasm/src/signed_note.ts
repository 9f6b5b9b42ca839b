// C2SP signed-note with Ed25519, as server/src/audit/signed_note.h has it, over Web Crypto.

export interface Verifier {
  name: string;
  id: Uint8Array;
  key: CryptoKey;
}

const ed25519 = 1;
const noteBytesMax = 65_536;
const signaturesMax = 64;

// y of the points whose order divides 8, as server/src/crypto/ed25519.cpp has them: whoever trusts
// such a key trusts everybody.
const smallOrder = [
  "00".repeat(32),
  "01".padEnd(64, "0"),
  `ec${"ff".repeat(30)}7f`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
];
const notBelowPrime = /^(ed|ee|ef|f.)(ff){30}7f$/;

function isKey(bytes: Uint8Array): boolean {
  const y = [...bytes.subarray(0, 31), bytes[31]! & 0x7f];
  const text = y.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return !smallOrder.includes(text) && !notBelowPrime.test(text);
}

function bytesOf(base64: string): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return btoa(String.fromCharCode(...bytes)) === base64 ? bytes : undefined;
  } catch {
    return undefined;
  }
}

const startsWith = (bytes: Uint8Array, start: Uint8Array) =>
  start.every((byte, i) => bytes[i] === byte);

/** Undefined for another form or algorithm, an id that is not the key's, a key of small order. */
export async function parseVerifierKey(text: string): Promise<Verifier | undefined> {
  const form = /^([^\s+\0-\x1f\x7f]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/;
  const [, name, id, base64] = form.exec(text) ?? [];
  const typed = base64 === undefined ? undefined : bytesOf(base64);
  if (!name || !id || typed?.length !== 33 || typed[0] !== ed25519) return undefined;
  const named = Uint8Array.from([...new TextEncoder().encode(name), 10, ...typed]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", named)).subarray(0, 4);
  const given = Uint8Array.from(id.match(/../g)!, (pair) => parseInt(pair, 16));
  if (!startsWith(digest, given) || !isKey(typed.subarray(1))) return undefined;
  const key = await crypto.subtle.importKey("raw", typed.slice(1), { name: "Ed25519" }, false, [
    "verify",
  ]);
  return { name, id: given, key };
}

/** The note's text with its final newline when this key has signed it. */
export async function openNote(note: string, verifier: Verifier): Promise<string | undefined> {
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0 || !note.endsWith("\n") || /[\0-\x09\x0b-\x1f]/.test(note)) return undefined;
  if (new TextEncoder().encode(note).length > noteBytesMax) return undefined;
  const text = note.slice(0, blank + 1);
  const lines = note.slice(blank + 2, -1).split("\n");
  if (lines.length > signaturesMax) return undefined;
  let opened = false;
  for (const line of lines) {
    const [, name, base64] =
      /^\u2014 ([^\s+\0-\x1f\x7f]+) ([A-Za-z0-9+/]+=*)$/.exec(line) ?? [];
    const bytes = base64 === undefined ? undefined : bytesOf(base64);
    if (!name || !bytes || bytes.length <= 4) return undefined;
    if (name !== verifier.name || !startsWith(bytes, verifier.id)) continue;
    const signed = new TextEncoder().encode(text);
    const signature = bytes.slice(4);
    if (!(await crypto.subtle.verify({ name: "Ed25519" }, verifier.key, signature, signed))) {
      return undefined;
    }
    opened = true;
  }
  return opened ? text : undefined;
}
