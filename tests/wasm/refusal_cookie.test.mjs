import assert from "node:assert/strict";
import test from "node:test";
import { importSource } from "./built.mjs";
import { CookieJar } from "./cookie_jar.mjs";

const { Outbox, outboxKey } = await importSource("outbox.ts");
const { refusalCookie } = await importSource("refusal_cookie.ts");

const refusal = {
  action: "withdraw",
  layer: "preferences",
  choices: { analytics: "denied", marketing: "denied" },
};
const grant = { ...refusal, action: "save", choices: { analytics: "granted" }, request: {} };

function keeper(entry) {
  const jar = new CookieJar();
  const kept = new Map(entry ? [[outboxKey, JSON.stringify(entry)]] : []);
  const storage = { getItem: (key) => kept.get(key) ?? null };
  return { jar, outbox: new Outbox(() => storage, () => jar.read()) };
}

test("a refusal comes back from its cookie as it was, whatever other cookies there are", () => {
  const { jar, outbox } = keeper();
  for (const pair of ["a=1", refusalCookie(refusal), "dp_consent=1.2.3"]) jar.write(pair);
  assert.deepEqual(outbox.read(), refusal);
  jar.write(refusalCookie(undefined));
  assert.equal(outbox.read(), undefined);
});

test("the cookie counts before the storage: deny wins", () => {
  const { jar, outbox } = keeper(grant);
  assert.deepEqual(outbox.read(), grant);
  jar.write(refusalCookie(refusal));
  assert.deepEqual(outbox.read(), refusal);
});

test("a grant is never kept in a cookie, and ends the refusal that is", () => {
  assert.match(refusalCookie(grant), /^dp_consent_outbox=; .*Max-Age=0$/);
  const { jar, outbox } = keeper();
  jar.write(refusalCookie(refusal));
  jar.write(refusalCookie(grant));
  assert.equal(outbox.read(), undefined);
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
