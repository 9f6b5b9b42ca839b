// The pages of the demo as another site would have them: under another policy, with more in their
// head, or with more attributes on the banner's script element and a style sheet of the site's own.

/**
 * Changes every page of a context: `change` takes its `body` and `headers`, and returns those that
 * are others. Call before the first one opens.
 */
export const changePages = (context, change) =>
  context.route(
    (url) => !/\.\w+$/.test(url.pathname) && !url.pathname.startsWith("/v1/"),
    async (route) => {
      const response = await route.fetch();
      const page = { body: await response.text(), headers: response.headers() };
      await route.fulfill({ response, ...change(page) });
    },
  );

/** The same for attributes, without their data-, and the site's own styles. */
export async function embedWith(context, attributes, css = "") {
  const added = Object.entries(attributes).map(([name, value]) => ` data-${name}="${value}"`);
  const script = `<script src="/v1/banner.js"${added.join("")}`;
  const sheet = '<link rel="stylesheet" href="/theme-of-the-site.css">';
  await changePages(context, ({ body }) => {
    const text = body.replace('<script src="/v1/banner.js"', () => script);
    return { body: css ? text.replace("</head>", `${sheet}</head>`) : text };
  });
  await context.route("**/theme-of-the-site.css", (route) =>
    route.fulfill({ contentType: "text/css", body: css }),
  );
}
