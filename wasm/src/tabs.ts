// A refusal reaches the other tabs at once, also where there is no storage whose events would tell
// them. What is told is only that something has changed; each tab reads for itself what.

const name = "dp_consent";

export function tellTabs(): void {
  if (!globalThis.BroadcastChannel) return;
  const channel = new BroadcastChannel(name);
  channel.postMessage(0);
  channel.close();
}

export function whenTold(run: () => void): void {
  if (globalThis.BroadcastChannel) new BroadcastChannel(name).onmessage = run;
}
