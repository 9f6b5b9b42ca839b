// Single services inside a purpose: what was switched off stays off, whatever fails, until it is
// switched on again; and no service runs without its purpose.

import assert from "node:assert/strict";
import test from "node:test";
import { importSource } from "./built.mjs";
import { noticeFor, tokenFor, Visitor } from "./visitor.mjs";

globalThis.crypto ??= (await import("node:crypto")).webcrypto;
const { serve } = await importSource("services.ts");

const service = (id) => ({ id, name: id, recipient: "Example", country: "DE" });
const purposesOf = (analytics = ["one", "two"]) => [
  { id: "essential", required: true, default: "granted", cookies: [], services: [service("own")] },
  ...[
    ["analytics", analytics],
    ["marketing", ["ads", "video"]],
  ].map(([id, services]) => ({
    ...{ id, required: false, default: "denied", cookies: [] },
    services: services.map(service),
  })),
];
const names = ["analytics:one", "analytics:two", "marketing:ads", "marketing:video"];

function browser() {
  const visitor = new Visitor();
  visitor.notice = noticeFor("opt_in", { purposes: purposesOf() });
  return visitor;
}

const kept = (visitor) => visitor.jar.value("dp_consent_services");
const keep = (visitor, text) => visitor.jar.write(`dp_consent_services=${text}; Path=/`);
const lose = (visitor) => visitor.jar.write("dp_consent_services=; Max-Age=0; Path=/");

// Nothing here waits for a clock.
async function settled() {
  for (let i = 0; i < 12; ++i) await new Promise((resolve) => setImmediate(resolve));
}

async function openPage(visitor, late = false) {
  const consent = visitor.open();
  await consent.ready;
  await settled();
  if (!late) serve(consent);
  return consent;
}

const running = (consent) => names.filter((name) => consent.allows(name));

test("off before a choice, all on after accepting, all off after a withdrawal", async () => {
  const visitor = browser();
  const consent = await openPage(visitor);
  assert.deepEqual(running(consent), []);
  await consent.accept();
  assert.deepEqual(running(consent), names);
  assert.deepEqual(consent.state().services, names);
  consent.withdraw();
  assert.deepEqual(running(consent), []);
  assert.deepEqual(consent.state().services, []);
  assert.equal(kept(visitor), undefined);
  await settled();
});

test("one is switched off: in the tick of the click, on the next page, in no request", async () => {
  const visitor = browser();
  const consent = await openPage(visitor);
  const seen = [];
  consent.on("change", ({ services }) => seen.push(services.join()));
  void consent.save({ analytics: true, "analytics:one": true, "analytics:two": false });
  assert.deepEqual(running(consent), ["analytics:one"]);
  assert.equal(seen[0], "analytics:one");
  await settled();
  const [request] = visitor.posted;
  assert.deepEqual(request.choices, { analytics: "granted", marketing: "denied" });
  assert.ok(!JSON.stringify(visitor.posted).includes("two"));
  assert.doesNotMatch(kept(visitor), /[\w-]{22}/, "no identifier");
  const before = visitor.noticesFetched;
  assert.deepEqual(running(await openPage(visitor)), ["analytics:one"]);
  assert.equal(visitor.noticesFetched, before, "a repeated view asks nothing");
});

test("a service that is named without its purpose is no choice", async () => {
  const visitor = browser();
  const consent = await openPage(visitor);
  void consent.save({ "analytics:one": true });
  assert.deepEqual(running(consent), []);
  await settled();
  assert.equal(visitor.posted[0].action, "reject_all");
});

test("services that are not named go with their purpose", async () => {
  const visitor = browser();
  const consent = await openPage(visitor);
  void consent.save({ marketing: true });
  assert.deepEqual(running(consent), ["marketing:ads", "marketing:video"]);
});

test("a service that came later is not granted by an older choice", async () => {
  for (const choose of [
    (consent) => consent.accept(),
    (consent) => consent.save({ analytics: true, "analytics:two": false }),
  ]) {
    const visitor = browser();
    const consent = await openPage(visitor);
    await choose(consent);
    await settled();
    visitor.notice = noticeFor("opt_in", {
      purposes: purposesOf(["one", "two", "new"]),
      policy: { version: 4, material_since: { essential: 1, analytics: 4, marketing: 3 } },
    });
    const next = await openPage(visitor);
    assert.equal(next.allows("analytics:new"), false);
    await settled();
    assert.equal(next.allows("analytics:new"), false);
  }
});

