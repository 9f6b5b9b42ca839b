// The standing button that opens the preferences again, for sites that want one beside their own
// links. Loaded only where it is wanted, and not before the first layer has gone.

import { adoptStyles, element } from "./element";
import type { Looks } from "./looks";
import type { Notice } from "./notice";
import styles from "./reopen.css";
import type { ViewActions } from "./view";

export interface ReopenModule {
  stand: typeof stand;
}

/** [direction, label] by language. The build takes them out of the translations. */
declare const REOPEN_WORDS: Record<string, [string, string]>;

const sides = ["start", "end"];

/** Returns the button. A notice has the site's own word for it; without one ours is used. */
export function stand(
  root: ShadowRoot,
  base: string,
  { reopen, language: asked }: Looks & { language?: string },
  actions: ViewActions,
  notice?: Notice,
): HTMLElement {
  const standing = root.querySelector<HTMLElement>(".reopen");
  if (standing) return standing;
  const side: string = reopen || "start";
  if (!sides.includes(side)) {
    const names = sides.join(", ");
    console.error(`consent: data-reopen="${side}" is none of ${names}; it is at the start`);
  }
  adoptStyles(root, styles, `${base}reopen.css`);
  const languages = asked?.split(",") ?? navigator.languages;
  const language = notice?.notice.language ?? spoken(languages, REOPEN_WORDS);
  const [direction, word] = REOPEN_WORDS[language] ?? REOPEN_WORDS.en!;
  const label = notice?.text.reopen ?? word;
  const button = element(
    "button",
    { type: "button", class: "reopen", part: "reopen", "data-action": "reopen", title: label },
    icon(),
    element("span", { class: "label" }, label),
  );
  button.classList.toggle("end", side === "end");
  button.lang = language;
  button.dir = direction;
  button.addEventListener("click", () => actions.open());
  root.append(button);
  // In a body with a transform or a filter nothing is fixed to the window.
  if (button.offsetParent) document.body.before(root.host);
  return button;
}

/** The first of `wanted` that there are words for (RFC 4647 lookup, by script where it tells). */
export function spoken(wanted: readonly string[], words: Record<string, unknown>): string {
  for (const tag of wanted) {
    for (const candidate of widened(tag)) if (candidate in words) return candidate;
  }
  return "en";
}

function widened(tag: string): string[] {
  try {
    const { language, script, region } = new Intl.Locale(tag).maximize();
    const written = language === "no" ? "nb" : language;
    return [`${written}-${region}`, `${written}-${script}`, written];
  } catch {
    return [];
  }
}

// Two sliders: what is on, and what is off.
function icon(): Element {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  const knobs = ["M16 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z", "M8 13a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z"];
  line.setAttribute("d", `M3 8h10m6 0h2M3 16h2m6 0h10${knobs.join("")}`);
  drawing.append(line);
  return drawing;
}
