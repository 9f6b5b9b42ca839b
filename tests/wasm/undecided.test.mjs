// The two cores of a page: a small one that need not read what was decided, and the one that can.

import assert from "node:assert/strict";
import test from "node:test";
import { runInNewContext } from "node:vm";
import { builtBytes, importBuilt, smallCoreBytes } from "./built.mjs";
import { randomNumbers } from "./differential_inputs.mjs";
import { settled, tokenFor, Visitor } from "./visitor.mjs";

globalThis.crypto ??= (await import("node:crypto")).webcrypto;
const all = (choice) => ({ analytics: choice, marketing: choice });
const granted = { action: "accept_all", choices: all("granted"), gpc: false };
const grant = { ...granted, subject: "AAECAwQFBgcICQoLDA0ODw" };
const refusal = { action: "reject_all", choices: all("denied"), gpc: false };

// Around the ages and versions where a decision turns.
function randomQuestion(random, { actionNames, choiceNames, holdNames, modelNames, purposeNames }) {
  const one = (list) => list[random(list.length)];
  const now = 1_795_000_000;
  const ages = [0, 86_400, 182 * 86_400, 182 * 86_400 - 1, 400 * 86_400, -86_400, -86_401];
  return {
    purpose: one(purposeNames),
    model: one(modelNames),
    policy: {
      version: 1 + random(3),
      materialSince: { analytics: random(4), marketing: random(4) },
    },
    state: {
      action: one(actionNames),
      hold: random(4) ? "none" : one(holdNames),
      model: one(modelNames),
      gpc: random(2) === 1,
      choices: { analytics: one(choiceNames), marketing: one(choiceNames) },
      policy: random(4),
      decidedAt: now - one(ages),
    },
    gpc: random(2) === 1,
    now,
  };
}

test("the small core decides what the large one decides", async () => {
  const names = await importBuilt("core.mjs");
  const { decide, loadCore, mustAsk } = names;
  const small = await loadCore({ wasm: smallCoreBytes() });
  const large = await loadCore({ wasm: builtBytes("core.wasm") });
  const random = randomNumbers(20261125);
  for (let i = 0; i < 20000; i += 1) {
    const question = randomQuestion(random, names);
    assert.deepEqual(decide(small, question), decide(large, question), JSON.stringify(question));
    assert.equal(mustAsk(small, question), mustAsk(large, question), JSON.stringify(question));
  }
});

test("banner.js and the module carry the small core, byte for byte", () => {
  for (const file of ["banner.js", "consent.mjs"]) {
    const [, literal] = /Uint8Array\.from\(("(?:[^"\\]|\\[^])*"|`(?:[^`\\]|\\[^])*`)/.exec(
      builtBytes(file).toString(),
    );
    const carried = Buffer.from(runInNewContext(literal), "latin1");
    assert.deepEqual(carried, smallCoreBytes(), file);
    assert.doesNotMatch(builtBytes(file).toString("latin1"), /[^\0-\x7f]/, `${file} is ASCII`);
  }
});

test("who has decided nothing loads the small core, the other one with the choice", async () => {
  const visitor = new Visitor();
  visitor.reaches = false;
  const consent = visitor.open();
  await consent.ready;
  assert.deepEqual(visitor.coresLoaded, ["undecided"]);
  await consent.accept("banner");
  await settled();
  assert.deepEqual(visitor.coresLoaded, ["undecided", "consent"]);
  assert.equal(consent.state().status, "decided");
  assert.equal(consent.state().decisions.marketing.reason, "granted");
});

test("the core that reads is asked for once, and again when it did not come", async () => {
  const visitor = new Visitor();
  visitor.reaches = false;
  const consent = visitor.open();
  await consent.ready;
  visitor.readerLoads = false;
  await assert.rejects(consent.page.loadCore(true));
  visitor.readerLoads = true;
  let arrive;
  visitor.readerArrives = new Promise((resolve) => (arrive = resolve));
  const prepared = [consent.prepare(), consent.prepare(), consent.page.loadCore(true)];
  await settled();
  assert.deepEqual(visitor.coresLoaded, ["undecided", "consent"]);
  arrive();
  await Promise.all(prepared);
  await consent.accept("banner");
  assert.deepEqual(visitor.coresLoaded, ["undecided", "consent"]);
});

test("who has decided loads the one that reads, and nothing else", async () => {
  const visitor = new Visitor();
  visitor.reaches = false;
  visitor.cookie = `dp_consent=${tokenFor(refusal)}`;
  await visitor.open().ready;
  assert.deepEqual(visitor.coresLoaded, ["consent"]);
});

test("a grant is not sent by a page that could not read the answer, stops counting", async () => {
  const visitor = new Visitor();
  visitor.readerLoads = false;
  const consent = visitor.open();
  await consent.ready;
  await consent.accept("banner");
  await settled();
  assert.equal(visitor.posted.length, 0);
  assert.equal(consent.allows("analytics"), false);

  visitor.readerLoads = true;
  await visitor.open().ready;
  await settled();
  assert.equal(visitor.posted.length, 1);
});

test("a refusal is sent all the same", async () => {
  const visitor = new Visitor();
  visitor.readerLoads = false;
  const consent = visitor.open();
  await consent.ready;
  consent.reject("banner");
  await settled();
  assert.deepEqual(visitor.posted.map(({ action }) => action), ["reject_all"]);
  assert.equal(visitor.kept.size, 0);
  assert.equal(consent.allows("analytics"), false);
});

test("a choice made in another tab is read", async () => {
  for (const [request, reason] of [[grant, "granted"], [refusal, "refused"]]) {
    const visitor = new Visitor();
    visitor.reaches = false;
    const consent = visitor.open();
    await consent.ready;
    visitor.cookie = `dp_consent=${tokenFor(request)}`;
    consent.refresh();
    await settled();
    assert.equal(consent.state().decisions.analytics.reason, reason);
    assert.deepEqual(visitor.coresLoaded, ["undecided", "consent"]);
  }
});

test("a choice of another tab that cannot be read allows nothing", async () => {
  const visitor = new Visitor();
  visitor.reaches = false;
  visitor.readerLoads = false;
  const consent = visitor.open();
  await consent.ready;
  visitor.cookie = `dp_consent=${tokenFor(grant)}`;
  consent.refresh();
  await settled();
  assert.equal(consent.allows("analytics"), false);
});
