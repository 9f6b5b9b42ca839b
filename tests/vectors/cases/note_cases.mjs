// What the note vectors ask: signed notes as C2SP writes them, and what must not pass for one. The
// invalid signatures are the kinds that Wycheproof's eddsa_test has, and the points of small order
// and their other spellings that "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko) lists.

import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import {
  bytesOf,
  challenge,
  decodePoint,
  encodePoint,
  identity,
  keyId,
  opened,
  order,
  times,
} from "../reference/notes.mjs";

export const area = "note";
export const flags = {
  Valid: "a note this key has signed, alone or among others",
  Published: "the example of C2SP signed-note, as it stands there",
  KeyForm: "what is written as a verifier key and is none",
  WeakKey: "a key of small order, which signs anything, or a point spelled otherwise, or none",
  Malleable: "S and a multiple of the group's order, or its highest bits set",
  Altered: "one bit of R, S or the text is another",
  Length: "a signature or a note cut short, too long, or empty",
  Stranger: "another's signature, under its own name and id or under ours",
  KeyId: "our name with another's id, our id with another's name: skipped, hence unsigned",
  NoteForm: "lines, blanks and characters that a note does not have",
};

const name = "dialphone.com/consent/eu";
const text = "dialphone.com/consent/eu\n42\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const prefix = Buffer.from("302e020100300506032b657004220420", "hex"); // PKCS #8, RFC 8410

function keyFrom(byte) {
  const der = Buffer.concat([prefix, Buffer.alloc(32, byte)]);
  const secret = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const raw = createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(-32);
  return { raw, sign: (message) => sign(null, Buffer.from(message), secret) };
}

const typed = (raw, type = 1) => Buffer.concat([Buffer.from([type]), raw]);
const idOf = (raw, of = name) => keyId(of, typed(raw));
const written = (raw, of = name) =>
  `${of}+${idOf(raw, of).toString("hex")}+${typed(raw).toString("base64")}`;
const line = (signature, id, of = name) =>
  `\u2014 ${of} ${Buffer.concat([id, signature]).toString("base64")}\n`;

const ours = keyFrom(7);
const theirs = keyFrom(8);
const key = written(ours.raw);
const id = idOf(ours.raw);
const signature = ours.sign(text);
const good = line(signature, id);
const noteOf = (...lines) => `${text}\n${lines.join("")}`;

const one = (comment, flag, input, hand) => ({ comment, flags: [flag], input, hand });
const refused = (comment, flag, note, of = key) =>
  one(comment, flag, { key: of, note }, { key: true, text: null });
const noKey = (comment, flag, of) =>
  one(comment, flag, { key: of, note: noteOf(good) }, { key: false, text: null });
const accepted = (comment, note, flag = "Valid") =>
  one(comment, flag, { key, note }, { key: true, text: note.slice(0, note.lastIndexOf("\n\n") + 1) });

function flipped(bytes, bit) {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] ^= 1 << (bit & 7);
  return copy;
}

const example = {
  key: "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
  note:
    "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXpp" +
    "zi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
};

const stranger = line(theirs.sign(text), idOf(theirs.raw, "witness.example"), "witness.example");
const future = "\u2014 future.example AAAAAAAAAAAA\n";

const valid = [
  one("as published", "Published", example, { key: true, text: "This is an example message.\n" }),
  accepted("one signature", noteOf(good)),
  accepted("a witness has signed, too", noteOf(good, stranger)),
  accepted("a witness stands in front", noteOf(stranger, good)),
  accepted("an algorithm nobody knows yet", noteOf(future, good)),
  accepted("our signature twice", noteOf(good, good)),
  accepted("64 signatures", noteOf(...Array(63).fill(stranger), good)),
  accepted("a blank line in the text", `a\n\nb\n\n${line(ours.sign("a\n\nb\n"), id)}`),
  accepted("no word at all", `\n\n${line(ours.sign("\n"), id)}`),
  accepted("other languages", `Grüße, 你好\n\n${line(ours.sign("Grüße, 你好\n"), id)}`),
];

