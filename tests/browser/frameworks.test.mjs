// React and Vue: rendered on a server, taken over in the browser, and told of every change.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { control } from "../support/browser.mjs";
import { browserStage } from "../support/browser_stage.mjs";
import { decided } from "../support/choice.mjs";
import { root } from "../support/consentd.mjs";
import { serveFixture } from "../support/fixture_page.mjs";
import { temporaryDirectory } from "../support/temporary_directory.mjs";

const esbuild = createRequire(join(root, "wasm/package.json"))("esbuild");
const built = join(process.env.CONSENT_DIST ?? join(root, "build/dist"), "v1");
const folder = temporaryDirectory("frameworks");
const { test, visit } = browserStage();

const apps = {
  react: {
    app: `import { createElement as h } from "react";
      import { ConsentProvider, WithConsent, useConsent } from "@dialphone/consent/react";
      const Status = () => h("output", null, useConsent().state?.status ?? "not yet");
      export const App = () => h(ConsentProvider, { site: "dialphone.com" },
        h(WithConsent, { purpose: "marketing", otherwise: h("i", null, "held back") },
          h("b", null, "campaign")),
        h(Status));`,
    server: `import { createElement } from "react";
      import { renderToString } from "react-dom/server";
      import { App } from "./react_app.mjs";
      export const html = async () => renderToString(createElement(App));`,
    client: `import { createElement } from "react";
      import { hydrateRoot } from "react-dom/client";
      import { App } from "./react_app.mjs";
      hydrateRoot(document.querySelector("#app"), createElement(App));`,
    // As a developer runs it: each effect twice. globalThis.mount() and its answer, to go and come.
    strict: `import { createElement, StrictMode } from "react";
      import { createRoot } from "react-dom/client";
      import { App } from "./react_app.mjs";
      globalThis.mount = () => {
        const root = createRoot(document.querySelector("#app"));
        root.render(createElement(StrictMode, null, createElement(App)));
        return () => root.unmount();
      };
      globalThis.leave = globalThis.mount();`,
  },
  vue: {
    app: `import { createSSRApp, h } from "vue";
      import { useConsent } from "@dialphone/consent/vue";
      export const make = () => createSSRApp({
        setup() {
          const { state, allows } = useConsent({ site: "dialphone.com" });
          return () => h("section", [
            allows("marketing") ? h("b", "campaign") : h("i", "held back"),
            h("output", state.value?.status ?? "not yet"),
          ]);
        },
      });`,
    server: `import { renderToString } from "vue/server-renderer";
      import { make } from "./vue_app.mjs";
      export const html = () => renderToString(make());`,
    client: `import { make } from "./vue_app.mjs"; make().mount("#app");`,
    strict: `import { make } from "./vue_app.mjs";
      globalThis.mount = () => {
        const app = make();
        app.mount("#app");
        return () => app.unmount();
      };
      globalThis.leave = globalThis.mount();`,
  },
};

const flags = {
  __VUE_OPTIONS_API__: "true",
  __VUE_PROD_DEVTOOLS__: "false",
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
};

// The text of one part with its framework and the package's wrapper in it.
async function bundle(name, part, options) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, `${name}_${part}.mjs`)],
    bundle: true,
    write: false,
    format: "esm",
    nodePaths: [join(root, "tests/node_modules")],
    alias: { [`@dialphone/consent/${name}`]: join(built, `${name}.mjs`) },
    define: { ...flags, "process.env.NODE_ENV": '"production"' },
    ...options,
  });
  return outputFiles[0].text;
}

for (const [name, parts] of Object.entries(apps)) {
  for (const [part, text] of Object.entries(parts)) {
    writeFileSync(join(folder, `${name}_${part}.mjs`), text);
  }
}

for (const name of Object.keys(apps)) {
  test(`${name}: nothing optional on a server; in the browser it follows the choice`, async () => {
    const banner = {
      js: 'import { createRequire } from "node:module"; const require = createRequire("/");',
    };
    const onServer = join(folder, `${name}_on_server.mjs`);
    writeFileSync(onServer, await bundle(name, "server", { platform: "node", banner }));
    const { html } = await import(pathToFileURL(onServer).href);
    const rendered = await html();
    assert.match(rendered, /<i>held back<\/i>.*<output>not yet<\/output>/);

    const { context, page, complaints } = await visit();
    const body = `<div id="app">${rendered}</div><script type="module" src="/app.js"></script>`;
    const files = { "/app.js": await bundle(name, "client") };
    await serveFixture(context, `/${name}`, body, files, {
      banner: false,
      // Vue asks for a policy of its own, whatever it renders.
      trustedTypes: "vue",
    });
    await page.goto(`/${name}`);
    await page.getByText("undecided").waitFor();
    await control(page, "accept_all").click();
    await page.getByText("decided", { exact: true }).waitFor();
    assert.equal(await page.locator("#app b").textContent(), "campaign");
    await page.evaluate(() => window.consent.withdraw());
    await page.locator("#app i").waitFor();
    assert.deepEqual(complaints, []);
  });
}

for (const name of Object.keys(apps)) {
  test(`${name}, as it is developed: gone and come again, one banner, and it hears`, async () => {
    const { context, page, requests } = await visit();
    const define = { ...flags, "process.env.NODE_ENV": '"development"' };
    const files = { "/app.js": await bundle(name, "strict", { define }) };
    const body = '<div id="app"></div><script type="module" src="/app.js"></script>';
    await serveFixture(context, "/strict", body, files, { banner: false, policy: false });
    const faults = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    await page.goto("/strict");
    await page.getByText("undecided").waitFor();
    await control(page, "accept_all").waitFor();
    await page.evaluate(() => globalThis.leave());
    assert.equal(await page.locator("#app *").count(), 0);
    // Changes while nothing of it is mounted, and after that.
    await page.evaluate(() => window.consent.accept());
    await decided(page);
    await page.evaluate(() => void (globalThis.leave = globalThis.mount()));
    await page.locator("#app b").waitFor();
    await page.evaluate(() => window.consent.withdraw());
    await page.locator("#app i").waitFor();
    assert.equal(await page.locator("dialphone-consent").count(), 1);
    assert.equal(requests.filter((one) => one.url().includes("/v1/notice")).length, 1);
    assert.deepEqual(faults, []);
  });
}