test("accepted earlier: the first page that names a service asks once, the next not", async () => {
  const visitor = browser();
  await (await openPage(visitor)).accept();
  await settled();
  assert.equal(kept(visitor), undefined, "nothing is kept that nobody needs");
  const before = visitor.noticesFetched;
  const next = await openPage(visitor);
  assert.equal(next.allows("analytics:one"), false);
  await settled();
  assert.equal(next.allows("analytics:one"), true);
  assert.deepEqual(running(await openPage(visitor)), names);
  assert.equal(visitor.noticesFetched, before + 1);
});

test("what lies in the cookie instead lets nothing run", async () => {
  const garbage = ["{", "1", ".", "sav.analytics:one", "save", "save.analytics", "accept_all"];
  garbage.push("save.*", "save.analytics:one; dp_consent_services=save.analytics:two");
  for (const text of garbage) {
    const visitor = browser();
    await (await openPage(visitor)).save({ analytics: true });
    await settled();
    visitor.cookie = `dp_consent=${visitor.jar.value("dp_consent")}; dp_consent_services=${text}`;
    assert.deepEqual(running(await openPage(visitor)), [], text);
  }
  const visitor = browser();
  await (await openPage(visitor)).save({ analytics: true });
  await settled();
  keep(visitor, ["save", ...names].join("."));
  const granted = ["analytics:one", "analytics:two"];
  assert.deepEqual(running(await openPage(visitor)), granted, "never more than the purpose");
});

// xorshift32.
class Random {
  constructor(seed) {
    this.state = (seed * 2654435761) >>> 0 || 1;
  }
  below(end) {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    this.state >>>= 0;
    return this.state % end;
  }
  of(list) {
    return list[this.below(list.length)];
  }
}

// What the visitor has said last of each service; true only from an explicit yes to it.
async function choose(random, consent, said) {
  const act = random.of(["accept", "reject", "withdraw", "save", "save", "save"]);
  if (act === "accept") await consent.accept();
  else if (act !== "save") consent[act]();
  if (act !== "save") {
    for (const name of names) said[name] = act === "accept";
    return;
  }
  const granted = { analytics: random.below(2) === 1, marketing: random.below(2) === 1 };
  for (const name of names) {
    if (random.below(3) > 0) granted[name] = random.below(2) === 1;
  }
  await consent.save(granted);
  for (const name of names) said[name] = granted[name.split(":")[0]] && granted[name] !== false;
}

// The same choices as a plain page, without script: purposes only.
function byForm(random, visitor, said) {
  const choices = { analytics: "granted", marketing: random.of(["granted", "denied"]) };
  const action = choices.marketing === "granted" ? random.of(["accept_all", "save"]) : "save";
  const subject = "AAECAwQFBgcICQoLDA0ODw";
  visitor.cookie = `dp_consent=${tokenFor({ action, choices, gpc: false, subject })}`;
  for (const name of names) {
    if (action === "accept_all") said[name] = true;
    else if (choices[name.split(":")[0]] === "denied") said[name] = false;
  }
}

const seeds = Number(process.env.CONSENT_SEEDS ?? 200);

test(`what was switched off stays off: ${seeds} browsers of 25 steps`, async () => {
  for (let seed = 1; seed <= seeds; ++seed) {
    const random = new Random(seed);
    const visitor = browser();
    const trace = [];
    const said = Object.fromEntries(names.map((name) => [name, false]));
    let page = await openPage(visitor);
    const steps = {
      choose: () => choose(random, page, said),
      "next page": async () => (page = await openPage(visitor, random.below(4) === 0)),
      "services.js comes": () => page.services ?? serve(page),
      lost: () => lose(visitor),
      garbage: () => keep(visitor, random.of(["{", "save", "1.2.3", "x.analytics:one"])),
      form: async () => {
        if (page.state().status !== "decided") return;
        byForm(random, visitor, said);
        page = await openPage(visitor);
      },
    };
    for (let i = 0; i < 25; ++i) {
      const name = random.of([...Object.keys(steps), "choose", "next page"]);
      trace.push(name);
      await steps[name]();
      // Delivered: what becomes of purposes on their way is never_lose_a_no.test.mjs.
      await settled();
      for (const one of running(page)) {
        const where = `seed ${seed}, after ${trace.join(", ")}: ${one}`;
        assert.ok(said[one], `${where} was switched off`);
        assert.ok(page.allows(one.split(":")[0]), `${where} without its purpose`);
      }
      for (const one of page.state().services) assert.ok(said[one]);
    }
  }
});
