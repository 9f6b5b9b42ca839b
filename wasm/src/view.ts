// What the state machine needs to be seen. The banner implements it; without a document there is
// none.

import type { Choices } from "./names";
import type { Notice } from "./notice";

export interface ViewActions {
  acceptAll(layer: "banner" | "preferences"): void;
  rejectAll(layer: "banner" | "preferences"): void;
  save(choices: Choices): void;
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
  /** `choices` are those that hold now. */
  openPreferences(notice: Notice, choices: Choices): Promise<void>;
}
