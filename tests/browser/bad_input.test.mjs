// Whatever lies in cookies and storage, and whatever comes as a notice: the page works and nothing
// optional runs.

import assert from "node:assert/strict";

import { allows, control, cookiesOf } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { serveFixture } from "../support/fixture_page.mjs";

const stage = browserStage();
const { test, visit } = stage;
const optional = /analytics\.js|marketing\.js|\/v1\/events/;

async function assertWorksWithout({ context, page, requests, complaints }) {
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => window.consent.ready);
  assert.equal(await allows(page, "analytics"), false);
  assert.equal(await allows(page, "marketing"), false);
  assert.ok(requests.every((request) => !optional.test(request.url())));
  assert.ok(complaints.every((text) => !/TypeError|undefined/.test(text)), complaints.join("\n"));
  const names = Object.keys(await cookiesOf(context));
  assert.ok(names.every((name) => !name.startsWith("_dp")), names.join());
  await page.getByRole("link", { name: "See the prices" }).click();
  await page.waitForURL("**/pricing");
}

const cookies = {
  garbage: "%%%=;\u0001",
  "a yes of another product": "true",
  "another version": `2.${"A".repeat(60)}.${"A".repeat(22)}`,
  "an invented grant": `1.${"A".repeat(40)}.${"A".repeat(22)}`,
  oversized: `1.${"A".repeat(3500)}.${"A".repeat(22)}`,
};

for (const [name, value] of Object.entries(cookies)) {
  test(`cookie: ${name}`, async () => {
    const visitor = await visit();
    await visitor.context.addInitScript((text) => {
      document.cookie = `dp_consent=${text}; Path=/`;
    }, value);
    await assertWorksWithout(visitor);
  });
}

const entries = {
  garbage: "{{{",
  "another product's": '{"consent":"all"}',
  "a grant without its request": '{"action":"accept_all","choices":{"analytics":"granted"}}',
  "a grant with an invented request": JSON.stringify({
    action: "accept_all",
    layer: "banner",
    choices: { analytics: "granted", marketing: "granted" },
    request: { site: "dialphone.com" },
  }),
  oversized: JSON.stringify({ action: "reject_all", choices: {}, filler: "x".repeat(200_000) }),
};

for (const [name, text] of Object.entries(entries)) {
  test(`storage: ${name}`, async () => {
    const visitor = await visit();
    await visitor.context.addInitScript((entry) => {
      if (!sessionStorage.getItem("seeded")) localStorage.setItem("dp_consent_outbox", entry);
      sessionStorage.setItem("seeded", "1");
    }, text);
    await assertWorksWithout(visitor);
  });
}

const valid = async () => {
  const answer = await fetch(`${stage.service.url}/v1/notice?site=dialphone.com&language=en`);
  return answer.json();
};
const json = (body) => ({ contentType: "application/json", body: JSON.stringify(body) });

// Named in the console, with the status.
const broken = {
  "cut short": async () => {
    const { body, ...rest } = json(await valid());
    return { ...rest, body: body.slice(0, body.length / 2) };
  },
  "a page": async () => ({ contentType: "text/html", body: "<!doctype html><p>Hotel" }),
  "empty": async () => ({ contentType: "application/json", body: "" }),
  "an error": async () => ({ status: 500, contentType: "text/plain", body: "out of order" }),
  "an error of the service": async () => ({ ...json({ title: "Unavailable" }), status: 503 }),
  "null": async () => json(null),
  "a list": async () => json([]),
  "a schema with other purposes": async () => json({ ...(await valid()), purposes: { a: 1 } }),
  "longer than any": async () => {
    const { text, ...rest } = await valid();
    return json({ ...rest, text: { ...text, body: "A long word ".repeat(11_000) } });
  },
  "a model of tomorrow": async () =>
    json({ ...(await valid()), regime: { id: "new", model: "opt_maybe" } }),
};

