// What the state machine needs to be seen. The banner implements it; without a document there is
// none.

import type { Granted, Purpose, ServiceName } from "./names";
import type { Notice } from "./notice";

export type Allows = (name: Purpose | ServiceName) => boolean;

export interface ViewActions {
  acceptAll(layer: "banner" | "preferences"): void;
  rejectAll(layer: "banner" | "preferences"): void;
  save(granted: Granted): void;
  withdraw(): void;
  open(): void;
  /** The visitor is about to choose. */
  prepare(): void;
}

/**
 * `ask`: the opt-in question. `opt_out`: the notice with a way out. `opted_out`: it was taken.
 * `honoured`: the signal is obeyed.
 */
export type FirstLayer = "ask" | "opt_out" | "opted_out" | "honoured";

export interface View {
  show(layer: FirstLayer, notice: Notice): void;
  hide(): void;
  /** `allows` says what holds now. */
  openPreferences(notice: Notice, allows: Allows): Promise<void>;
}
