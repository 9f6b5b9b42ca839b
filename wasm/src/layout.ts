// Where the first layer stands when it is not the box at the bottom. Loaded only where a site wants
// it elsewhere. Its content, and what is equal in it, stays what it is everywhere.

import { adoptStyles } from "./element";
import styles from "./layout.css";
import type { Looks } from "./looks";

export interface LayoutModule {
  arrange: typeof arrange;
}

const edges = ["bottom", "top"];
const corners = edges.flatMap((edge) => [edge, `${edge}-start`, `${edge}-end`]);
const positions: Record<string, string[]> = { box: corners, bar: edges, center: ["center"] };

const styled = new WeakSet<ShadowRoot>();
const complained = new Set<string>();

function complain(what: string): void {
  if (!complained.has(what)) console.error(`consent: ${what}`);
  complained.add(what);
}

// What the site asks for, as classes of the layer; what it misspells is the default.
function classesOf({ layout = "box", position }: Looks): string[] {
  let possible = positions[layout];
  if (!possible) {
    const names = Object.keys(positions).join(", ");
    complain(`data-layout="${layout}" is none of ${names}; the box is shown`);
    possible = corners;
  }
  if (position && !possible.includes(position)) {
    const names = possible.join(", ");
    complain(`data-position="${position}" is none of ${names}; the default is shown`);
  }
  const [first] = possible;
  const usual = possible === corners ? "bottom-start" : first!;
  const place = position && possible.includes(position) ? position : usual;
  const [edge, side = possible === corners ? "middle" : ""] = place.split("-");
  return [layout, edge!, side].filter(Boolean);
}

/** `keepRoom` is called when the layer covers the end of the page. */
export function arrange(
  root: ShadowRoot,
  base: string,
  card: HTMLElement,
  looks: Looks,
  keepRoom: () => void,
): void {
  if (!styled.has(root)) adoptStyles(root, styles, `${base}layout.css`);
  styled.add(root);
  const classes = classesOf(looks);
  // A line of news is no question: it keeps to a corner.
  if (!card.matches(".slim") || looks.layout === "box") card.classList.add(...classes);
  if (card.matches(".top,.center")) makeWay(root.host, card, keepRoom);
  else keepRoom();
}

// Above, or in the middle, nothing can be scrolled out from under the layer. When the focus reaches
// something it covers, it goes to the bottom, where there is room for it.
function makeWay(host: Element, card: HTMLElement, keepRoom: () => void): void {
  const moved = ({ target }: Event) => {
    if (card.isConnected && (target === host || !overlap(target as Element, card))) return;
    document.removeEventListener("focusin", moved);
    card.classList.remove("top", "center");
    if (card.isConnected) keepRoom();
  };
  document.addEventListener("focusin", moved);
}

function overlap(one: Element, other: Element): boolean {
  const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