// The visitor is asked.
const readable = {
  "more members than known": async () =>
    json({ ...(await valid()), schema: 2, extra: { deep: [1] } }),
  "a language nobody asked for": async () => {
    const notice = await valid();
    return json({ ...notice, notice: { ...notice.notice, language: "tlh" } });
  },
  "of another content type": async () => ({ ...json(await valid()), contentType: "text/html" }),
  "of a hundred thousand letters": async () => {
    const { text, ...rest } = await valid();
    return json({ ...rest, text: { ...text, body: "A long word ".repeat(8_000) } });
  },
};

for (const [name, make] of Object.entries({ ...broken, ...readable })) {
  test(`notice: ${name}`, async () => {
    const visitor = await visit();
    const answer = await make();
    await visitor.context.route("**/v1/notice*", (route) => route.fulfill(answer));
    await assertWorksWithout(visitor);
    await visitor.page.evaluate(() => window.consent.ready);
    const said = `consent: no notice for site "dialphone.com" (${answer.status ?? 200})`;
    const named = visitor.complaints.some((text) => text.includes(said));
    assert.equal(named, name in broken, visitor.complaints.join("\n"));
    if (name in readable) await control(visitor.page, "reject_all").click();
    assert.equal(await control(visitor.page, "reject_all").count(), 0);
  });
}

// In the page: the answer does not end as long as somebody reads it.
function answerForever() {
  const real = globalThis.fetch;
  const chunk = new TextEncoder().encode(" ".repeat(16_384));
  const pull = (stream) => stream.enqueue(chunk);
  const cancel = () => (globalThis.left = true);
  globalThis.fetch = (what, ...rest) =>
    String(what).includes("/v1/notice")
      ? Promise.resolve(new Response(new ReadableStream({ pull, cancel })))
      : real(what, ...rest);
}

test("notice: one that does not end is left in the middle, and the page works", async () => {
  const visitor = await visit();
  await visitor.context.addInitScript(answerForever);
  await assertWorksWithout(visitor);
  await visitor.page.waitForFunction(() => globalThis.left);
  const said = /no notice for site "dialphone.com" \(200\): longer than 131072/;
  assert.ok(visitor.complaints.some((text) => said.test(text)), visitor.complaints.join("\n"));
  assert.equal(await control(visitor.page, "accept_all").count(), 0);
  await visitor.context.close();
});

test("notice: none, ever. Nothing is asked, nothing runs, and nothing waits for it", async () => {
  const { context, page, requests } = await visit();
  await context.route("**/v1/notice*", () => new Promise(() => {}));
  await page.goto("/");
  await page.evaluate(() => void window.consent.accept());
  assert.equal(await allows(page, "analytics"), false);
  assert.equal(await control(page, "accept_all").count(), 0);
  await page.evaluate(() => window.consent.reject());
  assert.equal(await page.evaluate(() => window.consent.state().choices.analytics), "denied");
  await page.getByRole("link", { name: "See the prices" }).click();
  await page.waitForURL("**/pricing");
  assert.ok(requests.every((request) => !optional.test(request.url())));
});

test("a site the service does not know is named in the console", async () => {
  const { context, page, complaints } = await visit();
  await serveFixture(context, "/typo", "", {}, { site: "dialphone.co" });
  await page.goto("/typo");
  await page.waitForLoadState("networkidle");
  assert.equal(await allows(page, "analytics"), false);
  const said = complaints.find((text) => text.includes("consent:"));
  assert.match(said, /no notice for site "dialphone\.co" \(4\d\d\)/);
});

test("notice: slow. The page does not wait, and the question comes when it comes", async () => {
  const visitor = await visit();
  let come;
  const late = new Promise((resolve) => (come = resolve));
  await visitor.context.route("**/v1/notice*", async (route) => {
    await late;
    await route.continue();
  });
  await visitor.page.goto("/");
  assert.equal(await visitor.page.getByRole("link", { name: "See the prices" }).count(), 1);
  assert.equal(await allows(visitor.page, "analytics"), false);
  assert.equal(await control(visitor.page, "accept_all").count(), 0);
  come();
  await control(visitor.page, "accept_all").waitFor();
  assert.ok(visitor.requests.every((request) => !optional.test(request.url())));
});
