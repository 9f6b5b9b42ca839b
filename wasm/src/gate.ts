// Holds back what needs consent: <script type="text/plain" data-consent="analytics"> and elements
// with data-consent-src. Released in document order, now and whenever something is inserted later.
//
// A script is released by giving its own element its type back and inserting it again: it has not
// run before, so the browser runs it, and no text is handed to a Trusted Types sink.

import type { Purpose } from "./names";

const gatedScripts = 'script[type="text/plain"][data-consent]';
const gatedSources = "[data-consent][data-consent-src]";

export class Gate {
  private readonly queued = new WeakSet<Element>();
  private chain: Promise<void> = Promise.resolve();

  /**
   * `late` is told when a script has run that may no longer: consent ended while it was loading.
   */
  constructor(
    private readonly allows: (purpose: Purpose) => boolean,
    private readonly late: () => void,
  ) {}

  /** Releases what may run now; to be called again after every change of the document. */
  release(): void {
    for (const script of document.querySelectorAll<HTMLScriptElement>(gatedScripts)) {
      if (this.queued.has(script) || !this.open(script)) continue;
      this.queued.add(script);
      this.chain = this.chain.then(() => this.run(script));
    }
    for (const element of document.querySelectorAll<HTMLElement>(gatedSources))
      this.source(element);
  }

  private open(element: HTMLElement): boolean {
    return this.allows(element.dataset.consent!.split(":")[0] as Purpose);
  }

  // Settles when the next script may run: at once, or after loading where order is promised.
  private run(script: HTMLScriptElement): Promise<void> {
    if (!script.isConnected || !this.open(script)) {
      this.queued.delete(script);
      return Promise.resolve();
    }
    const type = script.dataset.consentType;
    if (type) script.type = type;
    else script.removeAttribute("type");
    const independent = script.async && script.hasAttribute("async");
    script.async = independent;
    const loads = script.src !== "" || type === "module";
    const loaded = new Promise<void>((resolve) => {
      script.addEventListener("error", () => resolve(), { once: true });
      script.addEventListener("load", () => {
        if (!this.open(script)) this.late();
        resolve();
      });
      if (independent || !loads) resolve();
    });
    const { parentNode, nextSibling } = script;
    script.remove();
    parentNode!.insertBefore(script, nextSibling);
    return loaded;
  }

  private source(element: HTMLElement): void {
    const source = element.dataset.consentSrc!;
    const attribute = element.tagName === "LINK" ? "href" : "src";
    if (!this.open(element)) element.removeAttribute(attribute);
    else if (element.getAttribute(attribute) !== source) element.setAttribute(attribute, source);
  }
}
