// The link to the site's policy. It is the host's own child, shown through a slot: assistive tools
// that look for the page's first link, or judge a skip link by it, do not see into a shadow root.

import { element } from "./element";
import type { Notice } from "./notice";

/** The slot to place; `name` tells the layers apart. Empty when the site names no policy. */
export function policyLink(root: ShadowRoot, name: string, { text }: Notice): Node | string {
  removePolicyLink(root, name);
  if (!text.policy_url) return "";
  const label = text.policy_link ?? text.policy_url;
  root.host.append(element("a", { href: text.policy_url, slot: name }, label));
  return element("slot", { name });
}

export function removePolicyLink(root: ShadowRoot, name: string): void {
  root.host.querySelector(`[slot="${name}"]`)?.remove();
}
