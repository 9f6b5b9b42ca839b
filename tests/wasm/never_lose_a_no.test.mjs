// Whatever fails, in whatever order: a refusal that was given last holds in every tab and on every
// later page, and reaches the service once that is possible.

import assert from "node:assert/strict";
import test from "node:test";
import { quiet, Random, World } from "./browser_world.mjs";
import { subjectOf } from "./visitor.mjs";

const seeds = Number(process.env.CONSENT_SEEDS ?? 600);
const stepsEach = 40;
const skews = [0, 0, 90_000, -90_000, 2 * 86_400_000, -2 * 86_400_000];
const fates = [
  ...["answered", "answered", "lost", "answer lost", "404", "503", "portal", "cookie lost"],
];

const steps = {
  open: (world) => (world.tabs.length < 3 ? world.open() : undefined),
  close: (world, random) => world.tabs.length > 1 && world.close(random.of(world.tabs)),
  accept: (world, random, story) => choose(world, random, story, "yes", (c) => c.accept("banner")),
  save: (world, random, story) =>
    choose(world, random, story, "yes", (c) => c.save({ analytics: true }, "preferences")),
  reject: (world, random, story) => choose(world, random, story, "no", (c) => c.reject("banner")),
  withdraw: (world, random, story) => choose(world, random, story, "no", (c) => c.withdraw()),
  arrive: (world, random) => world.arrive(random.of(fates)),
  "arrive well": (world) => world.arrive("answered"),
  wait: (world, random) => world.advance(random.of([1_000, 5_000, 400_000])),
  show: (world, random) => random.of(world.tabs).consent.refresh(),
  network: (world) => void (world.network = !world.network),
  notice: (world) => void (world.noticeWorks = !world.noticeWorks),
  storage: (world, random) => void (world.storage = random.of(["works", "off", "full"])),
  "storage wiped": (world) => world.kept.clear(),
  clock: (world, random) => world.setSkew(random.of(skews)),
};

async function choose(world, random, story, answer, act) {
  const tab = random.of(world.tabs);
  try {
    await act(tab.consent);
  } catch {
    return; // A grant without a notice is none.
  }
  story.last = answer;
  if (answer === "no") story.held = subjectOf(world.jar.value("dp_consent"));
  if (answer === "no") assert.deepEqual(allowed(tab), [], "in the tick of the click");
}

const allowed = ({ consent }) => ["analytics", "marketing"].filter((one) => consent.allows(one));

function check(world, story) {
  for (const tab of world.tabs) {
    const runs = allowed(tab);
    if (story.last === "no") assert.deepEqual(runs, [], `tab ${tab.id}`);
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
}

async function heal(world) {
  Object.assign(world, { network: true, noticeWorks: true, storage: "works" });
  world.setSkew(0);
  const tab = await world.open();
  for (let round = 0; round < 12; ++round) {
    await world.advance(400_000);
    while (world.wires.length) await world.arrive("answered");
  }
  return tab;
}

async function play(seed, trace) {
  const random = new Random(seed);
  const world = new World(random);
  const story = { last: "none", held: undefined };
  await world.open();
  for (let i = 0; i < stepsEach; ++i) {
    const name = random.of(Object.keys(steps));
    trace.push(name);
    await steps[name](world, random, story);
    await quiet();
    check(world, story);
  }
  trace.push("heal");
  const last = await heal(world);
  check(world, story);
  if (story.last !== "no") return;
  assert.equal(world.kept.size, 0, "delivered");
  assert.equal(world.jar.value("dp_consent_outbox"), undefined, "delivered");
  assert.deepEqual(allowed(last), []);
  const held = subjectOf(world.jar.value("dp_consent"));
  assert.ok(!held, "no identifier stays");
  if (world.unheard.has(story.held)) return;
  assert.deepEqual(world.service.granted.get(story.held) ?? {}, {}, "the service knows");
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
