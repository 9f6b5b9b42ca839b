// Holds back what needs consent: <script type="text/plain" data-consent="analytics"> and elements
// with data-consent-src or data-consent-srcset. Released in document order, now and whenever
// something is inserted later. "analytics:matomo" names the service, too.
//
// A script is released by giving its own element its type back and inserting it again: it has not
// run before, so the browser runs it, and no text is handed to a Trusted Types sink. Then the type
// that waits is put back, which stops nothing: what a router keeps of the page, copies, or compares
// with the next page never is a script that would run without being asked.

import { purposeNames, type Purpose, type ServiceName } from "./names";
import type { Notice } from "./notice";

const gatedScripts = 'script[type="text/plain"][data-consent]';
const gatedSources = "[data-consent]:is([data-consent-src],[data-consent-srcset])";
// A page may give an element another address as long as it stands there.
const attributeFilter = ["data-consent", "data-consent-src", "data-consent-srcset"];
// Turbo shows a page as it was when the visitor left it until the new one is there.
const preview = "[data-turbo-preview]";
// Turbo says what it will show, a page from its cache perhaps, before it does.
const beforeShown = ["turbo:before-render", "turbo:before-frame-render"];

export interface GateSurroundings {
  allows(name: Purpose | ServiceName): boolean;
  /** As soon as there is one: a service that it does not name may not run. */
  notice(): Notice | undefined;
  /** Told when a script has run that may no longer: consent ended while it was loading. */
  overtaken(): void;
  /** Told of every frame that is held back or shown. */
  frame(frame: HTMLIFrameElement, open: boolean): void;
}

type ShownEvent = CustomEvent<{ newBody?: ParentNode; newFrame?: ParentNode }>;

export class Gate {
  private readonly queued = new WeakSet<Element>();
  private readonly complained = new WeakSet<Element>();
  private readonly ran = new Set<string>();
  private chain: Promise<void> = Promise.resolve();

  constructor(private readonly around: GateSurroundings) {
    for (const name of beforeShown) {
      document.addEventListener(name, (event) => {
        const { newBody, newFrame } = (event as ShownEvent).detail;
        for (const element of sourcesIn(newBody ?? newFrame!)) this.give(element);
      });
    }
    const observer = new MutationObserver(() => this.release());
    observer.observe(document, { subtree: true, attributeFilter });
  }

  /** Releases what may run now; to be called again after every change of the document. */
  release(): void {
    const waiting = [...document.querySelectorAll<HTMLScriptElement>(gatedScripts)].filter(
      (script) => !this.queued.has(script) && !script.closest(preview) && this.open(script),
    );
    // As in a page that is read: those that wait for its end come behind the others.
    for (const late of [false, true]) {
      for (const script of waiting.filter((one) => isDeferred(one) === late)) {
        this.queued.add(script);
        this.chain = this.chain.then(() => this.run(script));
      }
    }
    for (const element of sourcesIn(document)) this.source(element);
  }

  private open(element: HTMLElement): boolean {
    const [purpose, service] = element.dataset.consent!.split(":");
    const complaint = this.complaint(purpose!, service);
    if (!complaint) return this.around.allows(element.dataset.consent as Purpose);
    if (!this.complained.has(element)) {
      console.error(`consent: data-consent="${element.dataset.consent}" ${complaint}`, element);
    }
    this.complained.add(element);
    return false;
  }

  private complaint(purpose: string, service: string | undefined): string | undefined {
    if (!(purposeNames as readonly string[]).includes(purpose)) {
      return `names no purpose (${purposeNames.join(", ")}); it will not load`;
    }
    const listed = this.around.notice()?.purposes.find(({ id }) => id === purpose)?.services;
    if (!service || !listed || listed.some(({ id }) => id === service)) return undefined;
    const ids = listed.map(({ id }) => id).join(", ");
    return `names no service of this purpose in the site's policy (${ids}); it will not load`;
  }

  // Settles when the next script may run: at once, or after loading where order is promised. The
  // browser itself keeps those in order that come late. Those that it does not take up, such as a
  // copy of one that has run, tell nothing.
  private run(script: HTMLScriptElement): Promise<void> {
    if (!script.isConnected || !this.open(script)) {
      this.queued.delete(script);
      return Promise.resolve();
    }
    // Astro marks what an earlier page had, too: such a script runs once.
    const { type: held, src } = script;
    const what = src || script.text;
    const again = this.ran.has(what);
    if (again && script.hasAttribute("data-astro-exec")) return Promise.resolve();
    this.ran.add(what);
    const type = (script.type = script.dataset.consentType ?? "text/javascript");
    const independent = (script.async = isIndependent(script));
    const ignored = again || script.noModule || !/javascript/.test(type);
    const loaded = new Promise<void>((resolve) => {
      script.addEventListener("error", () => resolve(), { once: true });
      script.addEventListener("load", () => {
        if (!this.open(script)) this.around.overtaken();
        resolve();
      });
      if (!src || independent || ignored || isDeferred(script)) resolve();
    });
    const { parentNode, nextSibling } = script;
    script.remove();
    // In a page that has been read, what is written would take the place of the whole page.
    const { write, writeln } = document;
    const ignore = () => console.warn("consent: a script that was held back writes nothing");
    Object.assign(document, { write: ignore, writeln: ignore });
    parentNode!.insertBefore(script, nextSibling);
    Object.assign(document, { write, writeln });
    script.type = held;
    return loaded;
  }

  private give(element: HTMLElement): boolean {
    const { consentSrc, consentSrcset } = element.dataset;
    const open = this.open(element);
    give(element, "srcset", open ? consentSrcset : undefined);
    give(element, sourceAttribute(element), open ? consentSrc : undefined);
    return open;
  }

  private source(element: HTMLElement): void {
    const had = element.hasAttribute("src");
    const open = this.give(element);
    if (!(element instanceof HTMLIFrameElement)) return;
    // Taking the address away leaves what is shown; taking the frame away ends it.
    if (had && !open) element.parentNode!.insertBefore(element, element.nextSibling);
    this.around.frame(element, open);
  }
}

function sourcesIn(root: ParentNode): NodeListOf<HTMLElement> {
  return root.querySelectorAll<HTMLElement>(gatedSources);
}

function isDeferred(script: HTMLScriptElement): boolean {
  const { consentType } = script.dataset;
  const waits = consentType === "module" || (script.defer && script.src !== "");
  return waits && !isIndependent(script);
}

function isIndependent(script: HTMLScriptElement): boolean {
  return script.hasAttribute("async");
}

function sourceAttribute({ tagName }: Element): string {
  return { A: "href", LINK: "href", OBJECT: "data" }[tagName] ?? "src";
}

function give(element: Element, attribute: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(attribute);
  else if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}
