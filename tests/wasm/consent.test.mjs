import assert from "node:assert/strict";
import test from "node:test";
import { noticeFor, settled, tokenFor, Visitor } from "./visitor.mjs";

globalThis.crypto ??= (await import("node:crypto")).webcrypto;
const all = (choice) => ({ analytics: choice, marketing: choice });
const subject = "AAECAwQFBgcICQoLDA0ODw";
const granted = { action: "accept_all", choices: all("granted"), gpc: false, subject };

test("before a choice nothing optional runs, nothing is kept, nothing is posted", async () => {
  const visitor = new Visitor();
  const consent = visitor.open();
  assert.equal(consent.allows("analytics"), false);
  assert.equal(consent.allows("essential"), true);
  await consent.ready;
  assert.equal(visitor.sees, "ask");
  assert.equal(consent.state().status, "undecided");
  assert.equal(consent.state().decisions.analytics.reason, "no_record");
  assert.equal(visitor.kept.size + visitor.posted.length, 0);
});

test("a grant acts in the tick of the click and is posted once", async () => {
  const visitor = new Visitor();
  const consent = visitor.open();
  await consent.ready;
  const seen = [];
  consent.on("change", ({ status }) => seen.push(status));
  void consent.accept("banner");
  assert.equal(consent.allows("analytics"), true);
  assert.equal(visitor.sees, "nothing");
  assert.equal(visitor.kept.size, 1);
  await settled();
  assert.deepEqual(seen, ["pending", "decided"]);
  assert.equal(visitor.kept.size, 0);
  const [request, ...more] = visitor.posted;
  assert.equal(more.length, 0);
  assert.match(
    request.event,
    /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.match(request.subject, /^[\w-]{22}$/);
  assert.deepEqual(request.choices, all("granted"));
  assert.equal(consent.state().subject, request.subject);
});

test("a refusal is kept and sent without any identifier", async () => {
  const visitor = new Visitor();
  visitor.answer = () => undefined;
  const consent = visitor.open();
  await consent.ready;
  consent.reject("banner");
  await settled();
  const [{ kept, ...entry }, ...others] = [...visitor.kept.values()].map(JSON.parse);
  assert.deepEqual(entry, { action: "reject_all", layer: "banner", choices: all("denied") });
  assert.equal(kept, visitor.jar.value("dp_consent_outbox"), "the same in the cookie");
  assert.deepEqual(others, []);
  assert.equal(visitor.posted[0].subject, null);

  visitor.answer = () => 201;
  const next = visitor.open();
  await next.ready;
  await settled();
  assert.notEqual(visitor.posted[0].event, visitor.posted[1].event);
  assert.equal(visitor.kept.size, 0);
  assert.equal(next.state().decisions.analytics.reason, "refused");
});

test("who has decided is not asked, and costs no request", async () => {
  for (const request of [granted, { action: "reject_all", choices: all("denied"), gpc: false }]) {
    const visitor = new Visitor();
    visitor.cookie = `a=b; dp_consent=${tokenFor(request)}`;
    const consent = visitor.open();
    await consent.ready;
    assert.equal(visitor.sees, "nothing");
    assert.equal(visitor.noticesFetched + visitor.posted.length, 0);
    assert.equal(consent.allows("analytics"), request === granted);
    assert.equal(consent.state().status, "decided");
  }
});

test("a choice older than 182 days is asked again and allows nothing", async () => {
  const visitor = new Visitor();
  visitor.cookie = `dp_consent=${tokenFor(granted, "DE", Date.now() / 1000 - 183 * 86_400)}`;
  const consent = visitor.open();
  await consent.ready;
  assert.equal(visitor.sees, "ask");
  assert.equal(consent.state().decisions.analytics.reason, "expired");
});

test("tampered, foreign and doubled cookies count as none", async () => {
  const good = tokenFor(granted);
  for (const cookie of [
    "dp_consent=",
    "dp_consent=yes",
    `dp_consent=2${good.slice(1)}`,
    `dp_consent=${good.slice(0, 30)}`,
    `dp_consent=${good}; dp_consent=${tokenFor({ ...granted, action: "save" })}`,
    `dp_consent=${"A".repeat(5000)}`,
    `DP_CONSENT=${good}`,
  ]) {
    const visitor = new Visitor();
    visitor.cookie = cookie;
    const consent = visitor.open();
    await consent.ready;
    assert.equal(consent.allows("analytics"), false, cookie);
    assert.equal(visitor.sees, "ask", cookie);
  }
});

test("a withdrawal holds against the old cookie until it has arrived", async () => {
  const visitor = new Visitor();
  visitor.cookie = `dp_consent=${tokenFor(granted)}`;
  visitor.answer = () => 503;
  const consent = visitor.open();
  await consent.ready;
  consent.withdraw();
  assert.equal(consent.state().decisions.analytics.reason, "withdrawn");
  await settled();
  assert.equal(visitor.posted[0].subject, subject);
  assert.equal(visitor.posted[0].ticket, undefined);

  const next = visitor.open();
  await next.ready;
  assert.equal(next.allows("analytics"), false);
  assert.equal(visitor.sees, "nothing");
  visitor.answer = () => 201;
  const last = visitor.open();
  await last.ready;
  await settled();
  assert.equal(visitor.posted.at(-1).subject, subject);
  assert.equal(visitor.posted.at(-1).action, "withdraw");
  assert.equal(last.state().decisions.analytics.reason, "withdrawn");
  assert.equal(last.state().subject, null);
});

test("a grant that could not be delivered does not count until it is", async () => {
  const visitor = new Visitor();
  visitor.answer = () => undefined;
  const consent = visitor.open();
  await consent.ready;
  await consent.accept("banner");
  assert.equal(consent.allows("analytics"), true);
  await settled();
  assert.equal(consent.allows("analytics"), false);
  assert.equal(visitor.sees, "nothing");
  const next = visitor.open();
  await next.ready;
  assert.equal(next.allows("analytics"), false);
  visitor.answer = () => 201;
  const last = visitor.open();
  await last.ready;
  await settled();
  assert.equal(last.allows("analytics"), true);
  assert.equal(new Set(visitor.posted.map(({ event }) => event)).size, 1, "the same event");
});

test("a grant says on which page it was given, and no query", async () => {
  const visitor = new Visitor();
  visitor.answer = () => 503;
  const consent = visitor.open();
  await consent.ready;
  await consent.accept("banner");
  await settled();
  const before = location.pathname;
  location.pathname = "/contact";
  try {
    visitor.answer = () => 201;
    await visitor.open().ready;
    await settled();
  } finally {
    location.pathname = before;
  }
  assert.equal(consent.state().subject, null, "the first page heard of nothing");
  assert.deepEqual(visitor.posted.map(({ page }) => page), ["/pricing", "/pricing"]);
});

test("refused in part, the storage wiped: all that was granted before ends", async () => {
  const visitor = new Visitor();
  visitor.cookie = `dp_consent=${tokenFor(granted)}`;
  visitor.answer = () => 503;
  const consent = visitor.open();
  await consent.ready;
  await consent.save({ analytics: true }, "preferences");
  await settled();
  assert.deepEqual(
    ["analytics", "marketing"].map((one) => visitor.open().allows(one)),
    [false, false],
    "undelivered",
  );
  visitor.kept.clear();
  const next = visitor.open();
  await next.ready;
  assert.equal(next.allows("marketing"), false);
  visitor.answer = () => 201;
  await visitor.open().ready;
  await settled();
  const { action, choices, subject: whose } = visitor.posted.at(-1);
  assert.deepEqual([action, choices, whose], ["withdraw", all("denied"), subject]);
  assert.equal(visitor.jar.value("dp_consent_outbox"), undefined);
});

test("a refusal while the grant is on its way ends it", async () => {
  const visitor = new Visitor();
  let arrive;
  visitor.answer = () => new Promise((resolve) => (arrive = resolve));
  const consent = visitor.open();
  await consent.ready;
  void consent.accept("banner");
  await settled();
  consent.withdraw();
  assert.equal(consent.allows("analytics"), false);
  visitor.answer = () => 201;
  arrive(201);
  await settled();
  const [grant, withdrawal] = visitor.posted;
  assert.equal(withdrawal.action, "withdraw");
  assert.equal(withdrawal.subject, grant.subject);
  assert.equal(consent.allows("analytics"), false);
  assert.equal(consent.state().subject, null);
});

test("a choice before its code is there acts at once and is sent when it is", async () => {
  for (const choose of ["accept", "reject"]) {
    const visitor = new Visitor();
    visitor.reaches = false;
    const consent = visitor.open();
    await consent.ready;
    void consent[choose]("banner");
    assert.equal(consent.allows("analytics"), choose === "accept");
    assert.equal(visitor.kept.size, choose === "accept" ? 0 : 1, "only a refusal without an id");
    consent.refresh();
    assert.equal(consent.state().status, "pending");
    await settled();
    assert.equal(visitor.posted.length, 1);
    assert.equal(visitor.kept.size, 0);
    assert.equal(consent.allows("analytics"), choose === "accept");
  }
});

test("a choice whose code cannot be had: a refusal is kept, a grant does not count", async () => {
  for (const choose of ["accept", "reject"]) {
    const visitor = new Visitor();
    visitor.courierLoads = false;
    const consent = visitor.open();
    await consent.ready;
    void consent[choose]("banner");
    await settled();
    assert.equal(consent.allows("analytics"), false);
    assert.equal(visitor.posted.length, 0);
    assert.equal(visitor.kept.size, choose === "accept" ? 0 : 1);
    visitor.courierLoads = true;
    consent.retry();
    await settled();
    assert.equal(visitor.posted.length, 1);
    assert.equal(consent.allows("analytics"), choose === "accept");
  }
});

test("409: the same purposes are sent again, other purposes are asked again", async () => {
  for (const same of [true, false]) {
    const visitor = new Visitor();
    const consent = visitor.open();
    await consent.ready;
    visitor.answer = () => (visitor.posted.length === 1 ? 409 : 201);
    const changed = noticeFor("opt_in");
    if (!same) changed.purposes[1].services = [{ id: "new" }];
    visitor.notice = { ...changed, ticket: "second" };
    await consent.accept("banner");
    await settled();
    assert.equal(consent.allows("analytics"), same);
    assert.equal(visitor.sees, same ? "nothing" : "ask");
    assert.equal(visitor.posted.length, same ? 2 : 1);
    if (same) assert.equal(visitor.posted[1].ticket, "second");
  }
});

test("409 however often it is sent: the grant does not count until it is taken", async () => {
  const visitor = new Visitor();
  const consent = visitor.open();
  await consent.ready;
  visitor.answer = () => 409;
  await consent.accept("banner");
  await settled();
  assert.equal(visitor.posted.length, 4);
  assert.deepEqual([consent.allows("analytics"), consent.state().status], [false, "pending"]);
  visitor.answer = () => 201;
  consent.retry();
  await settled();
  assert.equal(consent.allows("analytics"), true);
});

test("a refused grant allows nothing; a refused withdrawal still holds", async () => {
  const visitor = new Visitor();
  const consent = visitor.open();
  await consent.ready;
  visitor.answer = () => 422;
  await consent.accept("banner");
  await settled();
  assert.equal(consent.allows("analytics"), false);
  assert.equal(visitor.kept.size, 0);

  const forged = new Visitor();
  forged.cookie = `dp_consent=${tokenFor(granted)}`;
  forged.answer = ({ subject: named }) => (named ? 403 : 201);
  const other = forged.open();
  await other.ready;
  other.withdraw();
  await settled();
  assert.deepEqual(
    forged.posted.map(({ action }) => action),
    ["withdraw", "reject_all"],
  );
  assert.equal(other.allows("analytics"), false);
  assert.equal(forged.kept.size, 0);
});

test("opt-out regime: on by default, recorded once, out with one click", async () => {
  const visitor = new Visitor();
  visitor.notice = noticeFor("opt_out");
  const consent = visitor.open();
  await consent.ready;
  assert.equal(consent.allows("analytics"), false, "not before it is recorded");
  await settled();
  assert.equal(visitor.sees, "opt_out");
  assert.deepEqual(consent.state().decisions.analytics, {
    allowed: true,
    reason: "opt_out_default",
  });
  assert.equal(consent.allows("marketing"), false);
  const next = visitor.open();
  await next.ready;
  await settled();
  assert.deepEqual(
    visitor.posted.map(({ action, layer }) => [action, layer]),
    [["default", "none"]],
  );
  assert.equal(next.allows("analytics"), true);
  next.reject("banner");
  assert.equal(next.allows("analytics"), false);
  assert.equal(visitor.sees, "opted_out");
});

test("a default from an opt-out region allows nothing where consent is needed", async () => {
  const visitor = new Visitor();
  const request = {
    ...granted,
    action: "default",
    choices: { analytics: "granted", marketing: "denied" },
  };
  visitor.cookie = `dp_consent=${tokenFor(request, "US-CA")}`;
  const consent = visitor.open();
  await consent.ready;
  assert.equal(visitor.sees, "ask");
  assert.equal(consent.allows("analytics"), false);
});

const honouringDnt = (model) => noticeFor(model, { signals: { gpc: false, dnt: false } });

const signals = { gpc: noticeFor("opt_out"), dnt: honouringDnt("opt_out") };
for (const [signal, notice] of Object.entries(signals)) {
  test(`${signal}: off, shown as honoured, recorded once without an identifier`, async () => {
    const visitor = new Visitor();
    visitor.notice = notice;
    visitor[signal] = true;
    const consent = visitor.open();
    await consent.ready;
    await settled();
    assert.equal(visitor.sees, "honoured");
    for (const each of Object.keys(signals)) assert.equal(consent.state()[each], each === signal);
    assert.equal(consent.state().decisions.analytics.reason, "gpc");
    const next = visitor.open();
    await next.ready;
    await settled();
    assert.deepEqual(
      visitor.posted.map(({ action, subject: id, gpc }) => [action, id, gpc]),
      [["gpc", null, true]],
    );
    visitor[signal] = false;
    const later = visitor.open();
    await later.ready;
    assert.equal(later.allows("analytics"), false, "stays opted out");
  });
}

test("the signal wins over an earlier grant in an opt-out region, and ends it", async () => {
  const visitor = new Visitor();
  visitor.notice = noticeFor("opt_out");
  visitor.cookie = `dp_consent=${tokenFor(granted, "US-CA")}`;
  visitor.gpc = true;
  const consent = visitor.open();
  await consent.ready;
  await settled();
  assert.equal(consent.allows("analytics"), false);
  assert.deepEqual(
    visitor.posted.map(({ action, subject: id }) => [action, id]),
    [["gpc", subject]],
  );
});

test("the signal switched on beside an open page counts from the next look at it", async () => {
  for (const [model, action, left] of [
    ["opt_in", "accept_all", [true, false]],
    ["opt_out", "default", [false, false]],
  ]) {
    const visitor = new Visitor();
    visitor.notice = noticeFor(model);
    const consent = visitor.open();
    await consent.ready;
    if (action !== "default") await consent.accept();
    await settled();
    assert.equal(consent.allows("analytics"), true);
    const heard = [];
    consent.on("change", ({ gpc }) => heard.push(gpc));
    visitor.gpc = true;
    consent.refresh();
    const allowed = ["analytics", "marketing"].map((purpose) => consent.allows(purpose));
    assert.deepEqual([allowed, heard], [left, [true]], model);
    visitor.gpc = false;
    consent.refresh();
    assert.equal(consent.state().gpc, true, "its absence says nothing");
    visitor.gpc = true;
    const next = visitor.open();
    await next.ready;
    await settled();
    assert.equal(visitor.posted.at(-1).action, model === "opt_out" ? "gpc" : action);
  }
});

test("the signal switched on before the choice: what it keeps off is not switched on", async () => {
  const visitor = new Visitor();
  const consent = visitor.open();
  await consent.ready;
  visitor.gpc = true;
  await consent.accept("banner");
  assert.deepEqual([consent.allows("analytics"), consent.allows("marketing")], [true, false]);
  await settled();
  assert.equal(visitor.posted[0].gpc, true);
});

test("the DNT field alone, seen by the service, counts as the page's own", async () => {
  const visitor = new Visitor();
  visitor.notice = noticeFor("opt_out", { signals: { gpc: false, dnt: true } });
  await visitor.open().ready;
  await settled();
  assert.equal(visitor.sees, "honoured");
  assert.deepEqual(
    visitor.posted.map(({ action, gpc }) => [action, gpc]),
    [["gpc", true]],
  );
});

test("DNT on a site that does not honour it says nothing", async () => {
  const visitor = new Visitor();
  visitor.notice = noticeFor("opt_out");
  visitor.dnt = true;
  const consent = visitor.open();
  await consent.ready;
  await settled();
  assert.equal(visitor.sees, "opt_out");
  assert.equal(consent.state().dnt, false);
  assert.equal(consent.allows("analytics"), true);
  assert.deepEqual(
    visitor.posted.map(({ action, gpc }) => [action, gpc]),
    [["default", false]],
  );
});

test("DNT after a grant: the site is asked whether it counts, and until then it does", async () => {
  for (const [model, region, honoured, allowed, recorded] of [
    ["opt_out", "US-CA", true, [false, false], ["gpc"]],
    ["opt_out", "US-CA", false, [true, true], []],
    ["opt_in", "DE", true, [true, false], []],
    ["opt_in", "DE", false, [true, true], []],
  ]) {
    const visitor = new Visitor();
    visitor.notice = honoured ? honouringDnt(model) : noticeFor(model);
    visitor.cookie = `dp_consent=${tokenFor(granted, region)}`;
    visitor.dnt = true;
    const consent = visitor.open();
    await consent.ready;
    await settled();
    const what = `${model}, ${honoured ? "honoured" : "not honoured"}`;
    assert.equal(visitor.noticesFetched, 1, what);
    assert.deepEqual([consent.allows("analytics"), consent.allows("marketing")], allowed, what);
    assert.deepEqual(
      visitor.posted.map(({ action }) => action),
      recorded,
      what,
    );
  }
  const offline = new Visitor();
  offline.notice = undefined;
  offline.cookie = `dp_consent=${tokenFor(granted, "US-CA")}`;
  offline.dnt = true;
  const consent = offline.open();
  await consent.ready;
  assert.equal(consent.allows("analytics"), false);
});

test("no notice, no core: the page lives, nothing optional runs", async () => {
  const offline = new Visitor();
  offline.notice = undefined;
  const consent = offline.open();
  await consent.ready;
  assert.equal(consent.allows("analytics"), false);
  await assert.rejects(consent.accept());

  const blocked = new Visitor();
  blocked.coreWorks = false;
  const other = blocked.open();
  await other.ready;
  await settled();
  assert.equal(blocked.sees, "nothing");
  await other.accept();
  assert.equal(other.allows("analytics"), false);
});

test("a saved refusal survives the outage of everything", async () => {
  const visitor = new Visitor();
  const refused = { action: "reject_all", choices: all("denied"), gpc: false };
  visitor.cookie = `dp_consent=${tokenFor(refused)}`;
  visitor.notice = undefined;
  visitor.answer = () => undefined;
  const consent = visitor.open();
  await consent.ready;
  assert.equal(consent.state().decisions.analytics.reason, "refused");
  assert.equal(visitor.sees, "nothing");
});

test("cookies off: the service's answer counts as long as the page lives", async () => {
  const visitor = new Visitor();
  visitor.jar.works = false;
  const consent = visitor.open();
  await consent.ready;
  await consent.accept("banner");
  await settled();
  assert.equal(consent.state().decisions.analytics.reason, "granted");
  consent.withdraw();
  await settled();
  assert.equal(consent.state().decisions.analytics.reason, "withdrawn");
});

test("another tab's choice is taken over", async () => {
  const visitor = new Visitor();
  visitor.cookie = `dp_consent=${tokenFor(granted)}`;
  const here = visitor.open();
  const there = visitor.open();
  await Promise.all([here.ready, there.ready]);
  visitor.answer = () => undefined;
  there.withdraw();
  here.refresh();
  assert.equal(here.allows("analytics"), false);
});

test("the service's refusal of an event turns the page off", async () => {
  const visitor = new Visitor();
  visitor.cookie = `dp_consent=${tokenFor(granted)}`;
  const consent = visitor.open();
  await consent.ready;
  // What follow_up.js does then.
  consent.page.vetoed = true;
  const heard = [];
  consent.on("change", () => heard.push(consent.allows("analytics")));
  consent.settle();
  assert.deepEqual(heard, [false]);
});

test("a listener that throws does not keep the others from hearing", async () => {
  const visitor = new Visitor();
  const consent = visitor.open();
  await consent.ready;
  const heard = [];
  const { error } = console;
  console.error = () => {};
  consent.on("change", () => {
    throw new Error("theirs");
  });
  consent.on("change", ({ status }) => heard.push(status));
  consent.reject();
  console.error = error;
  assert.deepEqual(heard, ["pending"]);
});
