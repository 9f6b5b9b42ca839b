// The core stories in Debian's Firefox and WebKit, as far as their drivers go: each that one of
// them cannot tell is skipped with the reason. An edge on loopback says where the visitor is.

import assert from "node:assert/strict";
import { after } from "node:test";

import { places } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { startEdge } from "../support/edge.mjs";
import { otherBrowsers, until } from "../support/other_browsers.mjs";
import { check } from "../support/pipeline.mjs";

const stage = browserStage({}, null);
const { test } = stage;

// Each story has an address and so a visitor of its own: one browser is enough for all of them.
const opened = new Map();

after(async () => {
  for (const browser of opened.values()) await (await browser.catch(() => {}))?.close();
});

function sharedBrowser(name, open, options) {
  const key = JSON.stringify([name, options]);
  if (!opened.has(key)) opened.set(key, open(options));
  return opened.get(key);
}

const host = 'document.querySelector("dialphone-consent")';
const banner = `${host}?.shadowRoot`;
const button = (action) => `${banner}?.querySelector('[data-action=${action}]')`;
const dialog = `${banner}?.querySelector("dialog[open]")`;
const ran = '/(^|; )_dp[am]/.test(document.cookie)';

/** One page of a browser, with the visitor's hands. */
class Visit {
  constructor(browser, edge) {
    Object.assign(this, { browser, edge });
  }

  run(text) {
    return this.browser.run(text);
  }

  until(text) {
    return until(() => this.run(text));
  }

  async open(path = "/") {
    await this.browser.goto(this.edge.url + path);
    await this.until("!!window.consent");
    // Long enough for everything that would come without being asked.
    await this.until("window.consent.ready.then(() => true) && document.readyState === 'complete'");
  }

  state() {
    return this.run("window.consent.state()");
  }

  async press(action) {
    await this.until(`!!${button(action)}`);
    await this.run(`(${button(action)}.focus(), ${button(action)}.click())`);
  }

  async choices() {
    await this.run("document.querySelector('[data-consent-open]').click()");
    await this.until(`!!${dialog}`);
  }

  async becomes(status) {
    await until(async () => (await this.state()).status === status);
    return this.state();
  }
}

