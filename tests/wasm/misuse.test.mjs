// Whatever the page passes: an answer or an error, never a trap, and the core goes on working.

import assert from "node:assert/strict";
import test from "node:test";
import { bothCores, builtBytes, importBuilt } from "./built.mjs";

const cores = await bothCores();
const { Reduction, decide, findCookie, nothingRecorded, parseRegion, parseToken } =
  await importBuilt("core.mjs");
const wrongSizes = [-1, -2147483648, 16385, 65536, 2147483647];
const badSize = -1;
const badRecord = -4;

for (const [build, core] of Object.entries(cores)) {
  const { exports, pageIn } = core;

  test(`${build}: lengths outside the page are refused`, () => {
    for (const size of wrongSizes) {
      assert.equal(exports.consent_region(size, 0), badSize);
      assert.equal(exports.consent_region(0, size), badSize);
      assert.equal(exports.consent_region(2, size), badSize);
      assert.equal(exports.consent_regime(size, 0), badSize);
      assert.equal(exports.consent_token_parse(size), badSize);
      assert.equal(exports.consent_cookie_find(size, 4), badSize);
      assert.equal(exports.consent_cookie_find(4, size), badSize);
      assert.equal(exports.consent_gpc_parse(size), badSize);
      assert.equal(exports.consent_dnt_parse(size), badSize);
    }
    assert.equal(exports.consent_cookie_find(16384, 1), badSize);
  });

  test(`${build}: a record of arbitrary bytes is read or refused, never trapped on`, () => {
    let state = 88172645463325252n;
    const byte = () => {
      state ^= BigInt.asUintN(64, state << 13n);
      state ^= state >> 7n;
      state ^= BigInt.asUintN(64, state << 17n);
      return Number(state & 0xffn);
    };
    for (let round = 0; round < 20_000; ++round) {
      for (let i = 0; i < 64; ++i) pageIn[i] = byte();
      const reason = exports.consent_decide();
      assert.ok(reason === badRecord || (reason >= 1 && reason <= 26), `reason ${reason}`);
      assert.ok([0, 1, badRecord].includes(exports.consent_must_ask()));
      assert.ok(exports.consent_token_encode() >= badRecord);
      exports.consent_token_parse(byte());
      exports.consent_regime(byte() % 8, byte() << 20);
    }
  });

  test(`${build}: every member of a question out of range is refused`, () => {
    for (const offset of [0, 1, 2, 3, 40, 41, 42]) {
      pageIn.fill(0, 0, 48);
      pageIn[offset] = 255;
      assert.equal(exports.consent_decide(), badRecord, `offset ${offset}`);
      assert.equal(exports.consent_must_ask(), badRecord, `offset ${offset}`);
    }
    pageIn.fill(0, 0, 48);
    pageIn[4] = 3;
    assert.equal(exports.consent_decide(), badRecord, "choices for essential");
  });

  test(`${build}: the bridge denies what it cannot ask`, () => {
    const question = {
      purpose: "analytics",
      model: "opt_in",
      policy: { version: 1, materialSince: { analytics: 1 } },
      state: nothingRecorded,
      gpc: false,
      dnt: false,
      now: Number.NaN,
    };
    assert.equal(decide(core, question).reason, "no_record");
    assert.equal(decide(core, { ...question, model: "none of them" }).reason, "no_record");
    assert.equal(parseToken(core, "x".repeat(20_000)), undefined);
    assert.equal(
      findCookie(core, `dp_consent=1; x=${"y".repeat(20_000)}`, "dp_consent"),
      undefined,
    );
    assert.equal(parseRegion(core, "D".repeat(20_000)), "");
    assert.equal(parseRegion(core, "de"), "DE");
  });
}

test("reduction: lengths outside the page give nothing", async () => {
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(builtBytes("reduction.wasm")),
  );
  for (const size of wrongSizes) {
    for (const name of ["reduction_url", "reduction_user_agent", "reduction_address"]) {
      assert.equal(exports[name](size), badSize, name);
    }
    assert.equal(exports.reduction_referrer(size, 1), badSize);
    assert.equal(exports.reduction_referrer(1, size), badSize);
    assert.equal(exports.reduction_event_name(size), badSize);
  }
  const reduction = await Reduction.load(builtBytes("reduction.wasm"));
  assert.deepEqual(reduction.url("/x".repeat(20_000)).path, "");
  assert.equal(reduction.userAgent("x".repeat(20_000)).browser, "Other");
  assert.equal(reduction.address("not an address"), undefined);
  assert.deepEqual([...reduction.address("192.0.2.77")], [192, 0, 2, 0]);
});
