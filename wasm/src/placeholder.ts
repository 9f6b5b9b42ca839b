// What stands in the place of a frame that is held back: what it is, what it is for, and a button
// that allows the purpose and shows it. Loaded only where a page has such a frame.

import type { Consent } from "./consent";
import { adoptStyles, control, element } from "./element";
import type { Granted, OptionalPurpose, Purpose, ServiceName } from "./names";
import type { Notice } from "./notice";
import styles from "./placeholder.css";
import { allowWords } from "./placeholder_words";

export interface PlaceholderModule {
  hold: typeof hold;
}

const hostName = "dialphone-consent-frame";
const placeholders = new Map<HTMLIFrameElement, HTMLElement>();
const returns = new WeakMap<HTMLElement, number>();
const returnsMost = 99;

// A page that takes a frame away does not know of what stood before it.
new MutationObserver(() => {
  for (const [frame, host] of placeholders) if (!frame.isConnected) forget(frame, host);
}).observe(document, { childList: true, subtree: true });

function forget(frame: HTMLIFrameElement, host: HTMLElement): void {
  host.remove();
  placeholders.delete(frame);
}

/** Puts a placeholder before a frame, or takes it away once the frame may load. */
export function hold(
  frame: HTMLIFrameElement,
  consent: Consent,
  base: string,
): void {
  const standing = placeholders.get(frame);
  const before = frame.previousElementSibling;
  if (before?.localName === hostName && before !== standing) {
    // A copy of the page as it was, out of a router's cache.
    before.remove();
    frame.hidden = false;
  }
  const name = frame.dataset.consent as Purpose | ServiceName;
  if (consent.allows(name)) {
    if (!standing) return;
    const focused = standing.contains(document.activeElement);
    forget(frame, standing);
    frame.hidden = false;
    if (focused) frame.focus();
    return;
  }
  // A router may have moved the frame without what stood before it.
  if (standing && frame.previousSibling === standing) return;
  const host = standing ?? element(hostName as "div");
  // A page that takes it away each time gets its way.
  const times = returns.get(host) ?? 0;
  returns.set(host, times + 1);
  if (times > returnsMost) return;
  const room = roomOf(frame);
  placeholders.set(frame, host);
  frame.before(host);
  frame.hidden = true;
  if (!standing) {
    void consent.loadNotice().then(
      (notice) => fill(host, frame, name, consent, notice, base, room),
      () => host.append(link(frame)),
    );
  }
}

// Without a notice there are no words: the address itself, by the frame's own title.
function link(frame: HTMLIFrameElement): HTMLElement {
  const address = frame.dataset.consentSrc ?? "";
  return element("a", { href: address, rel: "noreferrer" }, frame.title || address);
}

function fill(
  host: HTMLElement,
  frame: HTMLIFrameElement,
  wanted: Purpose | ServiceName,
  consent: Consent,
  notice: Notice,
  base: string,
  room: string,
): void {
  const { language } = notice.notice;
  const purpose = wanted.split(":")[0] as Purpose;
  const { name, description } = notice.purposes.find(({ id }) => id === purpose) ?? {};
  if (!name) return;
  const root = host.attachShadow({ mode: "open" });
  adoptStyles(root, styles, `${base}placeholder.css`);
  host.lang = language;
  host.dir = notice.text.dir ?? "ltr";
  const words = frame.dataset.consentLabel ?? allowWords[language] ?? allowWords.en!;
  const allow = control("allow", words.replace("{purpose}", name), () => {
    void consent.save(withName(consent, notice, wanted));
  });
  const settings = control("settings", notice.text.settings, () => void consent.open());
  // Under a signal that turns the purpose off no click could turn it on.
  const signalled = consent.state().decisions[purpose].reason === "gpc";
  root.append(
    element(
      "div",
      { class: "inside", role: "group", part: "placeholder", "aria-label": frame.title || name },
      frame.title ? element("p", { class: "title" }, frame.title) : "",
      element("p", {}, (signalled ? notice.text.gpc_honoured : description) ?? ""),
      element("div", { class: "actions" }, signalled ? "" : allow, settings),
    ),
  );
  keepRoom(root, room);
}

// What holds, and the wanted: a frame that names a service allows that one of its purpose only.
function withName(consent: Consent, notice: Notice, wanted: Purpose | ServiceName): Granted {
  const granted: Granted = {};
  for (const { id, required, services } of notice.purposes) {
    if (required) continue;
    const purpose = id as OptionalPurpose;
    granted[purpose] = wanted.split(":")[0] === id || consent.allows(id);
    if (wanted === id) continue;
    for (const service of services) {
      const name: ServiceName = `${purpose}:${service.id}`;
      granted[name] = wanted === name || consent.allows(name);
    }
  }
  return granted;
}

// In its place, and as wide and high as the frame stands there or, where the page does not show it
// yet, says it will be: nothing moves when it comes.
function roomOf(frame: HTMLIFrameElement): string {
  // One that fills its surroundings, which keep a ratio of their own.
  if (/absolute|fixed/.test(getComputedStyle(frame).position)) return "position:absolute;inset:0";
  const { offsetWidth, offsetHeight, parentElement, width, height } = frame;
  const { paddingLeft, paddingRight } = getComputedStyle(parentElement!);
  const all = parentElement!.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  const size = (shown: number, value: string, otherwise: string) =>
    shown ? `${shown}px` : /^\d+%?$/.test(value) ? value.replace(/\d$/, "$&px") : otherwise;
  const inline = offsetWidth && offsetWidth >= all ? "100%" : size(offsetWidth, width, "300px");
  return `inline-size:${inline};min-block-size:${size(offsetHeight, height, "150px")}`;
}

function keepRoom(root: ShadowRoot, room: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`:host{${room}}`);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    // An old browser: as high as its words.
  }
}
