// Visitors in Debian's Chromium: one fresh profile each, with everything they request, store and
// complain about.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { root } from "./consentd.mjs";

const screenshots = join(root, "build/screenshots");

// What a trusted proxy in front of the service would add. The German address is one of Deutsche
// Telekom's; the default database knows no states, so California comes from an edge's headers.
export const places = {
  germany: { "X-Forwarded-For": "91.12.34.56" },
  california: {
    "X-Forwarded-For": "203.0.113.7",
    "X-Geo-Country": "US",
    "X-Geo-Subdivision": "US-CA",
  },
  unknown: { "X-Forwarded-For": "10.20.30.40" },
};

/** Launch options of the whole Chromium, as visitors have it. */
export const wholeChromium = { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" };

/**
 * Of its own headless shell: the same engine and network, without the window and all that belongs
 * to it. A fresh visitor costs it a third of the work.
 */
export const headlessShell = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
};

const chromiumOptions = {
  ...wholeChromium,
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

// `options` are Playwright's, beside those.
export const launchBrowser = (options = {}) => chromium.launch({ ...chromiumOptions, ...options });

function signalGpc() {
  Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true });
}

function collectViolations() {
  globalThis.cspViolations = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    globalThis.cspViolations.push(
      `${event.effectiveDirective} ${event.blockedURI} ${event.sample}`,
    );
  });
}

// Every request, console error and page error of all pages of a context. Call before the first page
// opens.
function observe(context) {
  const requests = [];
  const complaints = [];
  context.on("request", (request) => requests.push(request));
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  context.on("weberror", (failure) => complaints.push(String(failure.error())));
  return { requests, complaints };
}

// What a test is still serving to a page ends with it: that fails nothing, and holds nothing up.
function closeWithRoutes(context) {
  const close = context.close.bind(context);
  let closed;
  const withRoutes = async () => {
    await context.unrouteAll({ behavior: "ignoreErrors" });
    await close();
  };
  context.close = () => (closed ??= withRoutes());
}

// A visitor with a fresh profile. `options` are Playwright's context options.
export async function newVisitor(browser, { url, from, gpc = false, headers = {}, ...options }) {
  const context = await browser.newContext({
    baseURL: url,
    locale: "en-GB",
    viewport: { width: 1280, height: 800 },
    extraHTTPHeaders: { ...places[from], ...(gpc ? { "Sec-GPC": "1" } : {}), ...headers },
    ...options,
  });
  // Where nothing is wrong it is never reached, also by a machine that has much else to do.
  context.setDefaultTimeout(60_000);
  const seen = observe(context);
  await context.addInitScript(collectViolations);
  if (gpc) await context.addInitScript(signalGpc);
  const page = await context.newPage();
  closeWithRoutes(context);
  return { context, page, ...seen };
}

// The next notice that a page fetches, read on its way there: of what is answered while a page
// begins, the browser's inspector may keep no body. Ask for it before the page opens.
export function noticeFor(page) {
  return new Promise((resolve, reject) => {
    const pass = async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response });
      resolve(await response.json());
    };
    page
      .route("**/v1/notice?*", (route) => pass(route).catch(reject), { times: 1 })
      .catch(reject);
  });
}

// Opens a page and waits until the banner's script has decided what to show.
export async function open(page, path = "/") {
  const answer = await page.goto(path);
  await page.evaluate(() => window.consent.ready);
  return answer;
}

// The banner's parts live in the shadow root of <dialphone-consent>; selectors reach into it.
export const control = (page, action) =>
  page.locator(`dialphone-consent [data-action="${action}"]:visible`);

export const allows = (page, purpose) =>
  page.evaluate((name) => window.consent.allows(name), purpose);

// Cookies by name. What a script has set or removed is on its way until its page reads the cookies.
export async function cookiesOf(context) {
  for (const page of context.pages()) await page.evaluate(() => document.cookie);
  return Object.fromEntries((await context.cookies()).map((one) => [one.name, one]));
}

// Waits until the page can read exactly these cookies, and they are all the visitor has.
export async function waitForCookies(page, names) {
  const wanted = [...names].sort();
  const same = (all) =>
    document.cookie
      .split("; ")
      .map((pair) => pair.split("=")[0])
      .sort()
      .join() === all;
  // Those that are there tell more than the time that has passed.
  await page.waitForFunction(same, wanted.join()).catch(() => {});
  const cookies = await cookiesOf(page.context());
  assert.deepEqual(Object.keys(cookies).sort(), wanted);
  return cookies;
}

// Cookies by name, and the names in every kind of storage that a page can write.
export async function stored(context, page) {
  const cookies = await cookiesOf(context);
  const storage = await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map((one) => one.name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker?.getRegistrations())?.length ?? 0,
  }));
  return { cookies, storage };
}

export const emptyStorage = { local: [], session: [], databases: [], caches: [], workers: 0 };

export const violations = (page) => page.evaluate(() => globalThis.cspViolations);

/** A picture under build/screenshots; its path. */
export async function screenshot(page, name, options = {}) {
  mkdirSync(screenshots, { recursive: true });
  const path = join(screenshots, `${name}.png`);
  await page.screenshot({ path, animations: "disabled", ...options });
  return path;
}

/** A picture for people to look at, where they ask for it with PICTURES=1. */
export async function picture(page, name, options) {
  if (!process.env.PICTURES) return;
  await page.mouse.move(0, 0);
  await screenshot(page, name, options);
}
