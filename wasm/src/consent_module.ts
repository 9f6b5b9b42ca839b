// consent.mjs: the public API. Importing it needs no window and does nothing; startConsent()
// begins.

import { Banner } from "./banner";
import { configurationFile, courierFile, tokenFile } from "./built_files";
import { wasm2jsFile, wasmFile } from "./built_files";
import type { ConfigurationModule } from "./configuration";
import { Consent, type ConsentState, type Surroundings } from "./consent";
import type { DecidingExports, PageExports } from "./core";
import { loadCore } from "./core_loader";
import type { TokenReader } from "./core_token";
import type { CourierModule } from "./courier";
import type { AnalyticsEvent } from "./events";
import { FollowUpLoader } from "./follow_up_loader";
import type { GppMode } from "./gpp";
import type { Layout, Looks, Position } from "./looks";
import type { Granted, OptionalPurpose, Purpose, ServiceName } from "./names";
import { fetchNotice } from "./notice";
import { areOptions } from "./options";
import { Outbox, outboxKey } from "./outbox";
import { smallCore } from "./small_core";
import type { ViewActions } from "./view";

export type { AnalyticsEvent, ConsentState, GppMode, Granted, Layout, OptionalPurpose };
export type { Position, Purpose, ServiceName };
export type { Choice, Choices, Reason } from "./names";

export interface ConsentOptions extends Looks {
  /** The site as the service knows it, e.g. "dialphone.com". */
  site: string;
  /** Where the service answers on this origin; "/v1/" when left out. */
  base?: string;
  /** Accept-Language syntax; the browser's own languages when left out. */
  language?: string;
  /** Installs `window.__gpp`: what the site says about selling and sharing personal data. */
  gpp?: GppMode;
}

export interface ConsentApi {
  /** Settles when it is known what may run, not when the visitor has chosen. Never rejects. */
  readonly ready: Promise<void>;
  /**
   * A single service ("analytics:matomo") may run when its purpose may and it was not switched off.
   * It is known a moment later than its purpose: `on("change")` tells.
   */
  allows(name: Purpose | ServiceName): boolean;
  state(): ConsentState;
  /** Opens the preferences. */
  open(): Promise<void>;
  accept(): Promise<void>;
  reject(): void;
  /** Purposes that are not named are denied; services that are not named go with their purpose. */
  save(granted: Granted): Promise<void>;
  withdraw(): void;
  /** Calls after every change of what holds; returns the way to stop it. */
  on(event: "change", listener: (state: ConsentState) => void): () => void;
  /**
   * Sends an analytics event when analytics may run; false, and nothing anywhere, when it may not.
   */
  track(event: AnalyticsEvent | AnalyticsEvent["type"]): boolean;
}

declare global {
  interface Window {
    consent?: ConsentApi;
  }
}

/**
 * Starts the one consent of a page, and leaves it as `window.consent`; what was started first
 * stays. `prefix`: how the options are written on the page, for what is said of a typo.
 */
export function startConsent(options: ConsentOptions, prefix = ""): ConsentApi {
  // An element with the id "consent" goes by that name, too.
  if (window.consent?.allows) return window.consent;
  const { site, base = "/v1/", language, gpp } = options;
  const root = new URL(base.replace(/\/?$/, "/"), location.href).href;
  // Whoever waits for it starts nothing where an option is wrong.
  const checked =
    !areOptions(options) &&
    import(root + configurationFile).then(({ check }: ConfigurationModule) =>
      check(options, prefix),
    );
  const secure = location.protocol === "https:";
  const cookieName = secure ? "__Host-dp_consent" : "dp_consent";
  const actions: ViewActions = {
    acceptAll: (layer) => void consent.accept(layer),
    rejectAll: (layer) => consent.reject(layer),
    save: (granted) => void consent.save(granted, "preferences"),
    withdraw: () => consent.withdraw("preferences"),
    open: () => void open(),
    prepare: () => void consent.prepare().catch(() => {}),
  };
  const banner = new Banner(root, actions, options);
  const followUp = new FollowUpLoader(root, site, () => consent);
  const around: Surroundings = {
    base: root,
    site,
    cookieName,
    loadCore: async (reads) => {
      await checked;
      const fallback = () => import(root + wasm2jsFile) as Promise<unknown>;
      if (!reads) {
        // In a task of its own, while the notice travels.
        await new Promise((resolve) => setTimeout(resolve));
        banner.furnish();
        return loadCore<DecidingExports>({ wasm: smallCore(), fallback });
      }
      const [core, reader] = await Promise.all([
        loadCore<PageExports>({ wasm: root + wasmFile, fallback }),
        import(root + tokenFile) as Promise<TokenReader>,
      ]);
      return { ...core, reader };
    },
    loadCourier: async () => {
      followUp.run();
      return ((await import(root + courierFile)) as CourierModule).Courier;
    },
    fetchNotice: async () => {
      await checked;
      return fetchNotice(root, site, language);
    },
    cookies,
    setCookie: (text) => {
      try {
        document.cookie = text + (secure ? "; Secure" : "");
      } catch {
        // As where cookies are off.
      }
      // Where writing is left to another process, reading waits for it.
      cookies();
    },
    gpc: () => (navigator as { globalPrivacyControl?: unknown }).globalPrivacyControl === true,
    dnt: () => navigator.doNotTrack === "1",
    random: (bytes) => crypto.getRandomValues(bytes),
    outbox: new Outbox(() => localStorage, cookies),
    view: banner,
    apply: () => followUp.apply(),
  };
  const consent = new Consent(around);
  // Without the dialog's own file there is still the same choice as a plain page.
  const open = () => consent.open().catch(() => location.assign(`${root}preferences`));
  new MutationObserver(() => {
    followUp.release();
    banner.keep();
  }).observe(document, { childList: true, subtree: true });
  listen(consent, open);
  void consent.ready.then(() => banner.stand());
  const made = (window.consent = api(consent, followUp, open));
  const runGpp = () => followUp.run((started) => void started.startGpp(gpp!, banner.root, made));
  if (gpp) void Promise.resolve(checked).then(runGpp, () => {});
  return made;
}

// In a sandboxed frame they throw.
function cookies(): string {
  try {
    return document.cookie;
  } catch {
    return "";
  }
}

function listen(consent: Consent, open: () => Promise<void>): void {
  addEventListener("storage", ({ key }) => key === outboxKey && consent.refresh());
  addEventListener("pageshow", ({ persisted }) => persisted && consent.refresh());
  addEventListener("online", () => consent.retry());
  addEventListener("visibilitychange", () => document.hidden || consent.refresh());
  document.addEventListener("click", (event) => {
    const opens = (node: EventTarget) => (node as Element).matches?.("[data-consent-open]");
    if (!event.composedPath().some(opens)) return;
    event.preventDefault();
    void open();
  });
}

function api(
  consent: Consent,
  followUp: FollowUpLoader,
  open: () => Promise<void>,
): ConsentApi {
  return {
    ready: consent.ready,
    allows: (name) => consent.allows(name),
    state: () => consent.state(),
    open,
    accept: () => consent.accept(),
    reject: () => consent.reject(),
    save: (granted) => consent.save(granted),
    withdraw: () => consent.withdraw(),
    on: (event, listener) => consent.on(event, listener),
    track: (event) => {
      if (!consent.allows("analytics")) return false;
      const { now } = consent.page;
      const { href } = location;
      followUp.run((started) => started.track(event, now, href));
      return true;
    },
  };
}
