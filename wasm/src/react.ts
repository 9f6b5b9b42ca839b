// React 18 or newer. Importing and rendering it on a server is safe: there nothing optional is
// allowed, and the banner starts in the browser.

import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import {
  startConsent,
  type ConsentApi,
  type ConsentOptions,
  type ConsentState,
} from "./consent_module";
import type { Purpose, ServiceName } from "./names";

const Shared = createContext<ConsentApi | undefined>(undefined);

/** Starts the banner once the page is there; a consent that banner.js has started is used. */
export function ConsentProvider({
  children,
  ...options
}: ConsentOptions & { children?: ReactNode }): ReactNode {
  const [consent, setConsent] = useState<ConsentApi>();
  useEffect(() => setConsent(startConsent(options)), [options.site]);
  return createElement(Shared.Provider, { value: consent }, children);
}

export interface UsedConsent {
  /** Undefined on a server and until the banner has started. */
  consent: ConsentApi | undefined;
  state: ConsentState | undefined;
  allows(name: Purpose | ServiceName): boolean;
}

/** Renders again after every change. */
export function useConsent(): UsedConsent {
  const consent = useContext(Shared);
  const subscribe = useMemo(
    () => (told: () => void) => consent?.on("change", told) ?? (() => {}),
    [consent],
  );
  const text = useSyncExternalStore(
    subscribe,
    () => (consent ? JSON.stringify(consent.state()) : ""),
    () => "",
  );
  return useMemo(() => {
    const state = text ? (JSON.parse(text) as ConsentState) : undefined;
    return { consent, state, allows: (name) => isAllowed(consent, state, name) };
  }, [consent, text]);
}

/** Its children where the purpose, or the single service, is allowed, otherwise `otherwise`. */
export function WithConsent({
  purpose,
  otherwise,
  children,
}: {
  purpose: Purpose | ServiceName;
  otherwise?: ReactNode;
  children?: ReactNode;
}): ReactNode {
  return useConsent().allows(purpose) ? (children ?? null) : (otherwise ?? null);
}

function isAllowed(
  consent: ConsentApi | undefined,
  state: ConsentState | undefined,
  name: Purpose | ServiceName,
): boolean {
  if (name.includes(":")) return consent?.allows(name) === true;
  return name === "essential" || state?.decisions[name as Purpose].allowed === true;
}
