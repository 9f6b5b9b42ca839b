// What the page's inline script has asked for already (early_script.ts) is not asked for again.

declare global {
  interface Window {
    consentEarly?: Record<string, Promise<Response>>;
  }
}

/** Each early answer is taken once. `url` is absolute. */
export function fetchOnce(url: string): Promise<Response> {
  const early = globalThis.window?.consentEarly ?? {};
  const answer = early[url];
  delete early[url];
  return answer ?? fetch(url);
}
