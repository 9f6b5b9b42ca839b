// Pages that only a test has, served from the service's own origin and under the demo's policy.

const usualPolicy = (trustedTypes) => [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval' 'nonce-fixture'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "require-trusted-types-for 'script'",
  `trusted-types ${trustedTypes}`,
].join("; ");

function embedded(site, attributes) {
  const data = Object.entries({ site, ...attributes }).map(([name, value]) => {
    return `data-${name}="${value}"`;
  });
  return `<script src="/v1/banner.js" ${data.join(" ")} defer></script>`;
}

const page = (
  body,
  { banner = true, site = "dialphone.com", attributes = {}, head = "" },
) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Fixture</title>
<link rel="icon" href="data:,">${banner ? embedded(site, attributes) : ""}${head}</head>
<body><main><h1>Fixture</h1>${body}</main></body></html>`;

/**
 * Serves `body` at `path`, and every file of `files` by its path: text, or [wait, text] for a slow
 * one, which comes after as many milliseconds, or when a promise resolves. A name that ends in
 * .html is a page of its own, without the banner. `attributes` are further ones of the banner's
 * script, without their data-; `head` is put into the page's. `policy` is another one, or false for
 * none: there are libraries that make markup of text.
 */
export async function serveFixture(context, path, body, files = {}, options = {}) {
  const { trustedTypes = "'none'", policy = usualPolicy(trustedTypes) } = options;
  await context.route(
    (url) => url.pathname === path,
    (route) =>
      route.fulfill({
        contentType: "text/html; charset=utf-8",
        headers: policy ? { "content-security-policy": policy } : {},
        body: page(body, options),
      }),
  );
  for (const [name, content] of Object.entries(files)) {
    const [wait, text] = Array.isArray(content) ? content : [0, content];
    await context.route(
      (url) => url.pathname === name,
      async (route) => {
        await (typeof wait === "number" ? new Promise((come) => setTimeout(come, wait)) : wait);
        const [, ending] = name.split(".");
        const types = { html: "text/html", css: "text/css", svg: "image/svg+xml" };
        const type = types[ending] ?? "text/javascript";
        await route.fulfill({ contentType: `${type}; charset=utf-8`, body: text });
      },
    );
  }
}
