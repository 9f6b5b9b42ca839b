// A receipt made here, by the formats' descriptions and with node's own cryptography, is checked by
// what a page runs; then each part of it is damaged.

import assert from "node:assert/strict";
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import test from "node:test";
import { path, leafHash, root } from "../vectors/reference/merkle.mjs";
import { builtBytes, importBuilt } from "./built.mjs";

const { checkReceipt, ProofPlans } = await importBuilt("receipt.mjs");
const plans = await ProofPlans.load(builtBytes("proof.wasm"));

const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const origin = "dialphone.com/consent/eu";

function makeKey(name = origin) {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const typed = Buffer.concat([Buffer.from([1]), raw]);
  const id = sha256(Buffer.concat([Buffer.from(`${name}\n`), typed])).subarray(0, 4);
  const vkey = `${name}+${id.toString("hex")}+${base64(typed)}`;
  const signed = (text) => Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]);
  const note = (text) => `${text}\n\u2014 ${name} ${base64(signed(text))}\n`;
  return { vkey, note };
}

const id = Buffer.from("019ab05ec80170008000000000000001", "hex");
const time = 1_764_000_000_001;
const be64 = (number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(number));
  return bytes;
};
const text = (value) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
};

const notice = '{"language":"de","policy":3}';
const noticeHash = sha256(notice);

// Format 2 has three members more than the records from before.
const later = (source) => [text("/pricing"), text("DialPhone Ltd"), Buffer.from([source])];

function recordBytes(format, added) {
  return Buffer.concat([
    Buffer.from([format, 0, 0]),
    id,
    Buffer.alloc(16, 2),
    Buffer.alloc(16, 3),
    Buffer.alloc(16),
    be64(time),
    be64(time - 5),
    be64(time + 1000),
    Buffer.from([0, 0b011000, 3, 1, 1, 0, 0, 3, 0]),
    text(noticeHash),
    ...["DE", "dialphone.com", "de", "2026-11-23", "https://dialphone.com", "0.1.0", ""].map(text),
    ...added,
  ]);
}

const key = makeKey();

function makeReceipt(recordFormat = 2, added = recordFormat === 1 ? [] : later(3)) {
  const bytes = recordBytes(recordFormat, added);
  const nonce = randomBytes(32);
  const commitment = createHmac("sha256", nonce).update(bytes).digest();
  const entry = Buffer.concat([
    Buffer.from([1, 0]),
    be64(time),
    id,
    commitment,
    randomBytes(32),
  ]);
  const leaves = [Buffer.from("a"), Buffer.from("b"), entry, Buffer.from("c"), Buffer.from("d")];
  return {
    format: "dialphone-consent-receipt/1",
    key: key.vkey,
    record: {
      id: "019ab05e-c801-7000-8000-000000000001",
      sequence: 1,
      subject: Buffer.alloc(16, 3).toString("base64url"),
      site: "dialphone.com",
      time: new Date(time).toISOString(),
      choices: { analytics: "granted", marketing: "denied" },
      action: "save",
      region: { country: "DE", subdivision: null },
      policy: 3,
      notice: `sha256:${noticeHash.toString("hex")}`,
      language: "de",
      expires_at: new Date(time + 1000).toISOString(),
    },
    notice: { id: `sha256:${noticeHash.toString("hex")}`, canonical_json: notice },
    opening: { record: base64(bytes), nonce: base64(nonce) },
    leaf: { index: 2, entry: base64(entry) },
    proof: path(2, leaves).map(({ hash }) => base64(hash)),
    checkpoint: key.note(`${origin}\n${leaves.length}\n${base64(root(leaves))}\n`),
  };
}

const check = (receipt, vkey = key.vkey) => checkReceipt(JSON.stringify(receipt), vkey, plans);

test("a receipt holds, and says what the record's bytes say", async () => {
  const { failure, proven, record } = await check(makeReceipt());
  assert.equal(failure, undefined);
  assert.equal(proven.length, 4);
  assert.deepEqual(record.choices, { analytics: "granted", marketing: "denied" });
  assert.equal(record.action, "save");
  const { page, controller, region_source } = record;
  assert.deepEqual([page, controller, region_source], ["/pricing", "DialPhone Ltd", "edge_header"]);
});

