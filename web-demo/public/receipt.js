// Checks a receipt in the page: WebAssembly plans the proof, Web Crypto hashes and verifies.

import { checkReceipt, ProofPlans } from "/v1/receipt.mjs";

const form = document.getElementById("receipt-form");
const { receipt, key } = form.elements;
const outcome = document.getElementById("outcome");
const fetchButton = document.getElementById("fetch");

const say = (title, text, proven = []) => {
  document.getElementById("outcome-title").textContent = title;
  document.getElementById("outcome-text").textContent = text;
  const items = proven.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  });
  document.getElementById("outcome-proven").replaceChildren(...items);
  outcome.hidden = false;
  outcome.focus();
};

const described = ({ choices, time, site }) => {
  const said = Object.entries(choices).map(([purpose, choice]) => `${purpose} ${choice}`);
  return `On ${time.slice(0, 10)} at ${time.slice(11, 19)} UTC, on ${site}: ${said.join(", ")}.`;
};

async function check() {
  const plans = await ProofPlans.load("/v1/proof.wasm");
  const { proven, failure, record } = await checkReceipt(receipt.value, key.value, plans);
  if (record) say("The receipt holds", described(record), proven);
  else say("The receipt does not hold", `What failed: ${failure}.`, proven);
}

async function fetchOwn() {
  const answer = await fetch("/v1/me/receipt", { headers: { Accept: "application/json" } });
  if (answer.ok) {
    receipt.value = await answer.text();
    receipt.focus();
  } else if (answer.status === 401 || answer.status === 404) {
    say("There is no receipt for you", "Only a choice that allowed something leaves a record.");
  } else {
    say("The receipt could not be fetched", "The service does not answer. Try again later.");
  }
}

async function fetchKey() {
  const answer = await fetch("/v1/transparency/key");
  if (answer.ok && !key.value) key.value = (await answer.text()).trim();
}

const failed = () => say("This did not work", "The service or this browser cannot do it.");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  check().catch(failed);
});
fetchButton.addEventListener("click", () => void fetchOwn().catch(failed));
for (const button of form.querySelectorAll("button")) button.disabled = false;
await fetchKey().catch(() => {});
