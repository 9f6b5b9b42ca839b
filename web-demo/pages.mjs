// Puts a page of the site together: the masthead and the footer that all pages share, and the
// package's inline script where a page asks for it.

import { readFileSync } from "node:fs";

const part = (name) => readFileSync(new URL(`parts/${name}.html`, import.meta.url), "utf8");
const masthead = part("masthead");
const footer = part("footer");

/** `name` is the file's: the page's own link in the masthead says that it is the current one. */
export function renderPage(html, name, earlyTag = "<script data-early></script>") {
  const own = `<a href="/${name.replace(".html", "")}"`;
  return html
    .replace("    <!-- masthead -->\n", () => masthead.replace(own, `${own} aria-current="page"`))
    .replace("    <!-- footer -->\n", () => footer)
    .replace("<script data-early></script>", () => earlyTag);
}
