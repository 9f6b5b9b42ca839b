// What the seal vectors ask: what AES-256-GCM has sealed, and what must not open. The kinds are
// those of Wycheproof's aes_gcm_test; the format has room for 96-bit nonces and 128-bit tags alone,
// so that another length of either is a text that does not open.

import { open, seal } from "../reference/seals.mjs";

export const area = "seal";
export const flags = {
  Published: "a test case of the GCM specification (McGrew, Viega), as it stands there",
  Valid: "a text of this length beside bound bytes of this length opens",
  Empty: "nothing is sealed, or nothing is bound, and the tag covers that too",
  AlteredTag: "one bit of the tag, each byte of it, or all of it is another",
  AlteredText: "one bit of the ciphertext is another, or two of its blocks changed places",
  AlteredNonce: "one bit of the nonce is another",
  WrongBound: "the bound bytes are others, fewer, more, or moved between them and the text",
  WrongKey: "another key, or one bit of it",
  TagLength: "the tag is cut to a length that GCM allows elsewhere, or is longer",
  NonceLength: "a nonce that is not 96 bits long, as GCM allows elsewhere",
  Length: "cut short, continued, or too short to be anything",
};

const bytes = (count, first) =>
  Buffer.from(Array.from({ length: count }, (_, i) => (first + 7 * i) & 0xff));
const key = bytes(32, 3);
const nonce = bytes(12, 101);
const bound = bytes(20, 55);
const plain = bytes(45, 200);
const good = seal(key, nonce, bound, plain);
const textAt = 12;
const tagAt = good.length - 16;
const tag = good.subarray(tagAt);

const hex = (buffer) => buffer.toString("hex");
const one = (comment, flag, sealed, hand, of = {}) => ({
  comment,
  flags: [flag],
  input: { key: hex(of.key ?? key), bound: hex(of.bound ?? bound), sealed: hex(sealed) },
  hand: { plain: hand === null ? null : hex(hand) },
});
const refused = (comment, flag, sealed, of) => one(comment, flag, sealed, null, of);
const flipped = (buffer, bit) => {
  const altered = Buffer.from(buffer);
  altered[bit >> 3] ^= 1 << (bit & 7);
  return altered;
};
const withTag = (tag) => Buffer.concat([good.subarray(0, tagAt), tag]);

const specKey = Buffer.from("feffe9928665731c6d6a8f9467308308".repeat(2), "hex");
const specNonce = "cafebabefacedbaddecaf888";
const specBound = Buffer.from("feedfacedeadbeeffeedfacedeadbeefabaddad2", "hex");
const specPlain = Buffer.from(
  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
  "hex",
);
const specCipher =
  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" +
  "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";
const spec = (number, sealedHex, text, of) =>
  one(`test case ${number} as published`, "Published", Buffer.from(sealedHex, "hex"), text, of);
const none = Buffer.alloc(0);

const published = [
  spec(13, "000000000000000000000000530f8afbc74536b9a963b4f1c4cb738b", none, {
    key: Buffer.alloc(32),
    bound: none,
  }),
  spec(
    14,
    "000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
    Buffer.alloc(16),
    { key: Buffer.alloc(32), bound: none },
  ),
  spec(15, `${specNonce}${specCipher}b094dac5d93471bdec1a502270e3cc6c`, specPlain, {
    key: specKey,
    bound: none,
  }),
  spec(
    16,
    `${specNonce}${specCipher.slice(0, 120)}76fc6ece0f4e1768cddf8853bb2d551b`,
    specPlain.subarray(0, 60),
    { key: specKey, bound: specBound },
  ),
];

const lengths = [0, 1, 15, 16, 17, 31, 32, 33, 64, 255];
const valid = lengths.flatMap((text) =>
  [0, 1, 15, 16, 17, 64].map((beside) => {
    const flag = text === 0 || beside === 0 ? "Empty" : "Valid";
    const sealed = seal(key, nonce, bytes(beside, 9), bytes(text, 1));
    return one(`${text} bytes beside ${beside}`, flag, sealed, bytes(text, 1), {
      bound: bytes(beside, 9),
    });
  }),
);

const empty = seal(key, nonce, none, none);
const empties = [
  refused("the tag of nothing, one bit of it another", "Empty", flipped(empty, 8 * textAt), {
    bound: none,
  }),
  refused("the tag of nothing beside something", "Empty", empty),
  refused("zeros for the tag of nothing", "Empty", Buffer.concat([nonce, Buffer.alloc(16)]), {
    bound: none,
  }),
  refused("the tag alone of a text that is gone", "Empty", Buffer.concat([nonce, tag])),
  refused("a text whose bound bytes are gone", "Empty", good, { bound: none }),
];

