// window.__gpp as a partner sees it, and our strings against the IAB's own library.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";
import { builtBytes, importBuilt, importSource } from "./built.mjs";

const { GppModel } = createRequire(import.meta.url)("@iabgpp/cmpapi");
const { GppSection } = await importBuilt("core.mjs");
const section = await GppSection.load(builtBytes("gpp.wasm"));
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A page that never draws: what gpp.ts asks of its document and window. */
function page() {
  const listeners = {};
  const frames = [];
  globalThis.window = {};
  globalThis.addEventListener = (type, listener) => (listeners[type] = listener);
  globalThis.MutationObserver = class {
    observe() {}
  };
  globalThis.document = {
    createElement: () => ({}),
    body: { append: (frame) => frames.push(frame) },
  };
  return { listeners, frames };
}

function visitor({ model = "opt_out", region = "US-CA", marketing = false, gpc = false } = {}) {
  const changes = [];
  const visit = {
    marketing,
    gpc,
    notices: 0,
    regime: { id: "us_ca_ccpa", model },
    change: () => changes.forEach((listener) => listener()),
  };
  visit.request = (mode) => ({
    mode,
    consent: {
      ready: Promise.resolve(),
      allows: (purpose) => purpose === "essential" || visit.marketing,
      state: () => ({ gpc: visit.gpc }),
      on: (_, listener) => changes.push(listener),
    },
    page: { model, token: region === undefined ? undefined : { region } },
    loadNotice: async () => {
      visit.notices += 1;
      if (!visit.regime) throw new TypeError("network");
      return { regime: visit.regime };
    },
    root: { querySelector: () => null },
    section: Promise.resolve(section),
  });
  return visit;
}

function ask(command, parameter) {
  let answer;
  const returned = window.__gpp(command, (...given) => (answer = given), parameter);
  assert.equal(returned, undefined, "by callback only");
  return answer;
}

const { installGpp } = await importSource("gpp.ts");

test("no-sale: notice given, nothing to opt out of, and the signal", async () => {
  for (const [gpc, text] of [
    [false, "DBABLA~CQAAAAAAAACA.QA"],
    [true, "DBABLA~CQAAAAAAAACA.YA"],
  ]) {
    page();
    installGpp(visitor({ gpc }).request("no-sale"));
    assert.equal(ask("ping")[0].signalStatus, "not ready");
    await settled();
    const [ping, success] = ask("ping");
    assert.equal(success, true);
    assert.equal(ping.gppVersion, "1.1");
    assert.equal(ping.signalStatus, "ready");
    assert.equal(ping.gppString, text);
    assert.deepEqual(ping.applicableSections, [7]);
    assert.deepEqual(ping.supportedAPIs, ["7:usnat"]);
    assert.deepEqual(ping.parsedSections, new GppModel(text).toObject());
  }
});

test("sale: opted out unless marketing may run; a change is settled last", async () => {
  page();
  const visit = visitor();
  installGpp(visit.request("sale"));
  const seen = [];
  window.__gpp("addEventListener", ({ eventName, data }) => seen.push([eventName, data]));
  await settled();
  assert.deepEqual(ask("getField", "usnat.SaleOptOut"), [1, true]);
  seen.length = 0;
  visit.marketing = true;
  visit.change();
  await settled();
  assert.deepEqual(seen, [
    ["signalStatus", "not ready"],
    ["sectionChange", "usnat"],
    ["signalStatus", "ready"],
  ]);
  assert.deepEqual(ask("getField", "usnat.SaleOptOut"), [2, true]);
});

test("elsewhere no section applies", async () => {
  for (const where of [
    { model: "opt_in", region: "DE" },
    { region: "CA-ON", regime: { id: "ca_pipeda", model: "opt_out" } },
  ]) {
    page();
    const visit = visitor(where);
    if (where.regime) visit.regime = where.regime;
    installGpp(visit.request("no-sale"));
    await settled();
    const [ping] = ask("ping");
    assert.deepEqual(ping.applicableSections, [-1]);
    assert.equal(ping.gppString, new GppModel().encode());
    assert.deepEqual(ask("hasSection", "usnat"), [false, true]);
    assert.deepEqual(ask("getSection", "usnat"), [null, false]);
    assert.deepEqual(ask("getField", "usnat.Gpc"), [null, false]);
  }
});

test("a refusal's token names no region: the notice does; without it nothing is said", async () => {
  page();
  const known = visitor({ region: "" });
  installGpp(known.request("no-sale"));
  await settled();
  assert.equal(known.notices, 1);
  assert.deepEqual(ask("ping")[0].applicableSections, [7]);

  page();
  const unknown = visitor({ region: "" });
  unknown.regime = undefined;
  installGpp(unknown.request("no-sale"));
  await settled();
  assert.equal(ask("ping")[0].signalStatus, "not ready");
  assert.deepEqual(ask("ping")[0].applicableSections, []);
});

test("listeners come and go, and one that throws does not stop the others", async () => {
  page();
  const visit = visitor();
  const { error } = console;
  console.error = () => {};
  installGpp(visit.request("sale"));
  const [{ listenerId: bad }] = ask("addEventListener");
  window.__gpp("addEventListener", () => {
    throw new Error("theirs");
  });
  const heard = [];
  window.__gpp("addEventListener", (event) => heard.push(event.eventName));
  const [removed] = ask("removeEventListener", bad);
  assert.deepEqual([removed.eventName, removed.data], ["listenerRemoved", true]);
  assert.equal(ask("removeEventListener", bad)[0].data, false);
  await settled();
  console.error = error;
  assert.equal(heard.at(-1), "signalStatus");
});

