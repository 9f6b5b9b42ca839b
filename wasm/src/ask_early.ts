// What an inline script does first: the notice travels while everything else is still to come
// (early_fetch.ts takes the answer).

/** `address`: of the notice. Nothing is asked for where a choice is stored. */
export function askEarly(address: string | undefined): void {
  try {
    // A consent cookie, or a refusal on its way: it is not needed.
    if (!address || /dp_consent/.test(document.cookie)) return;
    const answer = fetch(address);
    window.consentEarly = { [new URL(address, document.baseURI).href]: answer };
    // Whoever takes it hears of the failure.
    answer.catch(() => {});
  } catch {
    // In a sandboxed frame cookies throw.
  }
}
