// The same bytes to the core as it is compiled natively and as it is compiled to WebAssembly, and
// for the consent module to JavaScript: every answer must be the same.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test, { before } from "node:test";
import { fileURLToPath } from "node:url";
import { bothCores, builtBytes, importBuilt } from "./built.mjs";
import { differentialInputs, targets } from "./differential_inputs.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const program = join(process.env.CONSENT_NATIVE_BIN ?? join(root, "build/dev/bin"), "core_answers");
const inputsLeast = 20_000;
const coreTargets = ["token", "cookie", "region", "signal", "decision"];

const { GppSection, Reduction, actionNames, decide, encodeTokenPayload, holdNames, modelNames } =
  await importBuilt("core.mjs");
const { choiceNames, mustAsk, parseToken, purposeNames } = await importBuilt("core.mjs");

const hex = (bytes) => `x${Buffer.from(bytes).toString("hex")}`;
const hexText = (text) => hex(Buffer.from(text));
const newline = "\n".charCodeAt(0);

function halves(bytes) {
  const end = bytes.indexOf(newline);
  return end < 0 ? [bytes, Buffer.alloc(0)] : [bytes.subarray(0, end), bytes.subarray(end + 1)];
}

// A view on the pages of a module for inputs that are bytes, not text.
function pages(exports, prefix) {
  const { buffer } = exports.memory;
  const pageIn = new Uint8Array(buffer, exports[`${prefix}_page_in`](), 16384);
  const pageOut = new Uint8Array(buffer, exports[`${prefix}_page_out`](), 4096);
  return {
    exports,
    write: (...parts) => {
      pageIn.set(Buffer.concat(parts));
      return parts.map(({ length }) => length);
    },
    read: (size) => hex(pageOut.subarray(0, Math.max(0, size))),
    reader: () => {
      const copy = pageOut.slice(0, 64);
      return { copy, view: new DataView(copy.buffer) };
    },
    texts: (count) => {
      const view = new DataView(buffer, pageOut.byteOffset, 4096);
      let offset = 2 * count;
      return Array.from({ length: count }, (_, i) => {
        offset += view.getUint16(2 * i, true);
        return hex(pageOut.subarray(offset - view.getUint16(2 * i, true), offset));
      });
    },
  };
}

function tokenAnswer(core, page, bytes, encoder) {
  const [size] = page.write(bytes);
  const kind = page.exports.consent_token_parse(size);
  if (kind < 0) return [kind];
  const { copy, view } = page.reader();
  const token = parseToken(core, bytes.toString("latin1"));
  return [
    kind,
    ...[0, 2, 3].map((at) => copy[at]),
    view.getUint16(4, true),
    view.getUint16(6, true),
    view.getBigInt64(8, true),
    view.getBigInt64(24, true),
    view.getUint16(32, true),
    view.getUint16(34, true),
    ...[37, 38, 39].map((at) => copy[at]),
    hex(copy.subarray(40, 56)),
    hex(copy.subarray(57, 57 + copy[56])),
    hex(encodeTokenPayload(encoder, token)),
  ];
}

function regionAnswer(page, bytes) {
  const head = Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(4)]).subarray(0, 4);
  const rest = bytes.subarray(4);
  const region = page.read(page.exports.consent_region(...page.write(...halves(rest))));
  const packed = page.exports.consent_regime(...page.write(rest), head.readInt32LE());
  return [region, ...[0, 8, 16, 24].map((shift) => (packed >> shift) & 0xff)];
}

function decisionAnswer(core, bytes) {
  let at = 0;
  const next = () => bytes[at++] ?? 0;
  const next16 = () => next() + 256 * next();
  const next32 = () => next16() + 65536 * next16();
  const state = {
    action: actionNames[next() % 7],
    hold: holdNames[next() % 3],
    model: modelNames[next() % 2],
    gpc: next() % 2 === 1,
    choices: { analytics: choiceNames[next() % 3], marketing: choiceNames[next() % 3] },
    policy: next16(),
    decidedAt: next32(),
  };
  const now = next32();
  const policy = { version: next16(), materialSince: {} };
  for (const purpose of purposeNames) policy.materialSince[purpose] = next16();
  const purpose = purposeNames[next() % 3];
  const question = { purpose, model: modelNames[next() % 2], policy, state, now };
  const signals = next();
  question.gpc = signals % 2 === 1;
  question.dnt = (signals & 2) !== 0;
  const { expiresAt } = decide(core, question);
  const reason = core.exports.consent_decide();
  return [reason, expiresAt, +mustAsk(core, question)];
}