test("bad calls get an answer or silence, never an exception", async () => {
  page();
  installGpp(visitor().request("no-sale"));
  await settled();
  assert.deepEqual(ask("getGPPData"), [null, false]);
  assert.deepEqual(ask("getField"), [null, false]);
  assert.deepEqual(ask("getField", "usnat.NoSuchField"), [null, false]);
  assert.deepEqual(ask("getSection", { toString: () => "usnat" }), [null, false]);
  assert.deepEqual(ask("hasSection", "tcfeuv2"), [false, true]);
  assert.deepEqual(ask("getSection", "__proto__"), [null, false]);
  assert.deepEqual(ask("hasSection", "constructor"), [false, true]);
  assert.deepEqual(ask("getField", "usnat.constructor"), [null, false]);
  for (const call of [[], ["ping"], ["ping", "callback"], [undefined, undefined]])
    assert.equal(window.__gpp(...call), undefined);
  const { error } = console;
  const said = [];
  console.error = (text) => said.push(text);
  page();
  installGpp(visitor().request("yes"));
  console.error = error;
  assert.equal(window.__gpp, undefined);
  assert.match(said[0], /data-gpp/);
});

test("a stub's listeners and queue are taken over", async () => {
  page();
  const heard = [];
  const events = [{ id: 12, callback: ({ listenerId }) => heard.push(listenerId) }];
  const queue = [["ping", (ping) => heard.push(ping.gppVersion)]];
  window.__gpp = (...what) => (what[0] === "events" ? events : what.length ? undefined : queue);
  installGpp(visitor().request("no-sale"));
  assert.deepEqual(heard, ["1.1"]);
  assert.equal(ask("addEventListener")[0].listenerId, 13);
  await settled();
  assert.ok(heard.includes(12));
});

test("frames ask by message, as an object or as text", async () => {
  const { listeners, frames } = page();
  installGpp(visitor().request("no-sale"));
  await settled();
  assert.deepEqual(frames.map(({ name }) => name), ["__gppLocator"]);
  const posted = [];
  const source = { postMessage: (message) => posted.push(message) };
  const call = { __gppCall: { callId: 7, command: "hasSection", parameter: "usnat" } };
  const answer = { __gppReturn: { returnValue: true, success: true, callId: 7 } };
  listeners.message({ data: call, source });
  listeners.message({ data: JSON.stringify(call), source });
  for (const data of [null, 7, "{", "null", {}, { __gppCall: null }, { __gppCall: { command: 1 } }])
    listeners.message({ data, source });
  assert.deepEqual(posted, [answer, JSON.stringify(answer)]);
});

test("the IAB's library reads what we write, and writes it the same", () => {
  for (let i = 0; i < 4096; ++i) {
    const statement = { sellsOrShares: !!(i & 1), optedOut: !!(i & 2), gpc: !!(i & 4) };
    const said = section.statement(statement);
    // Values the library accepts: 0 to 2, and 1 or 2 for an MSPA transaction.
    said.SensitiveDataProcessing = said.SensitiveDataProcessing.map((_, at) => (i * (at + 3)) % 3);
    said.KnownChildSensitiveDataConsents = [i % 3, (i >> 2) % 3, (i >> 4) % 3];
    said.PersonalDataConsents = (i >> 3) % 3;
    said.MspaCoveredTransaction = 1 + ((i >> 5) % 2);
    said.MspaOptOutOptionMode = (i >> 6) % 3;
    const text = section.encode(said);
    const model = new GppModel(text);
    const { Version, GpcSegmentType, ...fields } = model.getSection("usnat");
    assert.deepEqual({ ...fields }, said);
    assert.equal(Version, 2);
    assert.equal(GpcSegmentType, 1);
    const again = new GppModel();
    for (const [field, value] of Object.entries(said)) again.setFieldValue("usnat", field, value);
    assert.equal(again.encode(), text);
  }
});

test("we read what the IAB's library writes: both versions, both header paddings", () => {
  for (let i = 0; i < 729; ++i) {
    const values = {
      SharingNotice: i % 3,
      SaleOptOut: (i + 1) % 3,
      SensitiveDataProcessing: Array.from({ length: 16 }, (_, at) => (i >> (at % 9)) % 3),
      KnownChildSensitiveDataConsents: [i % 2, (i >> 1) % 3, (i >> 3) % 3],
      MspaServiceProviderMode: (i >> 2) % 3,
      Gpc: i % 2 === 1,
    };
    for (const Version of [2, 1]) {
      const model = new GppModel();
      for (const [field, value] of Object.entries({ ...values, Version }))
        model.setFieldValue("usnat", field, value);
      const text = model.encode();
      const entries = (list, kept) => list.map((value, at) => (at < kept ? value : 0));
      const expected = {
        ...values,
        SensitiveDataProcessing: entries(values.SensitiveDataProcessing, Version === 1 ? 12 : 16),
        KnownChildSensitiveDataConsents: entries(
          values.KnownChildSensitiveDataConsents,
          Version === 1 ? 2 : 3,
        ),
      };
      for (const padded of [text, text.replace("DBABLA~", "DBABL~")]) {
        const read = section.decode(padded);
        for (const [field, value] of Object.entries(expected))
          assert.deepEqual(read[field], value, `${padded} ${field}`);
      }
    }
  }
});
