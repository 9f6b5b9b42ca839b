// The first sight of this banner beside that of three others, each installed from npm as its own
// documentation says, on the same page, under the same slow network and processor.
//
// usage: npm ci --prefix tests/bench/banner --ignore-scripts && script/build &&
//        node tests/bench/banner/banner_bench.mjs [--help] [--runs N] [--json FILE]

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync } from "node:zlib";

import { axeViolations } from "../../support/axe.mjs";
import { launchBrowser } from "../../support/browser.mjs";
import { root, startConsentd } from "../../support/consentd.mjs";
import { answerHelp } from "../../support/usage.mjs";

answerHelp(import.meta.url);

const { values: options } = parseArgs({
  options: { runs: { type: "string", default: "5" }, json: { type: "string" } },
});
const here = fileURLToPath(new URL("./", import.meta.url));
const installed = join(here, "node_modules");
if (!existsSync(installed)) {
  console.error("the peers are missing: npm ci --prefix tests/bench/banner --ignore-scripts");
  process.exit(2);
}
const esbuild = createRequire(join(root, "wasm/package.json"))("esbuild");

const { earlyHash, earlyTag } = await import(join(root, "build/dist/v1/early.mjs"));
const { inlineHash, inlineTag } = await import(join(root, "build/dist/v1/inline.mjs"));

const slow = { latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const slowdown = 4;
const patienceMs = 20_000;
// With the hashes of the inline scripts that are ours; the others have none.
const policy =
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' ${earlyHash} ${inlineHash}; ` +
  "style-src 'self'; " +
  "img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

const npmFile = (path) => readFileSync(join(installed, path), "utf8");

async function bundled(text) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: text, resolveDir: here, loader: "jsx" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    outdir: "/",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  const found = (end) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
  return { js: found(".js"), css: found(".css") };
}

const vccStart = `import "./vcc.js";
CookieConsent.run({ hideFromBots: false,
  categories: { necessary: { enabled: true, readOnly: true }, analytics: {}, marketing: {} },
  language: { default: "en", translations: { en: {
    consentModal: { title: "Cookies: your choice", description: "This site asks to use cookies.",
      acceptAllBtn: "Accept all", acceptNecessaryBtn: "Reject all",
      showPreferencesBtn: "Settings" },
    preferencesModal: { title: "Choices", acceptAllBtn: "Accept all",
      acceptNecessaryBtn: "Reject all", savePreferencesBtn: "Save", sections: [] } } } } });`;

const klaroStart = `window.klaroConfig = { acceptAll: true, services: [
  { name: "analytics", purposes: ["analytics"] },
  { name: "marketing", purposes: ["marketing"] }] };`;

const c15tStart = `import { ConsentManagerProvider, ConsentBanner } from "@c15t/react";
import "@c15t/react/styles.css";
import { createRoot } from "react-dom/client";
createRoot(document.querySelector("#app")).render(
  <ConsentManagerProvider options={{ mode: "offline" }}>
    <ConsentBanner />
  </ConsentManagerProvider>);`;

const c15t = await bundled(c15tStart);
const products = {
  "DialPhone Consent": {
    html: '<script src="/v1/banner.js" data-site="dialphone.com" defer></script>',
  },
  "the same with its inline script": {
    html:
      earlyTag({ site: "dialphone.com" }) +
      '<script src="/v1/banner.js" data-site="dialphone.com" defer></script>',
  },
  "the same, inside the page": {
    html: inlineTag({ site: "dialphone.com" }),
  },
  "vanilla-cookieconsent 3.1.0": {
    html:
      '<link rel="stylesheet" href="/vcc.css">' +
      '<script type="module" src="/vcc-start.js"></script>',
    files: {
      "/vcc.css": npmFile("vanilla-cookieconsent/dist/cookieconsent.css"),
      "/vcc.js": npmFile("vanilla-cookieconsent/dist/cookieconsent.umd.js"),
      "/vcc-start.js": vccStart,
    },
  },
  "Klaro 0.7.22": {
    html: '<script defer src="/klaro-config.js"></script><script defer src="/klaro.js"></script>',
    files: { "/klaro-config.js": klaroStart, "/klaro.js": npmFile("klaro/dist/klaro.js") },
  },
  "c15t 2.2.1 (offline)": {
    html: '<link rel="stylesheet" href="/c15t.css"><script type="module" src="/c15t.js"></script>',
    files: { "/c15t.js": c15t.js, "/c15t.css": c15t.css },
  },
};
const files = Object.assign({}, ...Object.values(products).map((one) => one.files ?? {}));
const names = Object.keys(products);

