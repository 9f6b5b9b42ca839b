// What the page's inline script has asked for already (early_script.ts) is not asked for again.

declare global {
  var consentEarly: Record<string, Promise<Response>> | undefined;
}

/** Each early answer is taken once. `url` is absolute. */
export function fetchOnce(url: string): Promise<Response> {
  const early = globalThis.consentEarly ?? {};
  const answer = early[url];
  delete early[url];
  return answer ?? fetch(url);
}
