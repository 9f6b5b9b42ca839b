// The site's styles may change how a layer looks, not how strong its choices are. What the visitor
// sees is measured; styles that fail are not used, and the console says why.

import type { OwnSheet } from "./element";
import { layers, measure, type Flaw } from "./fairness";

export interface ThemeModule {
  checkTheme: typeof checkTheme;
}

// Of no specificity: every rule of ours comes before it.
const everything = ":where(.card,.card *,dialog,dialog *)";
const corrections = new WeakMap<ShadowRoot, CSSStyleSheet>();
const said = new WeakSet<Element>();

/** Measures the layers of `root` as they are now, and takes the site's styles away if they fail. */
export async function checkTheme(root: ShadowRoot): Promise<void> {
  watch(root);
  await standing(root);
  const shown = [...root.querySelectorAll<HTMLElement>(layers)];
  if (!shown.length || !root.host.isConnected) return;
  // Nothing is measured on its way from one value to another.
  correct(root, `${everything}{transition:none!important}`);
  const weak = shown.filter((layer) => {
    const flaws = measure(layer);
    if (flaws.length) report(layer, flaws);
    return flaws.length;
  });
  if (!weak.length) return correct(root, "");
  // Parts first: a site keeps its colours when they are not what is wrong.
  correct(root, hardened(root, true));
  if (shown.some((layer) => measure(layer).length)) correct(root, hardened(root, false));
}

// Once for a layer: measured again, under the pointer or in another scheme, it is the same theme.
function report(layer: Element, flaws: Flaw[]): void {
  if (said.has(layer)) return;
  said.add(layer);
  const lines = flaws.map(
    ({ where, property, found, needed }) => `${where}: ${property} is ${found}, needed: ${needed}`,
  );
  console.error(
    "consent: the page's styles weaken a choice and are not used where they do: " +
      `${[...new Set(lines)].join("; ")}. ` +
      "Change the --consent-* properties or ::part() rules.",
  );
}

// While a layer rises it is neither where nor what it will be; one that never comes to rest is not
// awaited.
function standing(root: ShadowRoot): Promise<unknown> {
  const arrivals = root.getAnimations().map((moving) => {
    const end = moving.effect!.getComputedTiming().endTime as number;
    return end < 500 && moving.playState === "running" && moving.finished;
  });
  return Promise.allSettled(arrivals);
}

const watched = new WeakSet<ShadowRoot>();

// A page may change its theme: by the system's scheme, or by a word on its root.
function watch(root: ShadowRoot): void {
  if (watched.has(root)) return;
  watched.add(root);
  const again = () => void checkTheme(root);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  const options = { attributes: true, attributeFilter: ["class", "style", "data-theme"] };
  const observer = new MutationObserver(again);
  for (const node of [document.documentElement, document.body]) observer.observe(node, options);
}

function correct(root: ShadowRoot, css: string): void {
  let sheet = corrections.get(root);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    corrections.set(root, sheet);
  }
  sheet.replaceSync(css);
  const others = root.adoptedStyleSheets.filter((one) => one !== sheet);
  root.adoptedStyleSheets = [...others, sheet];
}

// The banner's own styles again, each declaration important: inside a shadow root that beats
// whatever the page says, also what the page calls important.
function hardened(root: ShadowRoot, keepsColours: boolean): string {
  const own = root.adoptedStyleSheets
    .map((sheet: OwnSheet) => sheet.consent ?? "")
    .join("")
    .replace(/!important/g, "");
  const coloured = keepsColours
    ? own
    : own.replace(/var\(--consent-(?!font)[\w-]+,([^()]*)\)/g, "$1");
  return (
    `${everything},${everything}::before,${everything}::after{all:revert!important}` +
    `[part]{direction:inherit!important}` +
    coloured.replace(/([\w-]+:[^;{}]+)(?=[;}])/g, "$1!important")
  );
}
