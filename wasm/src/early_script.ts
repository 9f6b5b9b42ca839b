// The text of an inline script in front of banner.js: it asks at once for the notice that a visitor
// without a choice will need. `data-early` is its address; the text, and so its hash, is every
// site's.

const address = document.currentScript!.dataset.early!;
// A consent cookie, or a refusal on its way: it is not needed.
if (!/dp_consent/.test(document.cookie)) {
  const answer = fetch(address);
  window.consentEarly = { [new URL(address, document.baseURI).href]: answer };
  // Whoever takes it hears of the failure.
  answer.catch(() => {});
}
