// A typo in what the page says to the banner: the console names it and what was meant, nothing
// optional runs, and what belongs to other tools disturbs nobody.

import assert from "node:assert/strict";

import { allows, control } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";

const stage = browserStage();
const { test } = stage;
async function visit(script) {
  const visitor = await stage.visit();
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Options</title>
    <link rel="icon" href="data:,">${script}
    <script type="text/plain" data-consent="analytics" src="/analytics.js"></script></head>
    <body><main><h1>Options</h1><p>Some words.</p></main></body></html>`;
  await visitor.context.route("**/options", (route) =>
    route.fulfill({ body, contentType: "text/html; charset=utf-8" }),
  );
  await visitor.page.goto("/options");
  return visitor;
}

const tag = (attributes) => `<script src="/v1/banner.js" ${attributes} defer></script>`;
const module_ = (options) => `<script type="module">
  import { startConsent } from "/v1/consent.mjs";
  window.consent = startConsent(${options});
</script>`;

const mistakes = {
  [tag('data-site="dialphone.com" data-langauge="de"')]:
    /data-langauge is no option: did you mean data-language\?/,
  [tag('data-stie="dialphone.com"')]: /data-stie is no option: did you mean data-site\?/,
  [tag("")]: /data-site is missing: the site's name/,
  [tag('data-site="https://dialphone.com/"')]:
    /data-site="https:\/\/dialphone\.com\/" is not the site's name/,
  [tag('data-site="dialphone.com" data-gpp="yes"')]: /data-gpp="yes" is not no-sale or sale/,
  [tag('data-site="dialphone.com" data-language="<de>"')]:
    /data-language="<de>" is not languages as in Accept-Language/,
  [module_('{ site: "dialphone.com", langauge: "de" }')]:
    /langauge is no option: did you mean language\?/,
  [module_('{ site: "dialphone.com", colour: "red" }')]:
    /colour is no option: they are site, base, language/,
  [module_("{}")]: /site is missing/,
};

for (const [script, message] of Object.entries(mistakes)) {
  test(`named in the console: ${message.source}`, async () => {
    const { context, page, requests, complaints } = await visit(script);
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => window.consent.ready);
    assert.equal(complaints.length, 1, complaints.join("\n"));
    assert.match(complaints[0], /^consent: nothing optional will run/);
    assert.match(complaints[0], message);
    assert.equal(await allows(page, "analytics"), false);
    assert.equal(await control(page, "accept_all").count(), 0, "nothing is asked that cannot hold");
    await page.evaluate(() => window.consent.accept().catch(() => {}));
    assert.equal(await allows(page, "analytics"), false);
    assert.ok(requests.every((one) => !/analytics\.js|\/v1\/(notice|consents)/.test(one.url())));
    assert.deepEqual(await context.cookies(), []);
    assert.equal(await page.locator("h1").textContent(), "Options");
  });
}

test("attributes of other tools, and options that are left out, disturb nobody", async () => {
  for (const script of [
    tag('data-site="dialphone.com" data-cfasync="false" data-nscript="x" data-turbo-track="y"'),
    module_('{ site: "dialphone.com", base: "/v1", language: undefined }'),
  ]) {
    const { context, page, complaints } = await visit(script);
    await control(page, "accept_all").click();
    await page.waitForFunction(() => window.consent.allows("analytics"));
    assert.deepEqual(complaints, []);
    await context.close();
  }
});
