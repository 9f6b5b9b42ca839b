// The pages of the demo as another site would embed the banner: more attributes on its script
// element, and a style sheet of the site's own.

/** Changes every page of a context. Call before the first one opens. */
export async function embedWith(context, attributes, css = "") {
  const added = Object.entries(attributes).map(([name, value]) => ` data-${name}="${value}"`);
  const script = `<script src="/v1/banner.js"${added.join("")}`;
  const sheet = '<link rel="stylesheet" href="/theme-of-the-site.css">';
  await context.route(
    (url) => !/\.\w+$/.test(url.pathname) && !url.pathname.startsWith("/v1/"),
    async (route) => {
      const response = await route.fetch();
      const text = (await response.text()).replace('<script src="/v1/banner.js"', () => script);
      const body = css ? text.replace("</head>", `${sheet}</head>`) : text;
      await route.fulfill({ response, body });
    },
  );
  await context.route("**/theme-of-the-site.css", (route) =>
    route.fulfill({ contentType: "text/css", body: css }),
  );
}
