// Removing what a purpose has left in the browser, when it may no longer run: cookies and storage
// keys that the policy names.

import type { NoticeCookie } from "./notice";

/** A policy may name a family, as "_ga_*". */
export function isNamed(name: string, pattern: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/**
 * Every Set-Cookie text that might be the one that made the cookie: host only and each parent
 * domain, the path named and those of the page, partitioned or not. A browser ignores those that
 * name a registry's domain.
 */
export function removals(
  { name, path = "/", domain }: Pick<NoticeCookie, "name" | "path" | "domain">,
  host: string,
  page = "/",
): string[] {
  const labels = host.split(".");
  const parents = labels.slice(0, -1).map((_, i) => labels.slice(i).join("."));
  const domains = ["", ...new Set([...(domain ? [domain.replace(/^\./, "")] : []), ...parents])];
  return pathsOf(page, path).flatMap((at) =>
    domains.flatMap((parent) => {
      const removal = `${name}=; Max-Age=0; Path=${at}${parent && `; Domain=${parent}`}`;
      return [removal, `${removal}; Secure`, `${removal}; Secure; SameSite=None; Partitioned`];
    }),
  );
}

// The path named, and every path whose cookies the page can see.
function pathsOf(page: string, named: string): string[] {
  const steps = page.split("/").filter(Boolean);
  const seen = steps.flatMap((_, i) => {
    const at = `/${steps.slice(0, i + 1).join("/")}`;
    return [at, `${at}/`];
  });
  return [...new Set([named, "/", ...seen])];
}

const namesPresent = () => document.cookie.split(/; */).map((pair) => pair.split("=")[0]!);

const warned = new Set<string>();

/** Removes them and looks whether they are gone; says which are not. */
export function removeLeft(named: NoticeCookie[]): void {
  for (const one of named) {
    try {
      if (one.kind === "local_storage") removeKeys(localStorage, one.name);
      else if (one.kind === "session_storage") removeKeys(sessionStorage, one.name);
      else removeCookie(one);
    } catch {
      // What throws keeps nothing either.
    }
  }
}

function removeCookie(cookie: NoticeCookie): void {
  const named = new Set(namesPresent().filter((present) => isNamed(present, cookie.name)));
  // Of a path that this page cannot see, perhaps: nothing tells whether it is there.
  if (cookie.path) named.add(cookie.name);
  for (const name of named) {
    for (const removal of removals({ ...cookie, name }, location.hostname, location.pathname)) {
      document.cookie = removal;
    }
    if (!namesPresent().includes(name) || warned.has(name)) continue;
    warned.add(name);
    console.warn(
      `consent: the cookie "${name}" could not be removed: the policy has to name its path and ` +
        "domain",
    );
  }
}

function removeKeys(storage: Storage, pattern: string): void {
  for (const key of Object.keys(storage)) if (isNamed(key, pattern)) storage.removeItem(key);
}
