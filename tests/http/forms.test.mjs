// GET /v1/preferences and POST /v1/consents as a form: the same choices without any script.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { assertProblem, checkOf, edgeHeaders } from "../support/visitor.mjs";

let service;
before(async () => (service = await startConsentd()));
after(() => service?.stop());

const unescape = (text) =>
  text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" })[name],
  );

// The page as a browser without script has it: hidden fields and buttons.
async function openPage(query = "?return=/pricing", headers = edgeHeaders("DE")) {
  const answer = await call(`${service.url}/v1/preferences${query}`, { headers });
  assert.equal(answer.status, 200, answer.text);
  const tags = answer.text.match(/<(input|button)\b[^>]*>/g) ?? [];
  const attribute = (tag, name) => {
    const found = tag.match(new RegExp(`\\b${name}="([^"]*)"`));
    return found && unescape(found[1]);
  };
  const fields = Object.fromEntries(
    tags
      .filter((tag) => attribute(tag, "type") === "hidden")
      .map((tag) => [attribute(tag, "name"), attribute(tag, "value")]),
  );
  const buttons = tags
    .filter((tag) => attribute(tag, "name") === "action")
    .map((tag) => attribute(tag, "value"));
  const ticked = tags.filter((tag) => /\bchecked\b/.test(tag)).map((tag) => attribute(tag, "name"));
  return { answer, fields, buttons, ticked };
}

const submit = (fields, headers = {}) =>
  call(`${service.url}/v1/consents`, {
    method: "POST",
    headers: {
      ...edgeHeaders("DE"),
      "Content-Type": "application/x-www-form-urlencoded",
      Origin: service.url,
      ...headers,
    },
    body: new URLSearchParams(fields).toString(),
  });

const tokenOf = (answer) => answer.headers["set-cookie"][0].match(/^dp_consent=([^;]*);/)[1];

test("the page offers all ways with one click each and ticks nothing", async () => {
  const { answer, fields, buttons, ticked } = await openPage();
  assert.match(answer.headers["content-type"], /^text\/html/);
  assert.match(answer.headers["cache-control"], /no-store/);
  assert.ok(answer.headers["content-security-policy"]);
  assert.doesNotMatch(answer.text, /<script/i);
  for (const name of ["site", "event", "ticket", "notice", "policy", "language"]) {
    assert.ok(fields[name], name);
  }
  for (const action of ["accept_all", "reject_all", "save"])
    assert.ok(buttons.includes(action), action);
  assert.deepEqual(ticked.filter(Boolean), []);
});

test("accepting goes back with the cookie set, and the pipeline knows", async () => {
  const { fields } = await openPage();
  const answer = await submit({ ...fields, action: "accept_all" });
  assert.equal(answer.status, 303, answer.text);
  assert.equal(answer.headers.location, "/pricing");
  const { allowed, reason } = await checkOf(service, { token: tokenOf(answer) });
  assert.deepEqual([allowed, reason], [true, "granted"]);
});

test("rejecting leaves a token without identifier", async () => {
  const { fields } = await openPage();
  const answer = await submit({ ...fields, action: "reject_all" });
  assert.equal(answer.status, 303);
  assert.equal((await checkOf(service, { token: tokenOf(answer) })).reason, "refused");
});

test("saving grants what is ticked and nothing else", async () => {
  const { fields } = await openPage();
  const answer = await submit({ ...fields, action: "save", "choices.analytics": "granted" });
  assert.equal(answer.status, 303, answer.text);
  const token = tokenOf(answer);
  assert.equal((await checkOf(service, { token })).reason, "granted");
  const marketing = await checkOf(service, { token }, { purpose: "marketing" });
  assert.equal(marketing.reason, "refused");
  const cookie = { Cookie: `dp_consent=${token}` };
  const page = await openPage("", { ...edgeHeaders("DE"), ...cookie });
  assert.deepEqual(page.ticked, ["choices.analytics"], "the page shows what holds");
});

test("withdrawing by form reaches the subject of the cookie", async () => {
  const { fields } = await openPage();
  const token = tokenOf(await submit({ ...fields, action: "accept_all" }));
  const cookie = { Cookie: `dp_consent=${token}` };
  const page = await openPage("", { ...edgeHeaders("DE"), ...cookie });
  assert.ok(page.buttons.includes("withdraw"));
  const answer = await submit({ ...page.fields, action: "withdraw" }, cookie);
  assert.equal(answer.status, 303, answer.text);
  assert.equal((await checkOf(service, { token })).reason, "withdrawn");
});

test("sent twice it is recorded once and answered alike", async () => {
  const { fields } = await openPage();
  const first = await submit({ ...fields, action: "accept_all" });
  const second = await submit({ ...fields, action: "accept_all" });
  assert.equal(second.status, 303);
  assert.equal(tokenOf(second), tokenOf(first));
});

test("the way back never leads off the site", async () => {
  const places = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
  ];
  for (const place of [...places, "", "pricing", "/a\r\nSet-Cookie: x=1", "/".repeat(600)]) {
    const { fields, answer } = await openPage(`?return=${encodeURIComponent(place)}`);
    assert.equal(answer.status, 200);
    for (const wanted of [fields.return ?? "", place]) {
      const { fields: fresh } = await openPage();
      const { headers } = await submit({ ...fresh, return: wanted, action: "reject_all" });
      assert.match(headers.location, /^\/(?![/\\])[\x21-\x7e]*$/, place);
      assert.ok(!headers.location.includes("evil"), place);
      assert.equal(headers["set-cookie"].length, 1);
    }
  }
});

test("markup in the query stays text", async () => {
  for (const member of ["return", "language"]) {
    const attack = encodeURIComponent(`/"><script>alert(1)</script>`);
    const { answer } = await openPage(`?${member}=${attack}`);
    assert.ok(!answer.text.includes("<script>alert"), member);
  }
});

test("a form that has a field twice is refused, whichever of the two grants", async () => {
  const { fields } = await openPage();
  const post = (more) =>
    submit([...Object.entries(fields), ...more].filter(([name]) => name !== "return"));
  const both = [
    ["action", "accept_all"],
    ["action", "reject_all"],
  ];
  for (const more of [both, [...both].reverse()]) {
    assertProblem(await post(more), 422, "/action");
  }
  const ticks = ["granted", "denied"].map((value) => ["choices.analytics", value]);
  const saved = await post([["action", "save"], ...ticks]);
  assertProblem(saved, 422, "/choices.analytics");
  assert.equal(saved.headers["set-cookie"], undefined);
  assert.equal(saved.json.errors.length, 1);
});

test("a form that is incomplete, forged or foreign is refused", async () => {
  const { fields } = await openPage();
  const good = { ...fields, action: "accept_all" };
  const without = (name) =>
    Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
  for (const name of ["event", "ticket", "notice", "policy", "language", "action"]) {
    assertProblem(await submit(without(name)), 422, `/${name}`);
  }
  assertProblem(await submit({ ...good, action: "default" }), 422, "/action");
  assertProblem(await submit({ ...good, ticket: `${good.ticket}x` }), 422, "/ticket");
  assertProblem(await submit({ ...good, site: "other.example" }), 422, "/site");
  assertProblem(await submit(good, { Origin: "https://evil.example" }), 403);
  const save = { ...good, action: "save", "choices.analytics": "yes" };
  assertProblem(await submit(save), 422, "/choices.analytics");
  const headers = { "Content-Type": "application/x-www-form-urlencoded", Origin: service.url };
  const broken = { method: "POST", headers, body: "site=%zz&event=%" };
  assert.ok([400, 422].includes((await call(`${service.url}/v1/consents`, broken)).status));
});
