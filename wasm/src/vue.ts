// Vue 3. Importing and rendering it on a server is safe: there nothing optional is allowed, and the
// banner starts in the browser.

import { onMounted, onUnmounted, shallowRef, type ShallowRef } from "vue";
import {
  startConsent,
  type ConsentApi,
  type ConsentOptions,
  type ConsentState,
} from "./consent_module";
import type { Purpose, ServiceName } from "./names";

export interface UsedConsent {
  /** Undefined on a server and until the component is mounted. */
  consent: ShallowRef<ConsentApi | undefined>;
  state: ShallowRef<ConsentState | undefined>;
  /** Reactive, like `state`. */
  allows(name: Purpose | ServiceName): boolean;
}

/**
 * In the setup of a component: starts the banner once the page is there; a consent that banner.js
 * or another component has started is used.
 */
export function useConsent(options: ConsentOptions): UsedConsent {
  const consent = shallowRef<ConsentApi | undefined>(undefined);
  const state = shallowRef<ConsentState | undefined>(undefined);
  let stop = () => {};
  onMounted(() => {
    const started = (consent.value = startConsent(options));
    state.value = started.state();
    stop = started.on("change", (changed) => (state.value = changed));
  });
  onUnmounted(() => stop());
  const allows = (name: Purpose | ServiceName) => {
    const known = state.value;
    if (name.includes(":")) return !!known && consent.value?.allows(name) === true;
    return name === "essential" || known?.decisions[name as Purpose].allowed === true;
  };
  return { consent, state, allows };
}
