// What an answer means: only the service's own words end the trying.

import assert from "node:assert/strict";
import test from "node:test";
import { importSource } from "./built.mjs";

const { post, retryDelayMs } = await importSource("delivery.ts");

const ours = "application/problem+json";

const answering = (status, body, type) => {
  const calls = [];
  globalThis.fetch = async (url, init) => {
    calls.push({ url, init });
    const text = typeof body === "string" ? body : JSON.stringify(body ?? {});
    return new Response(text, { status, headers: type ? { "content-type": type } : {} });
  };
  return calls;
};

for (const [status, body, outcome, type] of [
  [201, { token: "1.a.b" }, { token: "1.a.b" }],
  [200, { token: "1.a.b" }, { token: "1.a.b" }],
  [200, "<html>Welcome to the hotel</html>", "retry"],
  [200, { welcome: true }, "retry"],
  [201, '{"token":"1.a', "retry"],
  [400, {}, "refused", ours],
  [400, "Bad Request", "retry", "text/plain"],
  [403, {}, "forbidden", ours],
  [403, "<html>Are you a robot?</html>", "retry", "text/html; charset=utf-8"],
  [403, {}, "retry", "application/json"],
  [403, "", "retry"],
  [404, "not found", "retry"],
  [405, "", "retry"],
  [408, "", "retry"],
  [409, {}, "stale", ours],
  [409, "", "retry"],
  [422, {}, "refused", `${ours}; charset=utf-8`],
  [422, "<html>", "retry", "text/html"],
  [429, {}, "retry"],
  [500, "", "retry"],
  [503, {}, "retry"],
]) {
  test(`${status} ${JSON.stringify(body)} ${type ?? ""}: ${JSON.stringify(outcome)}`, async () => {
    answering(status, body, type);
    assert.deepEqual(await post("http://service/v1/", {}, undefined), outcome);
  });
}

test("no network is no answer", async () => {
  globalThis.fetch = async () => {
    throw new TypeError("network");
  };
  assert.equal(await post("http://service/v1/", {}, undefined), "retry");
});

test("it outlives the page, ends at last, and shows the token where there is one", async () => {
  const calls = answering(201, { token: "1.a.b" });
  await post("http://service/v1/", { action: "withdraw" }, "1.x.y");
  const [{ url, init }] = calls;
  assert.equal(url, "http://service/v1/consents");
  assert.equal(init.keepalive, true);
  assert.ok(init.signal instanceof AbortSignal);
  assert.equal(init.headers.authorization, "Consent 1.x.y");
  await post("http://service/v1/", {}, undefined);
  assert.ok(!("authorization" in calls[1].init.headers));
});

test("the pauses grow to five minutes, each tab's a little different", () => {
  assert.equal(retryDelayMs(0, 0), 1_000);
  assert.ok(retryDelayMs(0, 0.99) < 2_000);
  assert.equal(retryDelayMs(3, 0), 8_000);
  assert.equal(retryDelayMs(40, 0), 150_000);
});
