// The demo's pages as files: what every page must carry, and what a strict policy forbids.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { root } from "../support/consentd.mjs";
import { renderPage } from "../../web-demo/pages.mjs";

const folder = join(root, "web-demo/public");
const files = readdirSync(folder);
const pages = files
  .filter((name) => name.endsWith(".html"))
  .map((name) => ({ name, html: renderPage(readFileSync(join(folder, name), "utf8"), name) }));

const attributes = (html, name) =>
  [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, "g"))].map(([, value]) => value);
const between = (html, start, end) => html.slice(html.indexOf(start), html.indexOf(end));
const preferences = "/v1/preferences?site=dialphone.com&amp;return=/";

test("the site has its pages", () => {
  const expected = ["404", "contact", "index", "pricing", "privacy", "receipt", "subprocessors"];
  assert.deepEqual(pages.map(({ name }) => name.replace(".html", "")).sort(), expected);
});

for (const { name, html } of pages) {
  test(`${name} embeds the banner as a customer would`, () => {
    assert.ok(
      html.includes('<script src="/v1/banner.js" data-site="dialphone.com" defer></script>'),
    );
    assert.match(html, /<noscript>[^]*?href="\/v1\/preferences[^]*?<\/noscript>/);
    assert.ok(
      between(html, "<footer", "</footer>").includes(`href="${preferences}" data-consent-open`),
    );
  });

  test(`${name} keeps optional scripts behind the gate`, () => {
    for (const purpose of ["analytics", "marketing"]) {
      const gated = `<script type="text/plain" data-consent="${purpose}" src="/${purpose}.js">`;
      assert.ok(html.includes(gated), gated);
      assert.equal(html.split(`/${purpose}.js`).length, 2);
    }
  });

  test(`${name} has nothing inline and nothing from another host`, () => {
    assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=|javascript:|<base/i);
    // The build fills in `<script data-early>`; tests/wasm/early.test.mjs holds it to its hash.
    for (const [, content] of html.matchAll(/<script[^>]*>([^]*?)<\/script>/g)) {
      assert.equal(content, "");
    }
    for (const address of [...attributes(html, "src"), ...attributes(html, "href")]) {
      assert.match(address, /^(\/(?!\/)|#)/, address);
    }
  });

  test(`${name} links only to what exists`, () => {
    for (const address of [...attributes(html, "src"), ...attributes(html, "href")]) {
      const path = address.split(/[?#]/)[0];
      if (!path || path.startsWith("/v1/")) continue;
      const file = path === "/" ? "index.html" : path.slice(1);
      assert.ok(files.includes(file) || files.includes(`${file}.html`), address);
    }
    for (const id of attributes(html, "href").filter((one) => one.startsWith("#"))) {
      assert.ok(html.includes(`id="${id.slice(1)}"`), id);
    }
  });

  test(`${name} has the frame of all pages`, () => {
    const frame = (text) =>
      [between(text, '<a class="skip"', "<main"), between(text, "<footer", "</html>")]
        .join("")
        .replace(' aria-current="page"', "");
    assert.equal(frame(html), frame(pages.find((page) => page.name === "index.html").html));
    assert.equal([...html.matchAll(/<h1\b/g)].length, 1);
    assert.match(html, /<html lang="en">/);
    assert.match(html, /<title>[^<]+<\/title>/);
    assert.match(html, /<meta name="description" content="[^"]+">/);
  });
}

test("the newsletter box of the form is separate and unticked", () => {
  const { html } = pages.find(({ name }) => name === "contact.html");
  const box = /<input type="checkbox"[^>]*>/.exec(html)[0];
  assert.match(box, /name="newsletter"/);
  assert.doesNotMatch(box, /checked|required/);
});

test("no script of the site reaches another host or evaluates text", () => {
  for (const name of files.filter((one) => one.endsWith(".js"))) {
    const text = readFileSync(join(folder, name), "utf8");
    assert.doesNotMatch(text, /https?:\/\/|\beval\b|new Function|innerHTML|document\.write/, name);
  }
});
