// Firefox and WebKit as far as Debian's own drivers go: open a page, run a function in it, press a
// key. Firefox speaks WebDriver BiDi; WebKit has WebKitWebDriver and needs a display.

import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import puppeteer from "puppeteer-core";
import { freePort } from "./free_port.mjs";

const firefox = "/usr/bin/firefox-esr";
const webkitDriver = "/usr/bin/WebKitWebDriver";
const libraries = "/usr/lib/x86_64-linux-gnu";

const miniBrowser = () =>
  existsSync(libraries)
    ? readdirSync(libraries)
        .filter((name) => name.startsWith("webkit2gtk-"))
        .map((name) => join(libraries, name, "MiniBrowser"))
        .find((path) => existsSync(path))
    : undefined;

async function openFirefox({ gpc = false } = {}) {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: firefox,
    headless: true,
    extraPrefsFirefox: { "privacy.globalprivacycontrol.enabled": gpc },
  });
  const page = await browser.newPage();
  return {
    goto: (url) => page.goto(url),
    run: (text) => page.evaluate(text),
    pressEscape: () => page.keyboard.press("Escape"),
    close: () => browser.close(),
  };
}

async function until(works, milliseconds = 60_000) {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const found = await works().catch(() => undefined);
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${works}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function openWebKit() {
  const port = await freePort();
  const arguments_ = ["-a", "--server-args=-screen 0 1280x800x24", webkitDriver, `--port=${port}`];
  // Without a sandbox of its own, as Chromium is started here, too: containers have none.
  const env = { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" };
  const driver = spawn("/usr/bin/xvfb-run", arguments_, { env, detached: true, stdio: "ignore" });
  const call = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      body: body && JSON.stringify(body),
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(value).slice(0, 300)}`);
    return value;
  };
  const kill = () => process.kill(-driver.pid);
  try {
    await until(async () => (await call("GET", "/status")).ready);
    const binary = miniBrowser();
    const { sessionId } = await call("POST", "/session", {
      capabilities: {
        alwaysMatch: { "webkitgtk:browserOptions": { binary, args: ["--automation"] } },
      },
    });
    const session = `/session/${sessionId}`;
    return {
      goto: (url) => call("POST", `${session}/url`, { url }),
      run: (text) => {
        const script = `return ${text}`;
        return call("POST", `${session}/execute/sync`, { script, args: [] });
      },
      pressEscape: () => {
        const [type, value] = ["key", "\uE00C"];
        const actions = ["keyDown", "keyUp"].map((kind) => ({ type: kind, value }));
        return call("POST", `${session}/actions`, { actions: [{ type, id: "keys", actions }] });
      },
      close: async () => {
        await call("DELETE", session).catch(() => {});
        kill();
      },
    };
  } catch (error) {
    kill();
    throw error;
  }
}

/** Each with what opens it, or the reason why it cannot be opened here. */
export const otherBrowsers = [
  {
    name: "Firefox",
    open: openFirefox,
    missing: existsSync(firefox) ? undefined : `${firefox} is not installed: run script/setup`,
  },
  {
    name: "WebKit",
    open: openWebKit,
    missing:
      existsSync(webkitDriver) && miniBrowser() && existsSync("/usr/bin/xvfb-run")
        ? undefined
        : "WebKitWebDriver, MiniBrowser or xvfb-run is not installed: run script/setup",
  },
];

export { until };
