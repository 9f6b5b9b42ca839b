// Elements without markup text: nothing here can violate a Content-Security-Policy or Trusted
// Types.

export type Attributes = Record<string, string | boolean | undefined>;

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string | undefined)[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value) node.setAttribute(name, value as string);
  }
  node.append(...children.map((child) => child ?? ""));
  return node;
}

/** What a visitor presses in a layer: the same element and part, whatever it does. */
export function control(
  action: string,
  label: string | undefined,
  run: () => void,
): HTMLButtonElement {
  const node = element("button", { type: "button", part: "button", "data-action": action }, label);
  node.addEventListener("click", run);
  return node;
}

/** A sheet of ours carries its text: the scripts that are loaded later find it there. */
export interface OwnSheet extends CSSStyleSheet {
  consent?: string;
}

/**
 * Puts styles into a shadow root; where the browser cannot adopt a sheet, by a link to the same
 * file.
 */
export function adoptStyles(root: ShadowRoot, css: string, url: string): void {
  try {
    const sheet: OwnSheet = new CSSStyleSheet();
    sheet.replaceSync((sheet.consent = css));
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    root.append(element("link", { rel: "stylesheet", href: url }));
  }
}
