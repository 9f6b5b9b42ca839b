// The text of an inline script in front of banner.js: it asks at once for what a visitor without a
// choice will need. `data-early` names the addresses; the text, and so its hash, is every site's.

const asked = document.currentScript!.dataset.early!;
// A consent cookie, or a refusal on its way: nothing of this is needed.
if (!/dp_consent/.test(document.cookie)) {
  const early: Record<string, Promise<Response>> = {};
  window.consentEarly = early;
  for (const address of asked.split(" ")) {
    const answer = fetch(address);
    early[new URL(address, document.baseURI).href] = answer;
    // Whoever takes it hears of the failure.
    answer.catch(() => {});
  }
}
