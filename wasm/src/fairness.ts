// How strong the choices of a layer are as the visitor sees them: visible, readable, large enough,
// alike, side by side.

import { contrast, opaque, parseColour, type Colour } from "./contrast";

export interface Flaw {
  /** The part it was measured on, or the choice. */
  where: string;
  /** The property that a site can change. */
  property: string;
  found: string;
  needed: string;
}

const leastContrast = 4.5;
const leastFontPx = 12;
const leastTargetPx = 44;
const farthestApartPx = 32;

// What a layer, its rows and its choices never need: each could hide or weaken one of them.
const neutral: Record<string, string> = {
  visibility: "visible",
  opacity: "1",
  filter: "none",
  "backdrop-filter": "none",
  "clip-path": "none",
  "mask-image": "none",
  "mix-blend-mode": "normal",
  "background-image": "none",
  "background-clip": "border-box",
  transform: "none",
  translate: "none",
  scale: "none",
  rotate: "none",
  "text-indent": "0px",
  "pointer-events": "auto",
  "writing-mode": "horizontal-tb",
};

// In these the choices of a layer have to be the same.
const shared = [
  ...["color", "background-color", "font-size", "font-weight", "font-family", "font-style"],
  ...["text-transform", "text-decoration-line", "text-shadow", "letter-spacing", "cursor"],
  ...["border-top-width", "border-top-style", "border-top-color", "border-top-left-radius"],
  ...["box-shadow", "outline-style", "height", "width"],
];

// A dialog that is closed, and on its way out, shows nothing.
export const layers = ".card,dialog[open]";

/** What is wrong with a layer as it is now. */
export function measure(layer: HTMLElement): Flaw[] {
  const inside = (selector: string) => [...layer.querySelectorAll<HTMLElement>(selector)];
  const choices = inside(".actions button");
  const texts = inside("h2,h3,p,summary,dt,dd,th,td").filter((node) => node.offsetHeight);
  return [
    ...[layer, ...inside("[part]:not(.head *)")].flatMap((node) => plainFlaws(node, layer)),
    ...[...texts, ...choices].flatMap((node) => textFlaws(node, layer)),
    ...choices.flatMap((choice) => sizeFlaws(choice, layer)),
    ...placeFlaws(layer),
    ...differences(choices),
  ];
}

function nameOf(node: HTMLElement): string {
  const { action } = node.dataset;
  const named = node.closest<HTMLElement>("[part]")!;
  const inside = node === named ? "" : `${node.localName} in `;
  return action ?? `${inside}::part(${named.part})`;
}

function plainFlaws(node: HTMLElement, layer: HTMLElement): Flaw[] {
  const style = getComputedStyle(node);
  const where = nameOf(node);
  const needs = {
    ...neutral,
    // Turned round, a switch that is off looks as if it were on.
    direction: getComputedStyle((node.getRootNode() as ShadowRoot).host).direction,
    ...(node !== layer && { "overflow-x": "visible", "overflow-y": "visible" }),
  };
  if (!node.getClientRects().length) {
    const found = style.display === "none" ? "none" : "of no size";
    return [{ where, property: "display", found, needed: "a visible element" }];
  }
  const flaws = Object.entries(needs)
    .map(([property, needed]) => {
      return { where, property, found: style.getPropertyValue(property), needed };
    })
    .filter(({ found, needed }) => found && found !== needed);
  for (const pseudo of ["::before", "::after"]) {
    const found = getComputedStyle(node, pseudo).content;
    if (!/^(none|normal|)$/.test(found)) {
      flaws.push({ where: where + pseudo, property: "content", found, needed: "none" });
    }
  }
  return flaws;
}

function textFlaws(node: HTMLElement, layer: HTMLElement): Flaw[] {
  const style = getComputedStyle(node);
  const where = nameOf(node);
  const flaws: Flaw[] = [];
  if (parseFloat(style.fontSize) < leastFontPx) {
    const needed = `${leastFontPx}px or more`;
    flaws.push({ where, property: "font-size", found: style.fontSize, needed });
  }
  // There the visitor's own colours are used, and no others.
  if (matchMedia("(forced-colors: active)").matches) return flaws;
  const fill = style.getPropertyValue("-webkit-text-fill-color") || style.color;
  const paint = backgroundOf(node, layer);
  const ink = plainColour(fill, node);
  const ratio = paint && ink ? contrast(opaque(ink, paint), paint) : 0;
  if (ratio < leastContrast) {
    const found = `${ratio.toFixed(1)}:1 (${fill} on ${style.backgroundColor})`;
    flaws.push({ where, property: "color contrast", found, needed: `${leastContrast}:1 or more` });
  }
  return flaws;
}

