import assert from "node:assert/strict";
import test from "node:test";
import { importSource } from "./built.mjs";
import { CookieJar } from "./cookie_jar.mjs";
import { settled, Visitor } from "./visitor.mjs";

const { Outbox, outboxKey } = await importSource("outbox.ts");
const { keptText, refusalCookie } = await importSource("refusal_cookie.ts");

const refusal = {
  action: "withdraw",
  layer: "preferences",
  choices: { analytics: "denied", marketing: "denied" },
};
const grant = { ...refusal, action: "save", choices: { analytics: "granted" }, request: {} };
const partial = { ...grant, choices: { analytics: "granted", marketing: "denied" } };
const cookieOf = (pending) => refusalCookie(keptText(pending));

function keeper(entry) {
  const jar = new CookieJar();
  const kept = new Map(entry ? [[outboxKey, JSON.stringify(entry)]] : []);
  const storage = { getItem: (key) => kept.get(key) ?? null };
  return { jar, outbox: new Outbox(() => storage, () => jar.read()) };
}

test("a refusal comes back from its cookie as it was, whatever other cookies there are", () => {
  const { jar, outbox } = keeper();
  for (const pair of ["a=1", cookieOf(refusal), "dp_consent=1.2.3"]) jar.write(pair);
  assert.deepEqual(outbox.read(), refusal);
  jar.write(refusalCookie(undefined));
  assert.equal(outbox.read(), undefined);
});

test("the cookie counts before the storage: deny wins", () => {
  const { jar, outbox } = keeper(grant);
  assert.deepEqual(outbox.read(), grant);
  jar.write(cookieOf(refusal));
  assert.deepEqual(outbox.read(), refusal);
});

test("a grant is never kept in a cookie, and ends the refusal that is", () => {
  assert.match(cookieOf(grant), /^dp_consent_outbox=; .*Max-Age=0$/);
  const { jar, outbox } = keeper();
  jar.write(cookieOf(refusal));
  jar.write(cookieOf(grant));
  assert.equal(outbox.read(), undefined);
});

test("what is denied beside a grant is kept, and without the storage's entry all is", () => {
  const kept = keptText(partial);
  assert.doesNotMatch(kept, /granted|save/);
  const { jar, outbox } = keeper({ ...partial, kept });
  jar.write(cookieOf(partial));
  assert.deepEqual(outbox.read(), { ...partial, kept }, "what was granted counts");
  const wiped = keeper();
  wiped.jar.write(cookieOf(partial));
  assert.deepEqual(wiped.outbox.read(), refusal);
});

test("an entry of another choice, an older one, does not count beside the cookie", () => {
  const otherWay = { ...partial, choices: { analytics: "denied", marketing: "granted" } };
  const all = { ...partial, choices: { analytics: "granted", marketing: "granted" } };
  for (const older of [otherWay, all, refusal]) {
    for (const newer of [partial, refusal].filter((one) => one !== older)) {
      const { jar, outbox } = keeper({ ...older, kept: keptText(older) });
      jar.write(cookieOf(newer));
      assert.deepEqual(outbox.read(), refusal);
    }
  }
});

test("a starting state that nobody chose is kept in no cookie", () => {
  assert.equal(keptText({ ...partial, action: "default", layer: "none" }), "");
});

test("whatever somebody writes into the cookie, it can only deny", () => {
  for (const value of ["x", "..", "accept_all.banner.analytics", "save.api.granted", "{}.[].%"]) {
    const { jar, outbox } = keeper(grant);
    jar.write(`${outboxKey}=${value}; Path=/`);
    const { choices, request } = outbox.read();
    assert.equal(request, undefined, value);
    assert.ok(!Object.values(choices).includes("granted"), value);
  }
});

test("an entry longer than any of ours is none", () => {
  const { outbox } = keeper({ ...grant, request: { filler: "x".repeat(5000) } });
  assert.equal(outbox.read(), undefined);
});

// What another tab reads the moment the storage tells it of a change, the last time.
class TellingStorage extends Map {
  constructor(read) {
    super();
    this.read = read;
  }

  set(key, value) {
    super.set(key, value);
    this.heard = this.read();
    return this;
  }

  delete(key) {
    const had = super.delete(key);
    if (had) this.heard = this.read();
    return had;
  }
}

test("another tab that the storage tells of a choice finds its cookie as it is", async () => {
  const visitor = new Visitor();
  const storage = { getItem: (key) => visitor.kept.get(key) ?? null };
  const other = new Outbox(() => storage, () => visitor.jar.read());
  visitor.kept = new TellingStorage(() => other.read());
  const consent = visitor.open();
  await consent.ready;
  let arrive;
  visitor.answer = () => new Promise((resolve) => (arrive = () => resolve(201)));
  await consent.save({ analytics: true });
  await settled();
  const { action, choices } = visitor.kept.heard;
  assert.deepEqual([action, choices.analytics, choices.marketing], ["save", "granted", "denied"]);
  arrive();
  await settled();
  assert.equal(consent.state().status, "decided");
  assert.equal(visitor.kept.heard, undefined, "delivered: nothing is pending in any tab");
});
