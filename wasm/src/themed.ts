// Whether the page's styles reach a layer: then theme.js has to measure what they made of it. A
// layer without a theme is what this package ships, and measured in its tests.

/** Of a layer in its place that does not move yet: a copy without part names stands in for it. */
export function isThemed(layer: HTMLElement): boolean {
  const bare = layer.cloneNode(true) as HTMLElement;
  const nodes = partsOf(bare);
  for (const node of nodes) node.removeAttribute("part");
  layer.replaceWith(bare);
  const plain = nodes.map(look).join();
  bare.replaceWith(layer);
  const named = getComputedStyle(layer).getPropertyValue("--dpc-themed");
  return !!named.trim() || partsOf(layer).map(look).join() !== plain;
}

const partsOf = (layer: Element) => [layer, ...layer.querySelectorAll("[part]")];

// What can weaken a choice without moving anything.
const looks = (
  "background color -webkit-text-fill-color direction filter opacity visibility clip-path " +
  "mask-image mix-blend-mode pointer-events text-indent backdrop-filter writing-mode font-size"
).split(" ");

function look(node: Element): string[] {
  const style = getComputedStyle(node);
  const values = looks.map((name) => style.getPropertyValue(name));
  const behind = ["::after", "::before"].map((name) => getComputedStyle(node, name).content);
  return [...values, ...behind, JSON.stringify(node.getBoundingClientRect())];
}
