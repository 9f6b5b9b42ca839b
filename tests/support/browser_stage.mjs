// What a file of browser tests plays on: a service and Chromium, started before its first test and
// ended behind its last. Each test has its own visitors, with fresh profiles, and they leave with
// it, however it ends.

import assert from "node:assert/strict";
import { after, before, test as nodeTest } from "node:test";

import { headlessShell, launchBrowser, newVisitor, screenshot } from "./browser.mjs";
import { startConsentd } from "./consentd.mjs";

// A test that takes longer hangs, also where a machine has much else to do.
const testMilliseconds = 5 * 60_000;
const endMilliseconds = 60_000;
const patienceMilliseconds = 60_000;
const file = process.argv[1];

// One Chromium of each kind for all stages of a file, by its launch options.
const browsers = new Map();

function browserOf(kind) {
  const key = JSON.stringify(kind);
  if (!browsers.has(key)) browsers.set(key, launchBrowser(kind));
  return browsers.get(key);
}

async function closeBrowsers() {
  const launched = await Promise.allSettled(browsers.values());
  browsers.clear();
  await Promise.all(launched.map(({ value }) => value?.close()));
}

/**
 * Call at the top of a file, once for each service that it needs. `options` are those of
 * startConsentd, `kind` the launch options of its browser, or null for none. The file has no
 * `before` of its own: node would run it beside the stage's. A stage has
 * - `service` and `browser`, while the tests run;
 * - `test`: node:test's with a limit of time, and an account of what there was when one fails.
 *   They come one after the other;
 * - `visit(options)`: brings a visitor as newVisitor does, from Germany where nothing else is said.
 */
export function browserStage(options, kind = headlessShell) {
  const stage = { test: play, visit };
  const visitors = [];

  async function visit(visitor) {
    const come = { url: stage.service.url, from: "germany", ...visitor };
    visitors.push(await newVisitor(stage.browser, come));
    return visitors.at(-1);
  }

  function play(name, ...rest) {
    const body = rest.pop();
    nodeTest(name, { timeout: testMilliseconds, ...rest.pop() }, async (t) => {
      const said = stage.service.output().length;
      let passed = false;
      const end = async () => {
        const left = visitors.splice(0);
        const output = () => stage.service.output().slice(said);
        if (!passed) for (const line of await account(name, left, output)) t.diagnostic(line);
        await Promise.all(left.map(({ context }) => context.close()));
      };
      t.after(end, { timeout: endMilliseconds });
      await body(t);
      passed = true;
    });
  }

  before(async () => {
    const parts = [startConsentd({ patienceMilliseconds, ...options }), kind && browserOf(kind)];
    // What has come is ended in any case.
    const [service, browser] = await Promise.allSettled(parts);
    Object.assign(stage, { service: service.value, browser: browser.value });
    await Promise.all(parts);
  });

  const end = async () => {
    await closeBrowsers();
    if (stage.service) assert.equal(await stage.service.stop(), 0, stage.service.output());
  };
  after(end, { timeout: endMilliseconds });
  return stage;
}

// What there was when a test failed: the pages with what they complained of, and the service's
// words since it began.
async function account(name, visitors, output) {
  const lines = [`node --test ${file}`];
  let pictures = 0;
  for (const { context, requests, complaints } of visitors) {
    for (const page of context.pages()) {
      const picture = `failed-${name.replace(/\W+/g, "-")}-${++pictures}`;
      const path = await screenshot(page, picture, { timeout: 5_000 }).catch(() => "no picture");
      lines.push(`page ${page.url()}: ${path}`);
    }
    for (const request of requests.slice(-10)) lines.push(`${request.method()} ${request.url()}`);
    lines.push(...complaints.map((text) => `console: ${text}`));
  }
  const words = output().trim() || "nothing";
  return [...lines, ...words.split("\n").map((text) => `consentd: ${text}`)];
}