const keyForms = [
  ["empty", ""],
  ["a plus", "+"],
  ["three words", "a+b+c"],
  ["without an id", `${name}+${typed(ours.raw).toString("base64")}`],
  ["an id of another key", key.replace(id.toString("hex"), idOf(theirs.raw).toString("hex"))],
  ["another name", key.replace("/eu", "/us")],
  ["no name", key.replace(name, "")],
  ["a blank in the name", key.replace("/eu", " eu")],
  ["an id in capitals", key.replace(id.toString("hex"), id.toString("hex").toUpperCase())],
  ["an id of three bytes", key.replace(id.toString("hex"), id.toString("hex").slice(2))],
  ["a byte too few", `${name}+${id.toString("hex")}+${typed(ours.raw.subarray(1)).toString("base64")}`],
  ["a byte too many", `${name}+${id.toString("hex")}+${Buffer.concat([typed(ours.raw), id.subarray(1)]).toString("base64")}`],
  [
    "another algorithm",
    `${name}+${keyId(name, typed(ours.raw, 2)).toString("hex")}+${typed(ours.raw, 2).toString("base64")}`,
  ],
  ["base64 without an end", key.slice(0, -1)],
  ["base64 for URLs", key.replace(/\+A[^+]*$/, (end) => `+${end.slice(1).replace(/./, "_")}`)],
  ["a new line behind it", `${key}\n`],
].map(([comment, of]) => noKey(comment, "KeyForm", of));