const stories = {
  async "asked, accepted, recorded, withdrawn"(visit) {
    await visit.open();
    await visit.until(`!!${button("accept_all")}`);
    assert.equal(await visit.run("document.cookie + localStorage.length"), "0");
    assert.equal(await visit.run('window.consent.allows("analytics")'), false);

    await visit.press("accept_all");
    const { subject } = await visit.becomes("decided");
    await visit.until('document.cookie.includes("_dpa_session=")');
    assert.equal((await check(stage.service, { subject })).reason, "granted");

    await visit.open("/pricing");
    await visit.until("window.consent.allows('analytics')");
    assert.equal(await visit.run(`!!${button("accept_all")}`), false);
    await visit.choices();
    await visit.press("withdraw");
    assert.equal(await visit.run('window.consent.allows("analytics")'), false);
    const { subject: left } = await visit.becomes("decided");
    await visit.until(`!${ran}`);
    assert.equal((await check(stage.service, { subject })).reason, "withdrawn");
    assert.equal(left, null);
    assert.equal(await visit.run("localStorage.length"), 0);
  },

  async "refused: no identifier, nothing runs, not asked again"(visit) {
    await visit.open();
    await visit.press("reject_all");
    assert.equal(await visit.run('window.consent.allows("analytics")'), false);
    await visit.becomes("decided");
    await visit.open("/pricing");
    const { subject, choices } = await visit.state();
    assert.equal(subject, null);
    assert.deepEqual(choices, { analytics: "denied", marketing: "denied" });
    assert.equal(await visit.run(`!!${button("accept_all")}`), false);
    assert.equal(await visit.run(ran), false);
    const token = await visit.run("document.cookie.split('dp_consent=')[1].split(';')[0]");
    assert.equal((await check(stage.service, { token })).reason, "refused");
    assert.ok(!visit.edge.requests.some((path) => /analytics\.js|marketing\.js/.test(path)));
  },

  async "preferences: all off, one purpose saved, the other stays off"(visit) {
    await visit.open();
    await visit.press("settings");
    await visit.until(`!!${dialog}`);
    const boxes = `[...${dialog}.querySelectorAll("input[data-purpose]:not(:disabled)")]`;
    assert.deepEqual(await visit.run(`${boxes}.map((box) => box.checked)`), [false, false]);
    await visit.run(`${boxes}[0].click()`);
    await visit.press("save");
    const { choices, subject } = await visit.becomes("decided");
    assert.deepEqual(choices, { analytics: "granted", marketing: "denied" });
    assert.equal((await check(stage.service, { subject })).reason, "granted");
    assert.equal((await check(stage.service, { subject }, "marketing")).allowed, false);
    await visit.choices();
    assert.deepEqual(await visit.run(`${boxes}.map((box) => box.checked)`), [true, false]);
  },

  async "Escape closes and decides nothing, before a choice and after one"(visit) {
    await visit.open();
    await visit.press("settings");
    await visit.until(`!!${dialog}`);
    await visit.browser.pressEscape();
    await visit.until(`!${dialog}`);
    assert.equal((await visit.state()).status, "undecided");
    assert.equal(await visit.run(`!!${button("accept_all")}`), true);
    assert.equal(await visit.run("document.cookie"), "");

    await visit.press("reject_all");
    await visit.becomes("decided");
    const before = await visit.run("document.cookie");
    await visit.choices();
    await visit.browser.pressEscape();
    await visit.until(`!${dialog}`);
    assert.equal(await visit.run("document.cookie"), before);
    assert.equal(visit.edge.requests.filter((path) => path.endsWith("/consents")).length, 1);
  },

  async "a refusal in an outage holds on later pages, storage wiped, and arrives"(visit) {
    await visit.open();
    await visit.press("accept_all");
    const { subject } = await visit.becomes("decided");
    visit.edge.down = /\/v1\/consents$/;
    await visit.choices();
    await visit.press("withdraw");
    await visit.open("/privacy");
    await visit.run("localStorage.clear()");
    await visit.open("/pricing");
    assert.equal((await visit.state()).status, "pending");
    assert.equal(await visit.run('window.consent.allows("analytics")'), false);
    assert.equal(await visit.run(`!!${button("accept_all")}`), false);
    assert.equal((await check(stage.service, { subject })).reason, "granted");
    visit.edge.down = undefined;
    await visit.open();
    assert.equal((await visit.becomes("decided")).subject, null);
    assert.equal((await check(stage.service, { subject })).reason, "withdrawn");
    assert.equal(await visit.run("document.cookie.includes('outbox')"), false);
  },

  async "California: on by default, out with one click"(visit) {
    await visit.open();
    await visit.until(`!!${button("opt_out")}`);
    await visit.until('window.consent.allows("analytics")');
    assert.equal(await visit.run('window.consent.allows("marketing")'), false);
    await visit.press("opt_out");
    assert.equal(await visit.run('window.consent.allows("analytics")'), false);
    await visit.becomes("decided");
    await visit.open("/pricing");
    await visit.until(`window.consent.state().decisions.analytics.reason === "opted_out"`);
    await visit.until(`!${ran}`);
  },

  async "California with the signal's field: honoured, nothing runs"(visit) {
    await visit.open();
    await visit.until(`!!${banner}?.querySelector("[role=status]")`);
    const { decisions, gpc, subject } = await visit.becomes("decided");
    assert.deepEqual(decisions.analytics, { allowed: false, reason: "gpc" });
    assert.deepEqual([gpc, subject], [true, null]);
    assert.equal(await visit.run(ran), false);
  },

  async "California with the signal of the browser itself"(visit) {
    await visit.open();
    assert.equal(await visit.run("navigator.globalPrivacyControl"), true);
    await visit.until(`!!${banner}?.querySelector("[role=status]")`);
    const { decisions } = await visit.becomes("decided");
    assert.deepEqual(decisions.analytics, { allowed: false, reason: "gpc" });
  },

  async "Arabic: from right to left, accepting beside refusing"(visit) {
    await visit.open();
    await visit.until(`!!${button("accept_all")}`);
    assert.deepEqual(await visit.run(`[${host}.lang, ${host}.dir]`), ["ar", "rtl"]);
    const box = (action) => `${button(action)}.getBoundingClientRect()`;
    const boxes = await visit.run(
      `[${box("accept_all")}, ${box("reject_all")}].map(({ x, y, width, height }) =>
        [x, y, width, height].map(Math.round))`,
    );
    const [[x, y, width, height], [otherX, otherY, otherWidth, otherHeight]] = boxes;
    assert.ok(x > otherX, `accept stands first, on the right: ${x}, ${otherX}`);
    assert.deepEqual([y, width, height], [otherY, otherWidth, otherHeight]);
  },

  async "the form page, which has no script, records a choice"(visit) {
    const { browser, edge } = visit;
    await browser.goto(`${edge.url}/v1/preferences?site=dialphone.com&return=/`);
    assert.equal(await visit.run("document.scripts.length"), 0);
    await visit.run(`document.querySelector('button[value="reject_all"]').click()`);
    await visit.until("location.pathname === '/' && !!window.consent");
    const { subject } = await visit.becomes("decided");
    assert.equal(subject, null);
    assert.equal(await visit.run(`!!${button("accept_all")}`), false);
  },
};

const germany = places.germany;
const settings = {
  "California: on by default, out with one click": { headers: places.california },
  "California with the signal's field: honoured, nothing runs": {
    headers: { ...places.california, "Sec-GPC": "1" },
  },
  "California with the signal of the browser itself": {
    headers: places.california,
    options: { gpc: true },
    skip: { WebKit: "WebKitGTK has no Global Privacy Control" },
  },
  "Arabic: from right to left, accepting beside refusing": {
    headers: { ...germany, "Accept-Language": "ar" },
  },
};

for (const { name, open, missing } of otherBrowsers) {
  for (const [story, tell] of Object.entries(stories)) {
    const { headers = germany, options, skip } = settings[story] ?? {};
    test(`${name}: ${story}`, { skip: missing ?? skip?.[name] }, async () => {
      const edge = await startEdge(stage.service, headers);
      try {
        await tell(new Visit(await sharedBrowser(name, open, options), edge));
      } finally {
        edge.stop();
      }
    });
  }
}
