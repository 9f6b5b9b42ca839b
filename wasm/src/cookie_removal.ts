// Removing the cookies a purpose has left, when it may no longer run.

import type { NoticeCookie } from "./notice";

/**
 * Every Set-Cookie text that might be the one that made the cookie: host only, each parent domain,
 * partitioned.
 */
export function removals({ name, path = "/", domain }: NoticeCookie, host: string): string[] {
  const labels = host.split(".");
  const parents = labels.slice(0, -1).map((_, i) => labels.slice(i).join("."));
  const domains = ["", ...new Set([...(domain ? [domain.replace(/^\./, "")] : []), ...parents])];
  return domains.flatMap((parent) => {
    const removal = `${name}=; Max-Age=0; Path=${path}${parent && `; Domain=${parent}`}`;
    return [removal, `${removal}; Secure`, `${removal}; Secure; SameSite=None; Partitioned`];
  });
}

export function removeCookies(cookies: NoticeCookie[]): void {
  const present = new Set(document.cookie.split(/; */).map((pair) => pair.split("=")[0]));
  for (const cookie of cookies) {
    if (!present.has(cookie.name)) continue;
    for (const removal of removals(cookie, location.hostname)) document.cookie = removal;
  }
}
