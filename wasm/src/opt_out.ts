// The first layers of an opt-out region, loaded there: the notice with a way out, and the line that
// says that it was taken, or that a signal is honoured.

import { adoptStyles, control, element } from "./element";
import type { Notice } from "./notice";
import styles from "./opt_out.css";
import { policyLink, removePolicyLink } from "./policy_link";
import type { FirstLayer, ViewActions } from "./view";

export interface OptOutModule {
  dress: typeof dress;
}

export interface Dressing {
  root: ShadowRoot;
  base: string;
  /** The name of the link's slot. */
  slot: string;
  layer: Exclude<FirstLayer, "ask">;
  notice: Notice;
  actions: ViewActions;
  hide(): void;
}

/** Makes of a card that asks the one that is wanted. */
export function dress(card: HTMLElement, wanted: Dressing): void {
  const { root, base, slot, layer, notice, actions, hide } = wanted;
  const { text } = notice;
  const close = control("close", text.close, hide);
  if (layer === "opt_out") {
    const link = policyLink(root, slot, notice);
    card.replaceChildren(
      element("h2", { id: "title", part: "title" }, text.opt_out_title),
      element("p", { part: "body" }, text.opt_out_body, " ", link),
      element(
        "div",
        { class: "actions", part: "actions" },
        control("opt_out", text.opt_out_action, () => actions.rejectAll("banner")),
        control("settings", text.settings, () => actions.open()),
        close,
      ),
    );
    return;
  }
  removePolicyLink(root, slot);
  adoptStyles(root, styles, `${base}opt_out.css`);
  const status = layer === "honoured" ? text.gpc_honoured : text.opt_out_done;
  card.classList.add("slim");
  card.role = "status";
  card.removeAttribute("aria-labelledby");
  card.replaceChildren(element("p", {}, status), close);
}
