// The shared vectors over the WebAssembly modules and, for all but reductions, over the JavaScript
// made from them: node --test tests/vectors/wasm.test.mjs, after script/build.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test, { before } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expectationOf, readVectors, Tally } from "./vector_file.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scripts = join(process.env.CONSENT_WEB_DIR ?? join(root, "build/dist"), "v1");
const file = (name) => join(scripts, name);
// A module served as .js; node 18 takes only .mjs for one.
async function importScript(name) {
  const source = await readFile(file(name));
  return import(`data:text/javascript;base64,${source.toString("base64")}`);
}
const day = (text) => Date.parse(text) / 86_400e3;
const seconds = (time) => Date.parse(time) / 1e3;

// token.h, TokenError, from 1; the ABI answers -16 - number.
const tokenErrors = [
  "too_long",
  "not_three_parts",
  "unknown_version",
  "bad_base64url",
  "truncated",
  "trailing_bytes",
  "unknown_kind",
  "bad_choices",
  "bad_region",
  "bad_action",
  "bad_time",
  "not_canonical",
];

let library;
let builds;
let regimeNames;

before(async () => {
  if (!existsSync(file("core.mjs")))
    throw new Error(`${file("core.mjs")} is missing: run script/build first`);
  library = await import(pathToFileURL(file("core.mjs")));
  const wasm = await library.loadCore({ wasm: await readFile(file("core.wasm")) });
  const unusable = new Uint8Array([0]);
  const javascript = await library.loadCore({
    wasm: unusable,
    fallback: () => importScript("core.wasm2js.js"),
  });
  builds = { wasm, javascript };
  const table = await readFile(join(root, "core/include/consent/regimes.inc"), "utf8");
  regimeNames = new Map(
    [...table.matchAll(/^CONSENT_REGIME\((\w+), (\d+)/gm)].map(([, name, number]) => [
      Number(number),
      name,
    ]),
  );
});

function forBothBuilds(area, answer) {
  for (const build of ["wasm", "javascript"]) {
    test(`${area} vectors, ${build}`, async () => {
      const tally = new Tally("wasm", await readVectors(area));
      for (const vector of tally.selected)
        tally.check(vector, ...answer(builds[build], vector, tally.file));
      tally.finish();
    });
  }
}

// "", "DE" or "US-CA" as the vectors print a region.
const regionJson = (text) => ({
  country: text.slice(0, 2) || null,
  subdivision: text.length > 2 ? text : null,
});

forBothBuilds("region", (core, vector) => {
  const { input, expect } = vector;
  // One code is what consent_regime reads; it gives no region back.
  const region =
    "code" in input ? undefined : library.parseRegion(core, input.country, input.subdivision ?? "");
  const { id, model, gdprScope, zone } = library.regimeFor(
    core,
    region ?? input.code,
    day(input.date),
  );
  const regime = { id: regimeNames.get(id), model, gdpr_scope: gdprScope };
  return [
    { region: region === undefined ? expect.region : regionJson(region), regime, zone },
    expect,
  ];
});

// A browser decides on one record and never folds several: what they fold to is its input.
function stateOf(core, { input, expect }) {
  const { history } = input;
  const one = history.length === 1 ? { decided_at: history[0].at, ...history[0] } : expect.state;
  if (!one) return library.nothingRecorded;
  const made = library.regimeFor(core, one.region, Math.floor(day(one.decided_at)));
  return {
    action: one.action,
    choices: one.choices,
    decidedAt: seconds(one.decided_at),
    policy: one.policy,
    model: one.model ?? made.model,
    gpc: one.gpc ?? false,
    region: one.region,
  };
}

forBothBuilds("decision", (core, vector, { policies }) => {
  const { input, expect } = vector;
  const { region, ...state } = stateOf(core, vector);
  const where = input.visitor?.region ?? region;
  const today = Math.floor(day(input.now));
  const question = {
    purpose: input.purpose,
    model: where === undefined ? "opt_in" : library.regimeFor(core, where, today).model,
    policy: {
      version: policies[input.policy].version,
      materialSince: policies[input.policy].material_since,
    },
    state: { ...state, hold: input.hold ?? "none" },
    gpc: input.visitor?.gpc ?? false,
    dnt: library.parseDnt(core, input.visitor?.dnt ?? ""),
    now: seconds(input.now),
  };
  const { reason, expiresAt } = library.decide(core, question);
  const actual = {
    allowed: library.isAllowed(reason),
    reason,
    expires_at:
      expiresAt === 0 ? null : new Date(expiresAt * 1e3).toISOString().replace(".000Z", "Z"),
    must_ask: library.mustAsk(core, question),
  };
  const { state: folded, ...expected } = expect;
  return [actual, expected];
});

function tokenJson(core, text) {
  const token = library.parseToken(core, text);
  const bytes = new TextEncoder().encode(text);
  if (!token) {
    core.pageIn.set(bytes);
    return { error: tokenErrors[-core.exports.consent_token_parse(bytes.length) - 17] };
  }
  const payload = library.encodeTokenPayload(core, token);
  const region = regionJson(token.region);
  return {
    kind: token.kind,
    key_id: token.keyId,
    decided_at: new Date(token.decidedAt * 1e3).toISOString(),
    policy: token.policy,
    choices: {
      analytics: token.state.choices.analytics ?? "not_asked",
      marketing: token.state.choices.marketing ?? "not_asked",
    },
    action: token.state.action,
    region,
    gpc: token.gpc,
    subject: token.subject,
    payload: library.encodeBase64url(payload),
  };
}

forBothBuilds("token", (core, vector) => {
  const expected = { ...expectationOf(vector) };
  if (!expected.error) {
    delete expected.mac; // who holds no key cannot know
    expected.payload = vector.input.token.split(".")[1];
  }
  return [tokenJson(core, vector.input.token), expected];
});

function reduced(reduction, input, expect) {
  if ("url" in input) return reduction.url(input.url);
  if ("referrer" in input) return { referrer: reduction.referrer(input.referrer, input.page_url) };
  if ("duration_ms" in input) return { bucket: reduction.duration(input.duration_ms) };
  if ("event_name" in input) return { kept: reduction.isEventName(input.event_name) };
  if ("address" in input) {
    const address = reduction.address(input.address);
    return { truncated: address ? Buffer.from(address).toString("hex") : null };
  }
  const { browser, browserMajor, os, device } = reduction.userAgent(input.user_agent);
  const all = { browser, browser_major: browserMajor, os, device };
  return Object.fromEntries(Object.keys(expect).map((name) => [name, all[name]]));
}

test("reduction vectors, wasm", async () => {
  const reduction = await library.Reduction.load(await readFile(file("reduction.wasm")));
  const tally = new Tally("wasm", await readVectors("reduction"));
  for (const vector of tally.selected)
    tally.check(vector, reduced(reduction, vector.input, vector.expect), vector.expect);
  tally.finish();
});

for (const build of ["wasm", "javascript"]) {
  test(`gpp vectors, ${build}`, async () => {
    const { GppSection } = library;
    const gpp = await (build === "wasm"
      ? GppSection.load(await readFile(file("gpp.wasm")))
      : GppSection.load(new Uint8Array([0]), () => importScript("gpp.wasm2js.js")));
    const tally = new Tally("wasm", await readVectors("gpp"));
    for (const vector of tally.selected)
      tally.check(vector, gppAnswer(gpp, vector.input), expectationOf(vector));
    tally.finish();
  });
}

function gppAnswer(gpp, { text, section, site }) {
  if (section) return { text: gpp.encode(section) };
  if (site) {
    const { sells_or_shares: sellsOrShares, opted_out: optedOut, gpc } = site;
    return { text: gpp.encode(gpp.statement({ sellsOrShares, optedOut, gpc })) };
  }
  const read = gpp.decode(text);
  return read ? { section: read } : { error: "no_section" };
}

const sha256 = (...parts) =>
  createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
const joined = (left, right) => sha256([1], left, right);
const bytes = (hex) => Buffer.from(hex, "hex");

// What a page does with a plan, and which side each hash of the proof stands on.
function followed(plan, first, proof) {
  if (!plan) return { sides: null };
  const letters = plan.left.map((left) => (left ? "L" : "R"));
  const sides = [...(plan.beginsInProof ? ["="] : []), ...letters].join("");
  if (proof.length !== sides.length) return { sides };
  const steps = proof.slice(plan.beginsInProof ? 1 : 0);
  let older = plan.beginsInProof ? proof[0] : first;
  let newer = older;
  steps.forEach((hash, i) => {
    newer = plan.left[i] ? joined(hash, newer) : joined(newer, hash);
    if (plan.left[i]) older = joined(hash, older);
  });
  return { sides, older, newer };
}

test("note vectors, Web Crypto", async () => {
  const { openNote, parseVerifierKey } = await import(pathToFileURL(file("receipt.mjs")));
  const tally = new Tally("wasm", await readVectors("note"));
  for (const vector of tally.selected) {
    const key = await parseVerifierKey(vector.input.key);
    const text = key && (await openNote(vector.input.note, key));
    tally.check(vector, { key: key !== undefined, text: text ?? null }, vector.expect);
  }
  tally.finish();
});

test("merkle vectors, wasm", async () => {
  const plans = await library.ProofPlans.load(await readFile(file("proof.wasm")));
  const tally = new Tally("wasm", await readVectors("merkle"));
  for (const vector of tally.selected) {
    const { inclusion, consistency, proof } = vector.input;
    const hashes = proof.map(bytes);
    const asked = inclusion ?? consistency;
    const plan = inclusion
      ? plans.inclusion(asked.leaf, asked.size)
      : plans.consistency(asked.old_size, asked.size);
    const first = bytes(asked.leaf_hash ?? asked.old_root);
    const { sides, older, newer } = followed(plan, first, hashes);
    const oldHolds = inclusion || older?.equals(bytes(asked.old_root));
    const valid = !!(oldHolds && newer?.equals(bytes(asked.root)));
    tally.check(vector, { valid, sides }, vector.expect);
  }
  tally.finish();
});
