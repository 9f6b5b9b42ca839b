// What the banner costs a page: no shift of what is read, and for who has decided no byte but those
// of questions that the cache cannot answer. How long its tasks are: `script/bench tasks`.

import assert from "node:assert/strict";

import { control, open } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { decided } from "../support/choice.mjs";
import { serveFixture } from "../support/fixture_page.mjs";

const stage = browserStage({ scopes: ["metrics"] });
const { test, visit } = stage;
const words = `<p>${"Some words to read. ".repeat(60)}</p>`.repeat(4);

// Before anything of the page: every shift that no click caused.
function watch() {
  const seen = (globalThis.seen = { shift: 0, shifts: [] });
  const add = (entries) => {
    for (const { value, hadRecentInput, sources } of entries) {
      if (hadRecentInput) continue;
      seen.shift += value;
      seen.shifts.push(...sources.map(({ node }) => node?.nodeName));
    }
  };
  const observer = new PerformanceObserver((list) => add(list.getEntries()));
  observer.observe({ type: "layout-shift", buffered: true });
  globalThis.addShifts = () => add(observer.takeRecords());
}

// Two frames have been drawn, and what shifted in them is counted.
const settle = (page) =>
  page.evaluate(async () => {
    for (let i = 0; i < 2; ++i) await new Promise(requestAnimationFrame);
    await new Promise((resolve) => setTimeout(resolve));
    globalThis.addShifts?.();
  });

for (const [name, viewport] of [
  ["a desktop", { width: 1280, height: 800 }],
  ["a phone", { width: 412, height: 823 }],
]) {
  test(`nothing of the page moves, on ${name}, as banner and dialog come and go`, async () => {
    const { context, page } = await visit({ viewport });
    await context.addInitScript(watch);
    await serveFixture(context, "/still", words);
    await open(page, "/still");
    const seen = async (when) => {
      await settle(page);
      const { shift, shifts } = await page.evaluate(() => globalThis.seen);
      assert.equal(shift, 0, `${when}: ${shifts.join(", ")}`);
    };
    await control(page, "accept_all").waitFor();
    await page.locator("dialphone-consent .card.rest").waitFor();
    await seen("the banner has come");
    await page.evaluate(() => window.consent.open());
    await control(page, "save").waitFor();
    await seen("the dialog has come");
    await page.evaluate(() => window.consent.accept());
    await decided(page);
    await page.keyboard.press("Escape");
    await seen("all has gone");
  });
}

test("the observer sees a shift: the test above can fail", async () => {
  const { context, page } = await visit();
  await context.addInitScript(watch);
  await serveFixture(context, "/moved", words, {}, { banner: false });
  await page.goto("/moved");
  await settle(page);
  await page.evaluate(() => {
    const above = document.createElement("div");
    above.textContent = "above";
    document.querySelector("main").prepend(above);
  });
  await page.waitForFunction(() => globalThis.seen.shift > 0);
});

// Before anything of the page: what the banner does, and where a task ends that fetches something.
function follow() {
  const log = (globalThis.log = []);
  const note = (what, object, name) => {
    const real = object[name];
    object[name] = function (...given) {
      log.push(what);
      if (what === "a fetch") {
        log.push(typeof window.consent);
        setTimeout(() => log.push("another task"));
      }
      return real.apply(this, given);
    };
  };
  note("a fetch", globalThis, "fetch");
  note("the core", WebAssembly, "instantiate");
  note("styles", CSSStyleSheet.prototype, "replaceSync");
}

test("the task of its script asks for the notice; styles and core come in another", async () => {
  const { context, page } = await visit();
  await context.addInitScript(follow);
  await serveFixture(context, "/tasks", words);
  await open(page, "/tasks");
  await control(page, "accept_all").waitFor();
  const log = await page.evaluate(() => globalThis.log);
  assert.deepEqual(log.slice(0, 3), ["a fetch", "object", "another task"]);
  assert.ok(log.includes("styles") && log.includes("the core"), log.join());

  await control(page, "reject_all").click();
  await decided(page);
  await open(page, "/tasks");
  const again = await page.evaluate(() => globalThis.log);
  assert.equal(again.includes("styles"), false, "who has decided is shown nothing");
});

// Bodies that came over the network, by path; the cache's own answers have none.
async function bodiesOf(context, page) {
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  const addresses = new Map();
  const bodies = {};
  const fromCache = new Set();
  cdp.on("Network.requestWillBeSent", ({ requestId, request }) =>
    addresses.set(requestId, new URL(request.url).pathname),
  );
  cdp.on("Network.requestServedFromCache", ({ requestId }) => fromCache.add(requestId));
  cdp.on("Network.responseReceived", ({ requestId, response }) => {
    if (response.fromDiskCache) fromCache.add(requestId);
  });
  cdp.on("Network.dataReceived", ({ requestId, encodedDataLength }) => {
    if (fromCache.has(requestId)) return;
    const path = addresses.get(requestId);
    bodies[path] = (bodies[path] ?? 0) + encodedDataLength;
  });
  return bodies;
}

// What the service itself was asked, by route.
async function served() {
  const answer = await fetch(`${stage.service.internalUrl}/metrics`, {
    headers: { authorization: `Bearer ${stage.service.key}` },
  });
  assert.equal(answer.status, 200);
  const counts = {};
  for (const [, labels, count] of (await answer.text()).matchAll(
    /^consent_http_requests_total\{([^}]*)\} (\d+)$/gm,
  )) {
    const label = (name) => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1];
    const key = `${label("method")} ${label("route")} ${label("status")}`;
    counts[key] = (counts[key] ?? 0) + Number(count);
  }
  return counts;
}

// Loaded one behind the other: a page that is slow looks idle in between.
const loaded = (page, names) =>
  page.waitForFunction((all) => {
    const done = performance.getEntriesByType("resource").filter((one) => one.responseEnd);
    return all.every((name) => done.some((one) => one.name.includes(`/v1/${name}.`)));
  }, names);

const filesAfter = {
  accept_all: ["consent", "core_token", "follow_up", "removal", "services"],
  reject_all: ["consent", "core_token"],
};

for (const [action, files] of Object.entries(filesAfter)) {
  test(`after ${action} a repeated view transfers not one byte of the banner's`, async () => {
    const { context, page } = await visit();
    await open(page, "/pricing");
    await control(page, action).click();
    await decided(page);
    // Once, so that everything of a decided visitor's page is in the cache.
    await open(page, "/pricing");
    await loaded(page, files);
    await page.waitForLoadState("networkidle");
    const before = await served();
    const bodies = await bodiesOf(context, page);
    await open(page, "/pricing");
    await loaded(page, files);
    await page.waitForLoadState("networkidle");
    await settle(page);
    const own = Object.entries(bodies).filter(
      ([path, bytes]) => bytes > 0 && path.startsWith("/v1/") && path !== "/v1/events",
    );
    assert.deepEqual(own, []);
    const now = await served();
    const asked = Object.entries(now).filter(([route, count]) => count > (before[route] ?? 0));
    // The page's own files and banner.js ask whether they have changed; an event is the site's.
    const allowed = /^GET \/\* 304$|^GET \/metrics 200$|^POST \/v1\/events 202$/;
    assert.deepEqual(asked.filter(([route]) => !allowed.test(route)), []);
    assert.ok(asked.some(([route]) => route === "GET /* 304"), "counted at all");
  });
}