test("a record from before page, controller and region source holds as well", async () => {
  const { failure, record } = await check(makeReceipt(1));
  assert.equal(failure, undefined);
  assert.deepEqual([record.page, record.controller, record.region_source], ["", "", ""]);
});

for (const [name, format, added] of [
  ["of a format to come", 3, later(3)],
  ["of no format", 0, []],
  ["with a region source that is none", 2, later(4)],
  ["that ends too early", 2, later(3).slice(0, 2)],
  ["of the old format, with more behind it", 1, later(3)],
]) {
  test(`a record ${name} is no record`, async () => {
    assert.match((await check(makeReceipt(format, added))).failure, /is no record/);
  });
}

// A change, and what is said of it.
const damages = {
  "another choice": [(r) => (r.record.choices.marketing = "granted"), /something else/],
  "another time": [(r) => (r.record.time = "2025-01-01T00:00:00.000Z"), /something else/],
  "another notice": [(r) => (r.notice.canonical_json += " "), /notice is not the one/],
  "no notice": [(r) => (r.notice = null), /lacks the notice/],
  "another nonce": [(r) => (r.opening.nonce = base64(Buffer.alloc(32))), /another record/],
  "a bit of the record": [
    (r) => {
      const bytes = Buffer.from(r.opening.record, "base64");
      bytes[92] ^= 0b110000;
      r.opening.record = base64(bytes);
      r.record.choices.marketing = "granted";
    },
    /another record/,
  ],
  "a bit of the leaf": [
    (r) => {
      const bytes = Buffer.from(r.leaf.entry, "base64");
      bytes[9] ^= 1;
      r.leaf.entry = base64(bytes);
    },
    /does not lead/,
  ],
  "another place": [(r) => (r.leaf.index = 3), /does not lead/],
  "a place outside": [(r) => (r.leaf.index = 5), /does not fit/],
  "a hash fewer": [(r) => r.proof.pop(), /does not lead/],
  "a hash more": [(r) => r.proof.push(r.proof[0]), /does not lead/],
  "a hash changed": [(r) => (r.proof[1] = base64(Buffer.alloc(32))), /does not lead/],
  "a short hash": [(r) => (r.proof[1] = base64(Buffer.alloc(31))), /does not fit/],
  "another size": [(r) => (r.checkpoint = r.checkpoint.replace("\n5\n", "\n6\n")), /not signed/],
  "an unsigned checkpoint": [
    (r) => (r.checkpoint = `${r.checkpoint.split("\n\n")[0]}\n\n`),
    /not signed/,
  ],
  "another version": [(r) => (r.format = "dialphone-consent-receipt/2"), /another version/],
  "no checkpoint": [(r) => delete r.checkpoint, /cannot be checked|not signed/],
};
for (const [name, [damage, failure]] of Object.entries(damages)) {
  test(`a receipt with ${name} does not hold`, async () => {
    const receipt = makeReceipt();
    damage(receipt);
    const answer = await check(receipt);
    assert.match(answer.failure, failure);
    assert.equal(answer.record, undefined);
  });
}

test("no bit of a signed checkpoint can be another", async () => {
  const receipt = makeReceipt();
  const whole = receipt.checkpoint;
  for (let at = 0; at < whole.length; at += 1) {
    const other = String.fromCharCode(whole.charCodeAt(at) ^ 1);
    receipt.checkpoint = whole.slice(0, at) + other + whole.slice(at + 1);
    const { failure } = await check(receipt);
    assert.ok(failure, `character ${at}`);
  }
});

test("another key, another log and no key do not believe it", async () => {
  const receipt = makeReceipt();
  for (const vkey of [makeKey().vkey, makeKey("dialphone.com/consent/us").vkey, "", "a+b+c"]) {
    assert.ok((await check(receipt, vkey)).failure);
  }
  const other = makeKey("dialphone.com/consent/us");
  receipt.checkpoint = other.note(receipt.checkpoint.split("\n\n")[0] + "\n");
  assert.match((await check(receipt, other.vkey)).failure, /another log/);
});

test("what is no JSON is said to be none", async () => {
  for (const received of ["", "{", "null", "[]", "7"]) {
    assert.ok((await checkReceipt(received, key.vkey, plans)).failure);
  }
});

test("the reference agrees with itself: a leaf's hash is its tree of one", () => {
  assert.deepEqual(leafHash(Buffer.from("a")), root([Buffer.from("a")]));
});
