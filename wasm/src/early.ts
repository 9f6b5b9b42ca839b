// The inline script that asks for the notice of a first visit before banner.js is there, for
// whoever renders pages: its text, its hash for the Content-Security-Policy, and the element.

import { noticeUrl } from "./notice_url";

declare const CONSENT_EARLY: Record<"script" | "hash", string>;

/** The same on every site, until the package changes it. */
export const earlyScript: string = CONSENT_EARLY.script;

/** For `script-src`, with its quotes: 'sha256-...'. */
export const earlyHash: string = CONSENT_EARLY.hash;

export interface EarlyOptions {
  /** As in `data-site`. */
  site: string;
  /** Where banner.js is; "/v1/" when left out. */
  base?: string;
  /** As in `data-language`. */
  language?: string;
}

/** What a visitor without a choice will need, as banner.js forms its address. */
export function earlyAddress({ site, base = "/v1/", language }: EarlyOptions): string {
  return noticeUrl(base.replace(/\/?$/, "/"), site, language);
}

/** `<script data-early="...">...</script>`, to stand in front of banner.js. */
export function earlyTag(options: EarlyOptions): string {
  const address = earlyAddress(options);
  const quoted = address.replace(/[&"]/g, (one) => (one === "&" ? "&amp;" : "&quot;"));
  return `<script data-early="${quoted}">${earlyScript}</script>`;
}
