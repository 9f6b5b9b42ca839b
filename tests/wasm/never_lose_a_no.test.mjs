// Whatever fails, in whatever order: a refusal that was given last holds in every tab and on every
// later page, and reaches the service once that is possible. A failure prints its seed:
//
//   CONSENT_SEED=17 CONSENT_SEEDS=1 node --test tests/wasm/never_lose_a_no.test.mjs
//   CONSENT_SEEDS=20000 node --test tests/wasm/never_lose_a_no.test.mjs

import assert from "node:assert/strict";
import test from "node:test";
import { quiet, Random, World } from "./browser_world.mjs";
import { subjectOf } from "./visitor.mjs";

// That there is no notice is said on every page.
console.warn = () => {};
const seeds = Number(process.env.CONSENT_SEEDS ?? 2000);
const stepsEach = 40;
const dayMs = 86_400_000;
const optional = ["analytics", "marketing"];
const skews = [0, 0, 90_000, -90_000, 2 * 86_400_000, -2 * 86_400_000];
const fates = [
  ...["answered", "answered", "lost", "answer lost", "404", "503", "portal", "cookie lost"],
  ...["400", "403", "409", "422"],
];

const steps = {
  open: (world) => (world.tabs.length < 3 ? world.open() : undefined),
  close: (world, random) => world.tabs.length > 1 && world.close(random.of(world.tabs)),
  reload: async (world, random) => {
    await world.close(random.of(world.tabs));
    await world.open();
  },
  "away and back": (world, random) => {
    const tab = random.of(world.tabs);
    return tab.frozen ? world.thaw(tab) : world.freeze(tab);
  },
  accept: (world, random, story) => choose(world, random, story, [], (c) => c.accept("banner")),
  save: (world, random, story) => {
    const [one, other] = random.of([optional, [...optional].reverse()]);
    return choose(world, random, story, [other], (c) => c.save({ [one]: true }, "preferences"));
  },
  reject: (world, random, story) =>
    choose(world, random, story, optional, (c) => c.reject("banner")),
  withdraw: (world, random, story) => choose(world, random, story, optional, (c) => c.withdraw()),
  arrive: (world, random) => world.arrive(random.of(fates)),
  "arrive well": (world) => world.arrive("answered"),
  wait: (world, random) => world.advance(random.of([1_000, 5_000, 400_000])),
  show: (world, random) => {
    const tab = random.of(world.tabs);
    if (!tab.frozen) tab.consent.refresh();
  },
  network: (world) => void (world.network = !world.network),
  notice: (world, random) => void (world.notice = random.of(["works", "works", "slow", "none"])),
  "notice comes": (world) => world.noticeComes(),
  // Off is empty, too: an older grant that comes back with a storage which threw when the refusal
  // was given, after the cookie of its answer was lost, is beyond what a page can know.
  storage: (world, random, story) => {
    world.storage = random.of(["works", "off", "full"]);
    if (world.storage === "off") world.kept.clear();
    story.kept &&= world.storage === "works";
  },
  "storage wiped": (world, random, story) => {
    world.kept.clear();
    story.kept = false;
  },
  clock: (world, random) => world.setSkew(random.of(skews)),
};

// A choice by the purposes it denies. One that grants something waits for the notice; what is
// chosen meanwhile, anywhere, comes after it.
async function choose(world, random, story, denied, act) {
  const tab = random.of(world.tabs);
  if (tab.frozen) await world.thaw(tab);
  const number = (tab.chose = ++story.choices);
  const taken = () => {
    if (number !== tab.chose || number < story.last || !tab.alive) return;
    Object.assign(story, { last: number, denied, kept: world.storage === "works" });
    assert.deepEqual(allowed(tab).filter((one) => denied.includes(one)), [], "in the same tick");
  };
  // Of two tabs whose notice comes in one moment nobody could say which chose last.
  if (denied !== optional && world.tabs.some((one) => one !== tab && one.waits)) return;
  if (denied !== optional) ++story.grants;
  const acting = act(tab.consent);
  if (denied === optional) taken();
  // A grant without a notice is none.
  else {
    tab.waits = (tab.waits ?? 0) + 1;
    const done = () => --tab.waits;
    acting.then(taken, () => {}).then(done, (error) => (story.failed = error));
  }
  await quiet();
  if (story.failed) throw story.failed;
}

