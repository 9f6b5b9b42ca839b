// POST /v1/consents with everything it must refuse: each a clear error, and nothing recorded.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { issueKey, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { assertProblem, eventId, Visitor } from "../support/visitor.mjs";

let service;
let metricsKey;
before(async () => {
  service = await startConsentd({ options: ["--rate-burst", "100000"] });
  metricsKey = await issueKey(service.dataDir, ["metrics"]);
});
after(() => service?.stop());

const consentsUrl = () => `${service.url}/v1/consents`;
const json = { "Content-Type": "application/json" };
const postText = (body, headers = json) => call(consentsUrl(), { method: "POST", headers, body });

// Everything the service has stored or counted so far.
async function recorded() {
  const { text } = await call(`${service.internalUrl}/metrics`, {
    headers: { Authorization: `Bearer ${metricsKey}` },
  });
  return text.split("\n").filter((line) => /^consent_ledger_appends_total.* [1-9]/.test(line));
}

async function refusesMember(action, changes, pointer, status = 422) {
  const visitor = new Visitor(service);
  const answer = await visitor.post(await visitor.body(action, changes));
  assertProblem(answer, status, pointer);
}

test("what is not JSON is 400, and says where", async () => {
  const good = JSON.stringify(await new Visitor(service).body("accept_all"));
  const bodies = {
    empty: "",
    "half of it": good.slice(0, good.length / 2),
    "something behind": `${good}x`,
    "two documents": `${good}${good}`,
    "a duplicate member": good.replace("{", '{"site":"dialphone.com",'),
    "a duplicate purpose": good.replace('"analytics":', '"analytics":"denied","analytics":'),
    NaN: good.replace(/"policy":\d+/, '"policy":NaN'),
    Infinity: good.replace(/"policy":\d+/, '"policy":Infinity'),
    "a trailing comma": good.replace(/}$/, ",}"),
    "single quotes": good.replaceAll('"', "'"),
    "a comment": `/* */${good}`,
    "a lone high surrogate": good.replace('"banner"', '"\\ud800"'),
    "a lone low surrogate": good.replace('"banner"', '"\\udc00"'),
    "surrogates the wrong way round": good.replace('"banner"', '"\\udc00\\ud800"'),
    "bytes that are no UTF-8": Buffer.concat([Buffer.from('{"site":"'), Buffer.from([0xff, 0xfe])]),
    "an overlong form": Buffer.concat([
      Buffer.from('{"site":"'),
      Buffer.from([0xc0, 0xaf]),
      Buffer.from('"}'),
    ]),
    "a control character": good.replace('"banner"', '"ban\u0001ner"'),
    "an unknown escape": good.replace('"banner"', '"\\banner\\x"'),
    "a leading zero": good.replace(/"policy":\d+/, '"policy":03'),
    "depth 17": `${"[".repeat(17)}${"]".repeat(17)}`,
    "depth 17 inside": good.replace(/"policy":\d+/, `"policy":${"[".repeat(16)}${"]".repeat(16)}`),
    "depth five thousand": "[".repeat(5000),
    "a word": "null2",
    form: "site=dialphone.com&action=accept_all",
  };
  for (const [what, body] of Object.entries(bodies)) {
    const answer = await postText(body);
    assert.equal(answer.status, 400, `${what}: ${answer.text}`);
    assertProblem(answer, 400);
  }
});

test("depth 16 is read, and then refused for what it is", async () => {
  assertProblem(await postText(`${"[".repeat(16)}${"]".repeat(16)}`), 422);
  for (const body of ["[]", "null", "1", '"x"', "true"]) assertProblem(await postText(body), 422);
});

test("only JSON and forms are taken", async () => {
  const body = JSON.stringify(await new Visitor(service).body("accept_all"));
  const types = ["text/plain", "application/xml", "multipart/form-data; boundary=x", "text/json"];
  for (const type of [...types, "application/jsonp", "json", ";", "application/json+x"]) {
    assertProblem(await postText(body, { "Content-Type": type }), 415);
  }
  const refused = await postText(body, {});
  assertProblem(refused, 415);
  assert.match(refused.json.detail, /application\/json or application\/x-www-form-urlencoded/);
  const spelled = await postText(body, { "Content-Type": "Application/JSON; charset=UTF-8" });
  assert.equal(spelled.status, 201, spelled.text);
});

test("a body over 64 KiB is 413, one of exactly 64 KiB is read", async () => {
  const body = JSON.stringify(await new Visitor(service).body("reject_all"));
  const exact = body.padEnd(64 * 1024, " ");
  assert.equal((await postText(exact)).status, 201);
  assertProblem(await postText(`${exact} `), 413);
  assertProblem(await postText("x".repeat(1024 * 1024)), 413);
});

test("every member must be there and of its type", async () => {
  const wrong = {
    site: [1, null, "", "other.example", ["dialphone.com"]],
    event: [1, null, "", "x", "00000000-0000-0000-0000-000000000000"],
    subject: [1, "", "x", "A".repeat(21), "A".repeat(23), "A".repeat(21) + "!", {}],
    ticket: [1, null, {}],
    notice: [1, null, "", "sha256:xyz", "md5:0", `sha256:${"A".repeat(64)}`],
    policy: ["3", null, -1, 0, 1.5, 65536, 1e300],
    language: [1, null, "", "x".repeat(36), "de_AT", "-", "de-", "<script>"],
    choices: [1, null, [], "granted"],
    action: [1, null, "", "ACCEPT_ALL", "none", "default_state", "accept"],
    layer: [1, null, "", "popup"],
    client_time: [1, "", "yesterday", "2026-11-23", "2026-13-01T00:00:00Z"],
    gpc: [1, "true", "1", {}],
  };
  for (const [member, values] of Object.entries(wrong)) {
    for (const value of values)
      await refusesMember("accept_all", { [member]: value }, `/${member}`);
  }
  const required = ["site", "event", "ticket", "notice", "policy", "language", "choices", "action"];
  for (const member of [...required, "layer"]) {
    await refusesMember("accept_all", { [member]: undefined }, `/${member}`);
  }
});

