// Nanoseconds a call through the ABI of the WebAssembly modules, and of the JavaScript made from
// the consent module. `call` is the export alone, its input already in the page; `bridge` is what
// a page calls, with its objects and texts.
//
// usage: node tests/bench/wasm_bench.mjs [--help]       after script/build

import { answerHelp } from "../support/usage.mjs";
import { bothCores, builtBytes, importBuilt } from "../wasm/built.mjs";

answerHelp(import.meta.url);

const core = await importBuilt("core.mjs");
const { Reduction } = core;
const millisecondsEach = 300;

const now = 1_795_000_000;
const grant = {
  kind: "grant",
  keyId: 0,
  decidedAt: now - 30 * 86_400,
  policy: 3,
  choices: { analytics: "granted", marketing: "denied" },
  action: "save",
  gpc: false,
  region: "US-CA",
  subject: "WlpaWlpaWlpaWlpaWlpaWg",
};
const url =
  "https://dialphone.com/orders/123e4567-e89b-42d3-a456-426614174000/items" +
  "?utm_source=newsletter&utm_medium=email&utm_campaign=spring&gclid=abc#top";
const userAgent =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) " +
  "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0";

// Of processor time, so that a busy machine matters less: the median of several runs, each long
// enough for the clock.
function nanoseconds(run) {
  let calls = 64;
  const timed = () => {
    const start = process.cpuUsage();
    for (let i = 0; i < calls; ++i) run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) * 1e3;
  };
  while (timed() < (millisecondsEach / 10) * 1e6) calls *= 2;
  const runs = Array.from({ length: 9 }, () => timed() / calls);
  return runs.sort((a, b) => a - b)[4];
}

function consentCalls(build) {
  const { exports, pageIn } = build;
  const payload = core.encodeTokenPayload(build, grant);
  const mac = core.encodeBase64url(new Uint8Array(16));
  const text = `1.${core.encodeBase64url(payload)}.${mac}`;
  const { state } = core.parseToken(build, text);
  const policy = { version: 3, materialSince: { essential: 1, analytics: 1, marketing: 1 } };
  const question = { purpose: "analytics", model: "opt_out", policy, state, gpc: false, now };
  const bytes = new TextEncoder().encode(text);
  return {
    decide: {
      prepare: () => core.decide(build, question),
      call: () => exports.consent_decide(),
      bridge: () => core.decide(build, question),
    },
    encode: {
      prepare: () => core.encodeTokenPayload(build, grant),
      call: () => exports.consent_token_encode(),
      bridge: () => core.encodeTokenPayload(build, grant),
    },
    decode: {
      prepare: () => pageIn.set(bytes),
      call: () => exports.consent_token_parse(bytes.length),
      bridge: () => core.parseToken(build, text),
    },
  };
}

function reductionCalls(reduction) {
  const { exports } = reduction;
  return {
    "reduce a URL": {
      prepare: () => reduction.url(url),
      call: () => exports.reduction_url(url.length),
      bridge: () => reduction.url(url),
    },
    "reduce a user agent": {
      prepare: () => reduction.userAgent(userAgent),
      call: () => exports.reduction_user_agent(userAgent.length),
      bridge: () => reduction.userAgent(userAgent),
    },
  };
}

function report(build, calls) {
  for (const [what, { prepare, call, bridge }] of Object.entries(calls)) {
    prepare();
    const [alone, whole] = [nanoseconds(call), nanoseconds(bridge)];
    const column = (value) => value.toFixed(0).padStart(7);
    console.log(`${build.padEnd(9)}${what.padEnd(22)}${column(alone)}${column(whole)}`);
  }
}

console.log(`${"module".padEnd(9)}${"ns".padEnd(22)}   call bridge`);
const { wasm, wasm2js } = await bothCores();
report("wasm", consentCalls(wasm));
report("wasm2js", consentCalls(wasm2js));
report("wasm", reductionCalls(await Reduction.load(builtBytes("reduction.wasm"))));