const allowed = ({ consent }) => optional.filter((one) => consent.allows(one));

// What is denied is in a cookie, too, also beside something that is granted. Without cookies such a
// choice lives as long as the storage that keeps it.
const holds = (world, { denied, kept }) => denied === optional || kept || world.jar.works;

function check(world, story) {
  for (const tab of world.tabs.filter(({ frozen }) => !frozen)) {
    const runs = allowed(tab);
    const against = runs.filter((one) => holds(world, story) && story.denied.includes(one));
    assert.deepEqual(against, [], `tab ${tab.id}`);
    const { status } = tab.consent.state();
    // On its way, from the tab in which it was given; or known to the service. (A tab that has not
    // been looked at since the cookie changed reads it when it is.)
    if (runs.length === 0 || status === "pending") continue;
    const { tokenText } = tab.consent.page;
    if (tokenText !== world.jar.value("dp_consent")) continue;
    const subject = subjectOf(tokenText);
    if (world.unheard.has(subject)) continue;
    for (const purpose of runs) {
      assert.equal(world.service.granted.get(subject)?.[purpose], "granted", `tab ${tab.id}`);
    }
  }
  for (const kept of [world.kept.get("dp_consent_outbox"), world.jar.value("dp_consent_outbox")]) {
    const grants = kept?.includes("granted");
    if (kept && !grants) assert.doesNotMatch(kept, /[\w-]{22}/, "a refusal carries no identifier");
  }
  const ids = new Set();
  for (const { subject, choices } of world.sent) {
    if (Object.values(choices).includes("granted")) ids.add(subject);
    else assert.ok(!subject || ids.has(subject), "an identifier of somebody who granted nothing");
  }
  assert.ok(world.service.grants.size <= story.grants, "sending a grant again is the same event");
}

async function heal(world) {
  Object.assign(world, { network: true, notice: "works", storage: "works" });
  world.noticeComes();
  world.setSkew(0);
  for (const one of world.tabs) if (one.frozen) await world.thaw(one);
  await world.open();
  for (let round = 0; round < 12; ++round) {
    await world.advance(400_000);
    while (world.wires.length) await world.arrive("answered");
  }
}

async function play(seed, trace) {
  const random = new Random(seed);
  const world = new World(random);
  // A browser that takes no cookies, as some of the visitors'.
  world.jar.works = random.below(8) !== 0;
  // Who blocks cookies has no locks either.
  world.locks = world.jar.works;
  const story = { choices: 0, last: 0, denied: [], grants: 0 };
  await world.open();
  for (let i = 0; i < stepsEach; ++i) {
    const name = random.of(Object.keys(steps));
    trace.push(name);
    await steps[name](world, random, story);
    await quiet();
    check(world, story);
  }
  trace.push("heal");
  await heal(world);
  check(world, story);
  const { length } = world.sent;
  await world.advance(dayMs / 2);
  assert.equal(world.sent.length, length, "delivered once, nothing is sent any more");
  assert.equal(world.kept.size, 0, "delivered");
  assert.equal(world.jar.value("dp_consent_outbox"), undefined, "delivered");
  if (story.denied === optional) {
    assert.ok(!subjectOf(world.jar.value("dp_consent")), "no identifier stays");
  }
  // Without cookies no later page can name whom an earlier one granted something for.
  if (!world.jar.works) return;
  for (const [subject, choices] of world.service.granted) {
    if (world.unheard.has(subject)) continue;
    for (const purpose of story.denied) {
      assert.notEqual(choices[purpose], "granted", "no older grant overtakes it");
    }
  }
}

test(`a refusal is never lost: ${seeds} browsers of ${stepsEach} steps`, async () => {
  const first = Number(process.env.CONSENT_SEED ?? 1);
  for (let seed = first; seed < first + seeds; ++seed) {
    const trace = [];
    try {
      await play(seed, trace);
    } catch (error) {
      error.message = `seed ${seed}, after ${trace.join(", ")}: ${error.message}`;
      throw error;
    }
  }
});