test("unknown members and purposes are named", async () => {
  await refusesMember("accept_all", { extra: 1 }, "/extra");
  await refusesMember("accept_all", { "a/b~c": 1 }, "/a~1b~0c");
  const all = { analytics: "granted", marketing: "granted" };
  const purposes = { ads: "granted", essential: "granted", Analytics: "granted", "": "denied" };
  for (const [purpose, choice] of Object.entries(purposes)) {
    const choices = { ...all, [purpose]: choice };
    await refusesMember("accept_all", { choices }, `/choices/${purpose}`);
  }
});

test("each optional purpose appears exactly once, granted or denied", async () => {
  const save = (choices) => ({ choices });
  await refusesMember("save", save({ analytics: "granted" }), "/choices/marketing");
  await refusesMember("save", save({ marketing: "granted" }), "/choices/analytics");
  for (const value of [true, 1, null, "yes", "", "Granted", "not_asked"]) {
    const choices = { analytics: value, marketing: "denied" };
    await refusesMember("save", { choices }, "/choices/analytics");
  }
});

test("action and choices must tell the same story", async () => {
  const mixed = { analytics: "granted", marketing: "denied" };
  await refusesMember("accept_all", { choices: mixed }, "/choices/marketing");
  for (const action of ["reject_all", "withdraw", "gpc"]) {
    await refusesMember(action, { choices: mixed }, "/choices/analytics");
  }
});

test("an event must be a UUIDv7 of about now", async () => {
  const flawed = [
    "123e4567-e89b-12d3-a456-426614174000",
    eventId().replaceAll("-", ""),
    `{${eventId()}}`,
    eventId().replace(/^(.{19})./, "$17"),
    `${eventId()}0`,
    eventId(0),
    eventId(Date.now() - 25 * 3600e3),
    eventId(Date.now() + 25 * 3600e3),
    eventId(2 ** 48 - 1),
  ];
  for (const event of flawed) await refusesMember("accept_all", { event }, "/event");
  for (const hours of [-23, 23]) {
    const visitor = new Visitor(service);
    const event = eventId(Date.now() + hours * 3600e3);
    assert.equal((await visitor.post(await visitor.body("accept_all", { event }))).status, 201);
  }
  for (const hours of [-25, 25]) {
    const time = new Date(Date.now() + hours * 3600e3).toISOString();
    await refusesMember("accept_all", { client_time: time }, "/client_time");
  }
});

test("a ticket that was changed, cut or made up is refused", async () => {
  const visitor = new Visitor(service);
  const { ticket } = await visitor.body("accept_all");
  const [payload, mac] = ticket.split(".");
  const decoded = Buffer.from(payload, "base64url");
  const moved = Buffer.from(decoded.toString("latin1").replace("DE", "US"), "latin1");
  const forged = [
    "",
    "x",
    ".",
    payload,
    `.${mac}`,
    `${payload}.`,
    `${ticket}.`,
    `${ticket}x`,
    ` ${ticket}`,
    `${payload}.${mac.slice(0, -1)}`,
    `${payload.slice(0, -4)}.${mac}`,
    `${moved.toString("base64url")}.${mac}`,
    `${payload}.${"A".repeat(mac.length)}`,
    `${mac}.${payload}`,
    "A".repeat(20_000),
  ];
  for (const one of forged) await refusesMember("accept_all", { ticket: one }, "/ticket");
  for (let at = 0; at < ticket.length; at += 7) {
    if (ticket[at] === ".") continue;
    const other = ticket.slice(0, at) + (ticket[at] === "A" ? "B" : "A") + ticket.slice(at + 1);
    await refusesMember("accept_all", { ticket: other }, "/ticket");
  }
});

test("a policy or notice not in force is a conflict", async () => {
  const visitor = new Visitor(service);
  const { policy } = await visitor.body("accept_all");
  await refusesMember("accept_all", { policy: policy - 1 }, undefined, 409);
  await refusesMember("accept_all", { policy: policy + 1 }, undefined, 409);
  await refusesMember("accept_all", { notice: `sha256:${"0".repeat(64)}` }, undefined, 409);
});

test("a notice in another language than the ticket's is refused", async () => {
  const visitor = new Visitor(service);
  const german = (await visitor.notice("&language=de")).json.notice.id;
  await visitor.notice("&language=en");
  const answer = await visitor.post(await visitor.body("accept_all", { notice: german }));
  assertProblem(answer, 422, "/notice");
});

test("a forged token proves nothing", async () => {
  const visitor = new Visitor(service);
  const { record, token } = await visitor.decide("accept_all");
  const flipped = `${token.slice(0, 5)}${token[5] === "A" ? "B" : "A"}${token.slice(6)}`;
  const tokens = [flipped, token.slice(0, -1), `${token}A`, "1.AAAA.AAAA", "", "x".repeat(5000)];
  for (const forged of tokens) {
    visitor.token = forged;
    const body = await visitor.body("withdraw", { subject: record.subject });
    assertProblem(await visitor.post(body), 403);
  }
});

test("none of this left a record", async () => {
  const before = await recorded();
  assert.ok(before.length > 0, "the metrics count what is recorded");
  await refusesMember("accept_all", { extra: 1 }, "/extra");
  await refusesMember("accept_all", { ticket: "x" }, "/ticket");
  await postText("{");
  assert.deepEqual(await recorded(), before);
});
