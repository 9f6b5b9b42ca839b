// C2SP signed-note and Ed25519 (RFC 8032 section 5.1.7) written down a second time, in whole
// numbers and from the words of the two, without any library's curve. Strict where RFC 8032 leaves
// a choice: a key is refused when it is not written as its point is, or is of small order (one
// such key "signs" every text).

import { createHash } from "node:crypto";

const p = 2n ** 255n - 19n;
export const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (a) => ((a % p) + p) % p;

function power(base, exponent) {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) {
    if (e & 1n) result = mod(result * b);
  }
  return result;
}

const inverse = (a) => power(a, p - 2n);
const d = mod(-121665n * inverse(121666n));
const rootOfMinusOne = power(2n, (p - 1n) / 4n);

const number = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
export const bytesOf = (value) =>
  Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();

// RFC 8032 section 5.1.3; null where the bytes are no point, or not the point's own.
export function decodePoint(bytes) {
  const written = number(bytes);
  const sign = written >> 255n;
  const y = written & (2n ** 255n - 1n);
  if (y >= p) return null;
  const square = mod((y * y - 1n) * inverse(d * y * y + 1n));
  let x = power(square, (p + 3n) / 8n);
  if (mod(x * x) !== square) x = mod(x * rootOfMinusOne);
  if (mod(x * x) !== square || (x === 0n && sign === 1n)) return null;
  return { x: (x & 1n) === sign ? x : p - x, y };
}

export const encodePoint = ({ x, y }) => bytesOf(y | ((x & 1n) << 255n));
export const identity = { x: 0n, y: 1n };
const base = decodePoint(bytesOf(mod(4n * inverse(5n))));

function add(a, b) {
  const product = mod(d * a.x * b.x * a.y * b.y);
  return {
    x: mod((a.x * b.y + a.y * b.x) * inverse(1n + product)),
    y: mod((a.y * b.y + a.x * b.x) * inverse(1n - product)),
  };
}

export function times(scalar, point) {
  let sum = identity;
  for (let step = point, rest = scalar; rest > 0n; rest >>= 1n, step = add(step, step)) {
    if (rest & 1n) sum = add(sum, step);
  }
  return sum;
}

export function challenge(r, key, text) {
  const hash = createHash("sha512").update(r).update(key).update(text).digest();
  return number(hash) % order;
}

const isIdentity = ({ x, y }) => x === 0n && y === 1n;

// Bytes that are no point at all may stand in a verifier key: nothing was ever signed with them.
function isKey(bytes) {
  const y = number(bytes) & (2n ** 255n - 1n);
  const point = y < p ? decodePoint(bytesOf(y)) : identity;
  return point === null || !isIdentity(times(8n, point));
}

function verifies(key, text, signature) {
  const point = decodePoint(key);
  const s = number(signature.subarray(32));
  if (!point || !isKey(key) || s >= order) return false;
  const r = signature.subarray(0, 32);
  const negative = { x: mod(-point.x), y: point.y };
  return encodePoint(add(times(s, base), times(challenge(r, key, text), negative))).equals(r);
}

export function keyId(name, typedKey) {
  const named = Buffer.concat([Buffer.from(`${name}\n`), typedKey]);
  return createHash("sha256").update(named).digest().subarray(0, 4);
}

const isName = (name) => /^[^\s+\0-\x1f\x7f]+$/.test(name);

function fromBase64(text) {
  const bytes = Buffer.from(text, "base64");
  return text !== "" && bytes.toString("base64") === text ? bytes : null;
}

function parseKey(text) {
  const [name, id, ...rest] = text.split("+");
  const typed = rest.length ? fromBase64(rest.join("+")) : null;
  if (!isName(name) || typed?.length !== 33 || typed[0] !== 1) return null;
  if (keyId(name, typed).toString("hex") !== id || !isKey(typed.subarray(1))) return null;
  return { name, id, bytes: typed.subarray(1) };
}

function signaturesOf(lines) {
  const read = lines.map((line) => {
    const [dash, name, base64, ...more] = line.split(" ");
    const bytes = base64 === undefined ? null : fromBase64(base64);
    if (dash !== "\u2014" || more.length || !isName(name)) return null;
    if (!bytes || bytes.length < 5) return null;
    return { name, id: bytes.subarray(0, 4).toString("hex"), signature: bytes.subarray(4) };
  });
  return read.includes(null) || read.length > 64 ? null : read;
}

// { key: whether it is one, text: what the note says when this key has signed it, or null }
export function opened({ key: written, note }) {
  const key = parseKey(written);
  if (!key) return { key: false, text: null };
  const nothing = { key: true, text: null };
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n") || /[\0-\x09\x0b-\x1f]/.test(note)) return nothing;
  if (Buffer.byteLength(note) > 65_536) return nothing;
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1);
  const ours = signaturesOf(lines === "" ? [] : lines.split("\n"))?.filter(
    ({ name, id }) => name === key.name && id === key.id,
  );
  const holds = ({ signature }) =>
    signature.length === 64 && verifies(key.bytes, Buffer.from(text), signature);
  return ours?.length && ours.every(holds) ? { key: true, text } : nothing;
}
