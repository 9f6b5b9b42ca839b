// How long the banner's tasks are, step by step, on a processor four times slower than this one.
// Another process may take the core in the middle of a task, so the best and the median of some
// runs are printed; a browser names tasks from 50 ms on, shorter ones count as 0.
//
// usage: node tests/bench/long_tasks.mjs [--help] [RUNS]     (10 runs when nothing is said)

import { join } from "node:path";

import { control, launchBrowser, newVisitor } from "../support/browser.mjs";
import { root, startConsentd } from "../support/consentd.mjs";
import { answerHelp } from "../support/usage.mjs";

answerHelp(import.meta.url);

const slowdown = 4;
const words = `<p>${"Some words to read. ".repeat(60)}</p>`.repeat(4);

const { earlyAddress } = await import(join(root, "build/dist/v1/early.mjs"));
const { inlineScript } = await import(join(root, "build/dist/v1/inline.mjs"));
const site = "dialphone.com";
// How the script comes into the page, by its properties and attributes.
const scripts = {
  "the banner": [{ src: "/v1/banner.js" }, { site }],
  "the banner inside the page": [{ text: inlineScript }, { site, early: earlyAddress({ site }) }],
};

const [given = "10"] = process.argv.slice(2);
if (!/^[1-9]\d{0,2}$/.test(given)) {
  console.log("usage: script/bench tasks [RUNS], 1 to 999 of them");
  process.exit(2);
}

// Before anything of the page.
function watch() {
  globalThis.long = [];
  new PerformanceObserver((list) =>
    list.getEntries().forEach(({ startTime, duration }) => long.push({ startTime, duration })),
  ).observe({ type: "longtask", buffered: true });
}

const mark = (page) => page.evaluate(() => performance.now());
const settle = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 100))),
      ),
  );

// In a task of its own, as a page's parser gives one to each script.
function insert([properties, dataset]) {
  const script = Object.assign(document.createElement("script"), properties);
  Object.assign(script.dataset, dataset);
  setTimeout(() => document.head.append(script));
}

// The whole story on a slow processor; the longest task of each step. The page itself is read
// before the banner's script is put into it, so that every task from there on is the banner's.
async function story(browser, url, name) {
  const viewport = { width: 412, height: 823 };
  const { context, page } = await newVisitor(browser, { url, from: "germany", viewport });
  const cdp = await context.newCDPSession(page);
  await context.addInitScript(watch);
  const body = `<!doctype html><title>Slow</title><link rel="icon" href="data:,">${words}`;
  await context.route("**/slow", (route) => route.fulfill({ body, contentType: "text/html" }));
  await page.goto("/slow");
  await settle(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  await settle(page);
  const longest = {};
  const step = async (name, act) => {
    const start = await mark(page);
    await act();
    await settle(page);
    const tasks = await page.evaluate(
      (from) => globalThis.long.filter(({ startTime }) => startTime >= from),
      start,
    );
    longest[name] = Math.max(0, ...tasks.map(({ duration }) => duration));
  };
  // The observer sees a long task: without this a 0 would say nothing.
  await step("a task of 60 ms", () =>
    page.evaluate(() =>
      setTimeout(() => {
        const end = performance.now() + 60;
        while (performance.now() < end);
      }),
    ),
  );
  await step(`${name} appears`, async () => {
    await page.evaluate(insert, scripts[name]);
    await control(page, "accept_all").waitFor();
    await page.evaluate(() => window.consent.ready);
  });
  await step("the preferences open", async () => {
    await control(page, "settings").click();
    await control(page, "save").waitFor();
  });
  await step("all is accepted", async () => {
    await page.locator('dialog [data-action="accept_all"]').click();
    await page.waitForFunction(() => window.consent.state().status === "decided");
  });
  await step("and withdrawn", async () => {
    await page.evaluate(() => window.consent.withdraw());
    await page.waitForFunction(() => window.consent.state().status === "decided");
  });
  await context.close();
  return longest;
}

const service = await startConsentd();
const browser = await launchBrowser();
const seen = {};
for (let run = 1; run <= Number(given); ++run) {
  for (const name of Object.keys(scripts)) {
    for (const [step, longest] of Object.entries(await story(browser, service.url, name))) {
      (seen[step] ??= []).push(longest);
    }
  }
  if (process.stderr.isTTY) process.stderr.write(`\r${run} of ${given} runs`);
}
if (process.stderr.isTTY) process.stderr.write("\r");
await browser.close();
await service.stop();

console.log(`longest task on a processor ${slowdown} times slower, ms   best   median`);
for (const [step, all] of Object.entries(seen)) {
  all.sort((a, b) => a - b);
  const [best, median] = [all[0], all[all.length >> 1]].map((ms) => ms || "< 50");
  console.log(`${step.padEnd(52)} ${String(best).padStart(6)} ${String(median).padStart(8)}`);
}