const page = (html) => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Page</title>
<link rel="icon" href="data:,">${html}</head>
<body><main><h1>A page</h1><p>${"Some words to read. ".repeat(40)}</p></main>
<div id="app"></div></body></html>`;

const service = await startConsentd();
const types = { js: "text/javascript", css: "text/css" };
const server = createServer(async (request, response) => {
  const product = /^\/page\/(\d)$/.exec(request.url)?.[1];
  if (request.url.startsWith("/v1/")) {
    const headers = { ...request.headers, host: new URL(service.url).host };
    delete headers.connection;
    const { request: ask } = await import("node:http");
    const asked = ask(service.url + request.url, { headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    asked.end();
    return;
  }
  const text = product ? page(products[names[product]].html) : files[request.url];
  const type = product ? "text/html" : types[request.url.split(".").at(-1)];
  response.writeHead(text === undefined ? 404 : 200, {
    "content-type": `${type}; charset=utf-8`,
    "content-encoding": "br",
    ...(product && { "content-security-policy-report-only": policy }),
  });
  response.end(brotliCompressSync(text ?? ""));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

// In the page: when a button that refuses can be seen, long tasks, shifts, violations.
function watch() {
  const seen = (globalThis.seen = { visible: 0, long: 0, shift: 0, csp: 0 });
  const observe = (type, add) =>
    new PerformanceObserver((list) => list.getEntries().forEach(add)).observe({
      type,
      buffered: true,
    });
  observe("longtask", ({ duration }) => (seen.long += duration - 50));
  observe("layout-shift", ({ value }) => (seen.shift += value));
  document.addEventListener("securitypolicyviolation", () => ++seen.csp);
  const buttons = (from) =>
    [...from.querySelectorAll("*")].flatMap((one) => [
      ...(/^(BUTTON|A)$/.test(one.tagName) ? [one] : []),
      ...(one.shadowRoot ? buttons(one.shadowRoot) : []),
    ]);
  const above = (one) => one.parentElement ?? one.getRootNode().host;
  const opacity = (one) => (one ? getComputedStyle(one).opacity * opacity(above(one)) : 1);
  const isSeen = (one) => {
    const { top, bottom, width } = one.getBoundingClientRect();
    const inside = width > 0 && top >= 0 && bottom <= innerHeight;
    return inside && getComputedStyle(one).visibility === "visible" && opacity(one) > 0.9;
  };
  const look = () => {
    const refusing = buttons(document).filter(({ textContent }) =>
      /reject|decline/i.test(textContent),
    );
    if (refusing.some(isSeen)) seen.visible = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function measure(browser, index) {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 } });
  const tab = await context.newPage();
  const session = await context.newCDPSession(tab);
  const sum = { bytes: 0, requests: 0 };
  await session.send("Network.enable");
  session.on("Network.loadingFinished", ({ encodedDataLength }) => {
    sum.bytes += encodedDataLength;
  });
  session.on("Network.requestWillBeSent", ({ request }) => {
    if (request.url.startsWith("http")) ++sum.requests;
  });
  await session.send("Network.emulateNetworkConditions", { offline: false, ...slow });
  await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  await context.addInitScript(watch);
  await tab.goto(`${origin}/page/${index}`);
  const isVisible = () => globalThis.seen.visible > 0;
  await tab.waitForFunction(isVisible, null, { timeout: patienceMs }).catch(() => {
    throw new Error(`${names[index]}: no button that refuses can be seen`);
  });
  await tab.waitForTimeout(1000);
  const seen = await tab.evaluate(() => globalThis.seen);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  const axe = (await axeViolations(tab)).length;
  await context.close();
  return { ...sum, ...seen, axe };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const browser = await launchBrowser();
const runs = names.map(() => []);
try {
  // In turn, so that what else the machine does is shared by all.
  for (let i = 0; i < Number(options.runs); ++i) {
    for (const index of names.keys()) runs[index].push(await measure(browser, index));
  }
} finally {
  await browser.close();
  server.close();
  await service.stop();
}

const results = Object.fromEntries(
  names.map((name, index) => {
    const of = (member) => median(runs[index].map((run) => run[member]));
    return [name, Object.fromEntries(Object.keys(runs[index][0]).map((one) => [one, of(one)]))];
  }),
);
const columns = ["bytes", "requests", "visible", "long", "shift", "axe", "csp"];
console.log(`| | ${columns.join(" | ")} |\n|---|${columns.map(() => "---:").join("|")}|`);
for (const [name, result] of Object.entries(results)) {
  const cells = columns.map((one) => +result[one].toFixed(one === "shift" ? 3 : 0));
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