// Points whose order divides 8, from one of order 8, and each spelling of them.
const eighth = decodePoint(
  Buffer.from("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "hex"),
);
const prime = 2n ** 255n - 19n;
const high = 2n ** 255n;
const small = Array.from({ length: 8 }, (_, i) => encodePoint(times(BigInt(i), eighth)));
const otherwise = [1n | high, (prime - 1n) | high, prime, prime | high, prime + 1n, (prime + 1n) | high];

// R = [S]B - [h]A with S = 0 is the identity where h is a multiple of A's order: a verifier that
// takes such keys takes this. The text is one for which it holds.
function forged(raw, point) {
  const r = encodePoint(identity);
  for (let n = 0; ; n += 1) {
    const said = `${name}\n${n}\n`;
    const product = times(challenge(r, raw, Buffer.from(said)), point);
    if (encodePoint(product).equals(r)) {
      return `${said}\n${line(Buffer.concat([r, bytesOf(0n)]), idOf(raw))}`;
    }
  }
}

const weak = (comment, raw, note) =>
  one(comment, "WeakKey", { key: written(raw), note }, { key: false, text: null });
const weakKeys = [
  ...small.map((raw, i) => weak(`${i} times a point of order 8`, raw, forged(raw, decodePoint(raw)))),
  ...otherwise.map((value) => {
    const raw = bytesOf(value);
    return weak("a small point spelled otherwise", raw, forged(raw, identity));
  }),
  refused(
    "2 is the y of no point",
    "WeakKey",
    noteOf(line(signature, idOf(bytesOf(2n)))),
    written(bytesOf(2n)),
  ),
  weak("all ones", Buffer.alloc(32, 255), noteOf(line(signature, idOf(Buffer.alloc(32, 255))))),
];

const half = (at) => BigInt(`0x${Buffer.from(signature.subarray(at, at + 32)).reverse().toString("hex")}`);
const r = signature.subarray(0, 32);
const s = half(32);
const withS = (value) => Buffer.concat([r, bytesOf(value)]);
const malleable = [
  ...[1n, 2n, 7n].map((times) => [`S plus ${times} times the order`, s + times * order]),
  ...[253n, 254n, 255n].map((bit) => [`bit ${bit} of S`, s | (1n << bit)]),
  ["S is the order", order],
  ["S is all ones", 2n ** 256n - 1n],
  ["the negative of S", order - s],
  ["S is 0", 0n],
].map(([comment, value]) => refused(comment, "Malleable", noteOf(line(withS(value), id))));

const altered = [
  ...Array.from({ length: 64 }, (_, i) =>
    refused(`bit ${i % 8} of byte ${i}`, "Altered", noteOf(line(flipped(signature, 9 * i - (i >> 3) * 8), id))),
  ),
  refused("the size is another", "Altered", noteOf(good).replace("\n42\n", "\n43\n")),
  refused("the root is another", "Altered", noteOf(good).replace("CsUY", "DsUY")),
  refused("R is the identity", "Altered", noteOf(line(Buffer.concat([encodePoint(identity), bytesOf(s)]), id))),
  refused("all zeros", "Altered", noteOf(line(Buffer.alloc(64), id))),
  refused("R and S have changed places", "Altered", noteOf(line(Buffer.concat([bytesOf(s), r]), id))),
  refused("S of another text", "Altered", noteOf(line(Buffer.concat([r, ours.sign("other\n").subarray(32)]), id))),
];

const lengths = [
  ...[1, 31, 32, 33, 60, 63].map((size) =>
    refused(`a signature of ${size} bytes`, "Length", noteOf(line(signature.subarray(0, size), id))),
  ),
  refused("no signature, only the id", "Length", noteOf(line(Buffer.alloc(0), id))),
  refused("a byte too many", "Length", noteOf(line(Buffer.concat([signature, Buffer.alloc(1)]), id))),
  refused("twice the signature", "Length", noteOf(line(Buffer.concat([signature, signature]), id))),
  refused("an empty note", "Length", ""),
  refused("no signature at all", "Length", noteOf()),
  refused("65 signatures", "Length", noteOf(...Array(64).fill(stranger), good)),
  refused("without the last new line", "Length", noteOf(good).slice(0, -1)),
];

const forgery = line(theirs.sign(text), id);
const strangers = [
  refused("a witness only", "Stranger", noteOf(stranger)),
  refused("another's signature under our id, as if the ids had collided", "Stranger", noteOf(forgery)),
  refused("the same beside a good one", "Stranger", noteOf(good, forgery)),
  refused("the same before a good one", "Stranger", noteOf(forgery, good)),
  refused("another key of the same name", "Stranger", noteOf(line(theirs.sign(text), idOf(theirs.raw)))),
  refused("signed for another text", "Stranger", noteOf(line(ours.sign("other\n"), id))),
  refused("the text without its new line was signed", "Stranger", noteOf(line(ours.sign(text.slice(0, -1)), id))),
];

const ids = [
  refused("the id of the other zone", "KeyId", noteOf(line(signature, idOf(ours.raw, "dialphone.com/consent/us")))),
  refused("the name of the other zone", "KeyId", noteOf(line(signature, id, "dialphone.com/consent/us"))),
  ...[0, 15, 16, 31].map((bit) =>
    refused(`bit ${bit} of the id`, "KeyId", noteOf(line(signature, flipped(id, bit)))),
  ),
  refused("an id of zeros", "KeyId", noteOf(line(signature, Buffer.alloc(4)))),
];

const base64 = Buffer.concat([id, signature]).toString("base64");
const forms = [
  ["a hyphen for the dash", noteOf(good.replace("\u2014", "-"))],
  ["two blanks", noteOf(good.replace("/eu ", "/eu  "))],
  ["a word behind the signature", noteOf(good.replace("\n", " more\n"))],
  ["a carriage return", noteOf(good.replace("\n", "\r\n"))],
  ["a tab in the text", noteOf(good).replace("\n42\n", "\n42\t\n")],
  ["a zero byte in the text", noteOf(good).replace("\n42\n", "\n42\0\n")],
  ["no blank line", noteOf(good).replace("\n\n", "\n")],
  ["two blank lines", noteOf(good).replace("\n\n", "\n\n\n")],
  ["a blank line behind the signatures", `${noteOf(good)}\n`],
  ["a word behind the signatures", `${noteOf(good)}more\n`],
  ["a line more in the text", noteOf(good).replace("\n\n", "\nmore\n\n")],
  ["a line before the text", `more\n${noteOf(good)}`],
  ["base64 without its end", noteOf(good.replace("=\n", "\n"))],
  ["base64 for URLs", noteOf(good.replace(base64, base64.replaceAll("/", "_").replaceAll("+", "-")))],
  ["a broken line beside a good one", noteOf(good, "\u2014 broken\n")],
].map(([comment, note]) => refused(comment, "NoteForm", note));

export const cases = [
  ...valid,
  ...keyForms,
  ...weakKeys,
  ...malleable,
  ...altered,
  ...lengths,
  ...strangers,
  ...ids,
  ...forms,
];

export const answer = (input) => opened(input);
export const flatten = (outcome) => outcome;