// What lies behind a text, down to the layer; undefined when the page shines through.
function backgroundOf(node: HTMLElement, layer: HTMLElement): Colour | undefined {
  const own = plainColour(getComputedStyle(node).backgroundColor, node);
  if (!own) return undefined;
  if (own.alpha === 1) return own;
  const behind = node === layer ? undefined : backgroundOf(node.parentElement!, layer);
  return behind && opaque(own, behind);
}

// A colour of any notation: the browser itself turns it into red, green and blue.
function plainColour(text: string, beside: Element): Colour | undefined {
  const known = parseColour(text);
  if (known) return known;
  const probe = document.createElement("i");
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`i.probe{color:color-mix(in srgb,${text},${text})!important}`);
    probe.className = "probe";
    const root = beside.getRootNode() as ShadowRoot;
    const before = root.adoptedStyleSheets;
    root.adoptedStyleSheets = [...before, sheet];
    root.append(probe);
    const mixed = getComputedStyle(probe).color;
    probe.remove();
    root.adoptedStyleSheets = before;
    return parseColour(mixed);
  } catch {
    return undefined;
  }
}

function sizeFlaws(choice: HTMLElement, layer: HTMLElement): Flaw[] {
  const where = nameOf(choice);
  const { width, height, left, right } = choice.getBoundingClientRect();
  if (!width) return [];
  const flaws: Flaw[] = [];
  if (Math.min(width, height) < leastTargetPx - 0.5) {
    const found = `${Math.round(width)} x ${Math.round(height)} px`;
    flaws.push({ where, property: "size", found, needed: `${leastTargetPx} px or more` });
  }
  const row = choice.parentElement!.getBoundingClientRect();
  const outer = layer.getBoundingClientRect();
  const [from, to] = [Math.max(row.left, outer.left), Math.min(row.right, outer.right)];
  if (left < from - 1 || right > to + 1) {
    flaws.push({ where, property: "width", found: "cut off", needed: "inside the layer" });
  }
  return flaws;
}

function placeFlaws(layer: HTMLElement): Flaw[] {
  const { left, right, top, bottom } = layer.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const inside = left >= -1 && top >= -1 && right <= width + 1 && bottom <= innerHeight + 1;
  if (inside || right === left) return [];
  const where = nameOf(layer);
  return [{ where, property: "inset", found: "outside", needed: "inside the window" }];
}

function differences(choices: HTMLElement[]): Flaw[] {
  const flaws: Flaw[] = [];
  const resting = choices.filter((choice) => !choice.matches(":hover,:focus,:active"));
  const [first, ...others] = resting;
  for (const other of others) {
    const [a, b] = [getComputedStyle(first!), getComputedStyle(other)];
    for (const property of shared) {
      const [needed, found] = [a.getPropertyValue(property), b.getPropertyValue(property)];
      const apart = Math.abs(parseFloat(needed) - parseFloat(found));
      const same = /^(width|height)$/.test(property) ? apart <= 1 : needed === found;
      if (!same) {
        const like = `as ${nameOf(first!)}: ${needed}`;
        flaws.push({ where: nameOf(other), property, found, needed: like });
      }
    }
  }
  const [accept, refuse] = choices;
  if (refuse?.dataset.action === "reject_all" || refuse?.dataset.action === "withdraw") {
    const gap = distance(accept!.getBoundingClientRect(), refuse.getBoundingClientRect());
    if (gap > farthestApartPx) {
      const found = `${Math.round(gap)} px away from ${nameOf(accept!)}`;
      flaws.push({ where: nameOf(refuse), property: "gap", found, needed: "next to it" });
    }
  }
  return flaws;
}

function distance(a: DOMRect, b: DOMRect): number {
  const across = Math.max(0, a.left - b.right, b.left - a.right);
  const down = Math.max(0, a.top - b.bottom, b.top - a.bottom);
  return Math.hypot(across, down);
}