// Wycheproof's list of bits, and whole tags.
const tagBits = [0, 1, 7, 8, 31, 32, 33, 63, 64, 71, 77, 80, 96, 97, 103, 120, 121, 126, 127];
const eachByte = (change) => withTag(Buffer.from(tag.map(change)));
const tags = [
  ...tagBits.map((bit) => refused(`bit ${bit}`, "AlteredTag", withTag(flipped(tag, bit)))),
  refused("bits 0 and 64", "AlteredTag", withTag(flipped(flipped(tag, 0), 64))),
  refused("bits 71 and 127", "AlteredTag", withTag(flipped(flipped(tag, 71), 127))),
  refused("every bit", "AlteredTag", eachByte((byte) => byte ^ 0xff)),
  refused("zeros", "AlteredTag", withTag(Buffer.alloc(16))),
  refused("ones", "AlteredTag", withTag(Buffer.alloc(16, 0xff))),
  refused("the highest bit of each byte", "AlteredTag", eachByte((byte) => byte ^ 0x80)),
  refused("the lowest bit of each byte", "AlteredTag", eachByte((byte) => byte ^ 1)),
  refused("the tag backwards", "AlteredTag", withTag(Buffer.from(tag).reverse())),
  refused(
    "the tag of another text under the same nonce",
    "AlteredTag",
    withTag(seal(key, nonce, bound, good.subarray(textAt, tagAt)).subarray(-16)),
  ),
];

const swapped = Buffer.concat([
  good.subarray(0, textAt),
  good.subarray(textAt + 16, textAt + 32),
  good.subarray(textAt, textAt + 16),
  good.subarray(textAt + 32),
]);
const texts = [
  ...[0, 7, 127, 128, 255, 256, 352, 359].map((bit) =>
    refused(`bit ${bit} of the text`, "AlteredText", flipped(good, 8 * textAt + bit)),
  ),
  refused("its first two blocks in the other order", "AlteredText", swapped),
  refused("its last byte gone", "AlteredText", Buffer.concat([good.subarray(0, tagAt - 1), tag])),
  refused("a byte more", "AlteredText", withTag(Buffer.concat([Buffer.alloc(1), tag]))),
];

const nonces = [
  ...[0, 1, 31, 32, 63, 64, 94, 95].map((bit) =>
    refused(`bit ${bit} of the nonce`, "AlteredNonce", flipped(good, bit)),
  ),
  refused("zeros", "AlteredNonce", Buffer.concat([Buffer.alloc(12), good.subarray(textAt)])),
  refused("ones", "AlteredNonce", Buffer.concat([Buffer.alloc(12, 0xff), good.subarray(textAt)])),
];

const wrongBound = [
  ...[
    ...[0, 79, 159].map((bit) => [`bit ${bit}`, flipped(bound, bit)]),
    ["one byte less", bound.subarray(0, 19)],
    ["its first byte less", bound.subarray(1)],
    ["a zero more, within the block", Buffer.concat([bound, Buffer.alloc(1)])],
    ["zeros to the end of the block", Buffer.concat([bound, Buffer.alloc(12)])],
    ["twice", Buffer.concat([bound, bound])],
  ].map(([comment, other]) => refused(comment, "WrongBound", good, { bound: other })),
  refused(
    "the first block of the text bound instead",
    "WrongBound",
    Buffer.concat([nonce, good.subarray(textAt + 16)]),
    { bound: Buffer.concat([bound, good.subarray(textAt, textAt + 16)]) },
  ),
  refused(
    "its end in front of the text instead",
    "WrongBound",
    Buffer.concat([nonce, bound.subarray(16), good.subarray(textAt)]),
    { bound: bound.subarray(0, 16) },
  ),
];

const keys = [
  ...[0, 127, 128, 255].map((bit) => [`bit ${bit} of the key`, flipped(key, bit)]),
  ["zeros", Buffer.alloc(32)],
  ["its halves in the other order", Buffer.concat([key.subarray(16), key.subarray(0, 16)])],
].map(([comment, other]) => refused(comment, "WrongKey", good, { key: other }));

const tagLengths = [
  ...[15, 14, 13, 12, 8, 4, 1, 0].map((length) =>
    refused(`a tag of ${8 * length} bits`, "TagLength", withTag(tag.subarray(0, length))),
  ),
  refused("a tag with a byte more", "TagLength", withTag(Buffer.concat([tag, Buffer.alloc(1)]))),
  refused("the tag twice", "TagLength", withTag(Buffer.concat([tag, tag]))),
];

const nonceLengths = [0, 1, 7, 8, 11, 13, 16, 32].map((length) =>
  refused(
    `a nonce of ${8 * length} bits`,
    "NonceLength",
    Buffer.concat([bytes(length, 101), good.subarray(textAt)]),
  ),
);

const cut = [0, 1, 11, 12, 13, 16, 27].map((length) =>
  refused(`${length} bytes`, "Length", good.subarray(0, length)),
);
const length = [
  ...cut,
  refused("nonce and tag without the text", "Length", Buffer.concat([nonce, tag])),
  refused("without its nonce", "Length", good.subarray(textAt)),
  refused("a zero in front", "Length", Buffer.concat([Buffer.alloc(1), good])),
  refused("a zero behind", "Length", Buffer.concat([good, Buffer.alloc(1)])),
  refused("twice", "Length", Buffer.concat([good, good])),
];

export const cases = [
  ...published,
  ...valid,
  ...empties,
  ...tags,
  ...texts,
  ...nonces,
  ...wrongBound,
  ...keys,
  ...tagLengths,
  ...nonceLengths,
  ...length,
];

export function answer(input) {
  const raw = (text) => Buffer.from(text, "hex");
  const text = open(raw(input.key), raw(input.bound), raw(input.sealed));
  return { plain: text === null ? null : hex(text) };
}

export const flatten = (outcome) => outcome;
