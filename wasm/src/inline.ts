// The banner inside the page, for whoever renders pages: the text of the script, its hash for the
// Content-Security-Policy, and the element.

import type { ConsentOptions } from "./consent_module";
import { earlyAddress } from "./early";

declare const CONSENT_INLINE: Record<"script" | "hash", string>;

/** The same on every site, until the package changes it. */
export const inlineScript: string = CONSENT_INLINE.script;

/** For `script-src`, with its quotes: 'sha256-...'. */
export const inlineHash: string = CONSENT_INLINE.hash;

const escapes: Record<string, string> = { "&": "&amp;", '"': "&quot;", "<": "&lt;" };

/**
 * `<script data-site="...">...</script>`, to stand where banner.js would, and instead of it. Its
 * `data-early` is the address of the notice, which is asked for before anything else is set up.
 */
export function inlineTag(options: ConsentOptions): string {
  const quoted = (value: unknown) => String(value).replace(/[&"<]/g, (one) => escapes[one]!);
  const attributes = Object.entries({ ...options, early: earlyAddress(options) })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` data-${name}="${quoted(value)}"`);
  return `<script${attributes.join("")}>${inlineScript}</script>`;
}
