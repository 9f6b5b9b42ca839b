// C2SP signed-note with Ed25519, as server/src/audit/signed_note.h has it, over Web Crypto.

export interface Verifier {
  name: string;
  id: Uint8Array;
  key: CryptoKey;
}

const ed25519 = 1;

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

/** Undefined for another form or algorithm, or an id that is not the key's. */
export async function parseVerifierKey(text: string): Promise<Verifier | undefined> {
  const form = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/;
  const [, name, id, base64] = form.exec(text.trim()) ?? [];
  const typed = base64 === undefined ? undefined : bytesOf(base64);
  if (!name || !id || typed?.length !== 33 || typed[0] !== ed25519) return undefined;
  const named = Uint8Array.from([...new TextEncoder().encode(name), 10, ...typed]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", named)).subarray(0, 4);
  const given = Uint8Array.from(id.match(/../g)!, (pair) => parseInt(pair, 16));
  if (!startsWith(digest, given)) return undefined;
  const key = await crypto.subtle.importKey("raw", typed.slice(1), { name: "Ed25519" }, false, [
    "verify",
  ]);
  return { name, id: given, key };
}

/** The note's text with its final newline when this key has signed it. */
export async function openNote(note: string, verifier: Verifier): Promise<string | undefined> {
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0 || !note.endsWith("\n")) return undefined;
  const text = note.slice(0, blank + 1);
  let opened = false;
  for (const line of note.slice(blank + 2, -1).split("\n")) {
    const [, name, base64] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+=*)$/.exec(line) ?? [];
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