function coreAnswer(core, page, target, bytes, encoder = core) {
  const { exports } = page;
  switch (target) {
    case "token":
      return tokenAnswer(core, page, bytes, encoder);
    case "cookie": {
      const size = exports.consent_cookie_find(
        ...page.write(Buffer.from("__Host-dp_consent"), bytes),
      );
      return size >= 0 ? [1, page.read(size)] : [size === -3 ? 2 : 0, "x"];
    }
    case "region":
      return regionAnswer(page, bytes);
    case "signal":
      return [
        exports.consent_gpc_parse(...page.write(bytes)),
        exports.consent_dnt_parse(...page.write(bytes)),
      ];
    default:
      return decisionAnswer(core, bytes);
  }
}

function reductionAnswer(page, target, bytes) {
  const { exports } = page;
  switch (target) {
    case "url":
      exports.reduction_url(...page.write(bytes));
      return page.texts(4);
    case "referrer":
      return [page.read(exports.reduction_referrer(...page.write(...halves(bytes))))];
    case "user_agent":
      return [exports.reduction_user_agent(...page.write(bytes)), ...page.texts(3)];
    case "address": {
      const size = exports.reduction_address(...page.write(bytes));
      return [size < 0 ? size : page.read(size)];
    }
    case "duration":
      page.write(Buffer.concat([bytes, Buffer.alloc(8)]).subarray(0, 8));
      return [page.read(exports.reduction_duration())];
    default:
      return [exports.reduction_event_name(...page.write(bytes))];
  }
}

function gppAnswer(gpp, page, bytes) {
  const size = page.exports.gpp_decode(...page.write(bytes));
  return [size < 0 ? size : hexText(gpp.encode(gpp.decode(bytes.toString("latin1"))))];
}

let inputs;
let made;
let native;

before(() => {
  if (!existsSync(program))
    throw new Error(`${program} is missing: run script/test native, which builds it`);
  ({ inputs, made } = differentialInputs());
  const lines = inputs.map(({ target, bytes }) => `${target} ${bytes.toString("hex")}\n`);
  const run = spawnSync(program, { input: lines.join(""), maxBuffer: 1 << 28, encoding: "utf8" });
  assert.equal(run.status, 0, `core_answers failed: ${run.stderr}`);
  native = run.stdout.split("\n").slice(0, -1);
  assert.equal(native.length, inputs.length, "an answer for every input");
});

function compare(build, among, answer) {
  const counts = Object.fromEntries(among.map((target) => [target, 0]));
  inputs.forEach(({ target, bytes, from }, i) => {
    if (!among.includes(target)) return;
    counts[target] += 1;
    const actual = answer(target, bytes).join(" ");
    if (actual === native[i]) return;
    assert.fail(
      `${build}, ${target}, ${from}, input ${bytes.toString("hex")}:\n` +
        `  native ${native[i]}\n  ${build} ${actual}`,
    );
  });
  const shown = Object.entries(counts).map(([target, count]) => `${target} ${count}`);
  console.log(`differential, ${build}: ${shown.join(", ")}`);
  const expected = inputs.filter(({ target }) => among.includes(target)).length;
  const compared = Object.values(counts).reduce((sum, count) => sum + count);
  assert.equal(compared, expected, "every input is compared");
  for (const [target, count] of Object.entries(counts)) assert.ok(count > 2_000, target);
}

test("there are as many inputs as promised, for every target", () => {
  console.log(`differential: ${inputs.length} inputs, ${made} of them generated`);
  assert.ok(made >= inputsLeast, `${made} generated inputs, ${inputsLeast} are promised`);
  assert.deepEqual([...new Set(inputs.map(({ target }) => target))].sort(), [...targets].sort());
});

for (const build of ["wasm", "wasm2js"]) {
  test(`core, ${build}: the answers are the native ones`, async () => {
    const core = (await bothCores())[build];
    const page = pages(core.exports, "consent");
    compare(build, coreTargets, (target, bytes) => coreAnswer(core, page, target, bytes));
  });

  test(`the page's module, ${build}: the answers are the native ones`, async () => {
    const core = (await bothCores("consent"))[build];
    const encoder = (await bothCores()).wasm;
    const page = pages(core.exports, "consent");
    const answer = (target, bytes) => coreAnswer(core, page, target, bytes, encoder);
    compare(build, ["token", "cookie", "decision"], answer);
  });
}

test("reduction module: the answers are the native ones", async () => {
  const { exports } = await Reduction.load(builtBytes("reduction.wasm"));
  const page = pages(exports, "reduction");
  const among = targets.filter((target) => ![...coreTargets, "gpp"].includes(target));
  compare("wasm", among, (target, bytes) => reductionAnswer(page, target, bytes));
});

test("gpp module: the answers are the native ones", async () => {
  const gpp = await GppSection.load(builtBytes("gpp.wasm"));
  const page = pages(gpp.exports, "gpp");
  compare("wasm", ["gpp"], (_, bytes) => gppAnswer(gpp, page, bytes));
});
