// The examples of core/FORMAT.md, read out of the document itself: what it tells a reader to decode
// by hand is what the reference, the core and the IAB's library make of it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { GppModel } from "@iabgpp/cmpapi";
import { payloadOf } from "./reference/tokens.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scripts = join(process.env.CONSENT_WEB_DIR ?? join(root, "build/dist"), "v1");
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
let format;
let library;
let core;

before(async () => {
  format = await readFile(join(root, "core/FORMAT.md"), "utf8");
  library = await import(pathToFileURL(join(scripts, "core.mjs")));
  core = await library.loadCore({ wasm: await readFile(join(scripts, "core.wasm")) });
});

// The indented lines of the section under this heading.
function exampleOf(heading) {
  const section = format.split(`### ${heading}\n`)[1]?.split("\n#")[0];
  assert.ok(section, `no section "${heading}"`);
  return section.split("\n").filter((line) => line.startsWith("    "));
}

// "6b 04 0e a0   the words", with "00 01 … 0f" for a run, and "text" in quotes for its bytes.
function bytesOf(line) {
  const bytes = [];
  const items = line.trim().match(/"[^"]*"|\S+|\s{2,}/g);
  for (const [index, item] of items.entries()) {
    if (item.startsWith('"')) bytes.push(...Buffer.from(item.slice(1, -1)));
    else if (/^[0-9a-f]{2}$/.test(item)) bytes.push(parseInt(item, 16));
    else if (item === "…") {
      const last = parseInt(items[index + 1], 16);
      while (bytes.at(-1) + 1 < last) bytes.push(bytes.at(-1) + 1);
    } else if (!/^\s+$/.test(item)) break;
  }
  return bytes;
}

const mac = "A".repeat(22);
const tokenOf = (payload) => `1.${payload.toString("base64url")}.${mac}`;

test("a grant, by hand", () => {
  // Bytes stand in the first column, words in the second.
  const columns = exampleOf("A grant, by hand").map((line) => line.trim().split(/\s{2,}/)[0]);
  const payload = Buffer.from(columns.flatMap(bytesOf));
  const fields = {
    kind: "grant",
    key_id: 5,
    decided_at: "2026-11-23T10:00:00Z",
    policy: 3,
    choices: { analytics: "granted", marketing: "denied" },
    action: "save",
    region: { country: "US", subdivision: "US-CA" },
    gpc: false,
    subject: "AAECAwQFBgcICQoLDA0ODw",
  };
  assert.equal(payload.toString("hex"), payloadOf(fields).toString("hex"));
  const text = tokenOf(payload);
  const { length } = payload.toString("base64url");
  assert.ok(format.includes(`${length} characters of payload, ${text.length} in all`));
  const token = library.parseToken(core, text);
  assert.deepEqual(
    [token.kind, token.keyId, token.policy, token.region, token.state.choices, token.subject],
    ["grant", 5, 3, "US-CA", fields.choices, fields.subject],
  );
  assert.equal(token.decidedAt, Date.parse(fields.decided_at) / 1e3);
});

test("a refusal, by hand, and what its MAC covers", () => {
  const [refusal, signed] = exampleOf("A refusal, by hand").map(bytesOf);
  const payload = Buffer.from(refusal);
  const fields = { kind: "refused", key_id: 1, decided_at: "2026-11-23T00:00:00Z", policy: 3 };
  assert.equal(payload.toString("hex"), payloadOf(fields).toString("hex"));
  const text = tokenOf(payload);
  assert.ok(format.includes(`\`1.${payload.toString("base64url")}.\``));
  assert.ok(format.includes(`${text.length} in all`));
  assert.equal(library.parseToken(core, text).kind, "refused");
  const field = (bytes) => [bytes.length >> 8, bytes.length & 255, ...bytes];
  const covered = ["consent-token-1", "a.example"].map((part) => field(Buffer.from(part)));
  assert.deepEqual(signed, [...covered.flat(), ...field(payload)]);
  assert.ok(format.includes(`on the site \`a.example\`, ${signed.length} bytes`));
});

test("a GPP string, by hand: every character is the six bits under it", () => {
  const lines = exampleOf("A GPP string, by hand");
  const pairs = lines.flatMap((line, at) => {
    const letters = line.trim().split(/\s+/);
    const bits = lines[at + 1]?.trim().split(/\s+/) ?? [];
    const isPair = letters.every((one) => /^[A-Za-z0-9_…-]$/.test(one)) && /^[01]{6}/.test(bits[0]);
    return isPair ? [[letters, bits]] : [];
  });
  assert.equal(pairs.length, 3);
  for (const [letters, bits] of pairs) {
    // "A … A" over "0 … 0" is a run of zeros.
    const groups = bits.filter((one) => /^[01]{6}$/.test(one));
    const named = letters.join(" ").replace("A … A ", "").split(" ");
    assert.equal(named.length, groups.length);
    for (const [at, letter] of named.entries())
      assert.equal(alphabet.indexOf(letter), parseInt(groups[at], 2), letter);
  }
  const text = "DBABLA~CVQVAAAAAACA.YA";
  assert.ok(format.includes(`\`${text}\``));
  const said = new GppModel(text).getSection("usnat");
  const { SharingNotice, SaleOptOutNotice, SharingOptOutNotice } = said;
  assert.deepEqual([SharingNotice, SaleOptOutNotice, SharingOptOutNotice], [1, 1, 1]);
  const { SaleOptOut, SharingOptOut, TargetedAdvertisingOptOut } = said;
  assert.deepEqual([SaleOptOut, SharingOptOut, TargetedAdvertisingOptOut], [1, 1, 1]);
  assert.deepEqual([said.MspaCoveredTransaction, said.Gpc], [2, true]);
});

test("the table of errors has every error of the core, once", async () => {
  const header = await readFile(join(root, "core/include/consent/token.h"), "utf8");
  const names = header
    .split("enum class TokenError")[1]
    .split("{")[1]
    .split("}")[0]
    .match(/[a-z_0-9]+(?= = 1|,|\n)/g)
    .filter((name) => /^[a-z]/.test(name));
  const table = [...format.matchAll(/^\| `([a-z_0-9]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(table.sort(), names.sort());
  assert.equal(names.length, 12);
});
