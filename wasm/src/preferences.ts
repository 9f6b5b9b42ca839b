// The second layer, loaded when it is asked for: a native modal dialog. Closing it decides nothing.

import { adoptStyles, control, element } from "./element";
import type { Granted } from "./names";
import type { Notice, NoticePurpose } from "./notice";
import { policyLink, removePolicyLink } from "./policy_link";
import styles from "./preferences.css";
import { recipientOf, ServiceSwitches } from "./service_switches";
import type { Allows, ViewActions } from "./view";

export interface PreferencesRequest {
  root: ShadowRoot;
  base: string;
  notice: Notice;
  /** What holds now: a switch is on only where this says so. */
  allows: Allows;
  actions: ViewActions;
}

export interface PreferencesModule {
  openPreferences(request: PreferencesRequest): void;
}

const secondLayer = "preferences";
const styled = new WeakSet<ShadowRoot>();

export function openPreferences(request: PreferencesRequest): void {
  const { root, base, notice } = request;
  if (root.querySelector("dialog")) return;
  if (!styled.has(root)) adoptStyles(root, styles, `${base}preferences.css`);
  styled.add(root);
  const dialog = build(request);
  // A click in an open shadow root's dialog bubbles to the dialog itself only from its backdrop.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    removePolicyLink(root, secondLayer);
  });
  dialog.lang = notice.notice.language;
  root.append(dialog);
  dialog.showModal();
}

function build({ root, notice, allows, actions }: PreferencesRequest): HTMLDialogElement {
  const { text, purposes } = notice;
  const switches: ServiceSwitches[] = [];
  const button = (action: string, label: string | undefined, run?: () => void) =>
    control(action, label, () => {
      dialog.close();
      run?.();
    });
  const holds = purposes.some(({ id, required }) => !required && allows(id));
  const granted = notice.regime.model === "opt_in" && holds;
  const chosen = () => {
    const on: Granted = {};
    for (const one of switches) one.addTo(on);
    return on;
  };
  const close = button("close", "");
  close.ariaLabel = text.close ?? "";
  const dialog = element(
    "dialog",
    { part: "dialog", "aria-labelledby": "preferences" },
    element(
      "div",
      { class: "head" },
      element(
        "h2",
        { id: "preferences", tabindex: "-1", autofocus: true },
        text.preferences_title ?? "",
      ),
      close,
    ),
    element(
      "div",
      { class: "purposes", tabindex: "0", role: "group", "aria-labelledby": "preferences" },
      element("p", {}, text.preferences_body ?? "", " ", policyLink(root, secondLayer, notice)),
      ...purposes.map((purpose) => section(purpose, allows, text, switches)),
      element("p", { class: "controller" }, text.controller ?? ""),
    ),
    element(
      "div",
      { class: "actions", part: "actions" },
      button("accept_all", text.accept_all, () => actions.acceptAll("preferences")),
      granted
        ? button("withdraw", text.withdraw, () => actions.withdraw())
        : button("reject_all", text.reject_all, () => actions.rejectAll("preferences")),
      button("save", text.save, () => actions.save(chosen())),
    ),
  );
  return dialog;
}

function section(
  purpose: NoticePurpose,
  allows: Allows,
  text: Notice["text"],
  switches: ServiceSwitches[],
): HTMLElement {
  const { id, required, name, description } = purpose;
  const on = required || allows(id);
  const box = element("input", {
    id: `switch-${id}`,
    type: "checkbox",
    role: "switch",
    "aria-labelledby": `name-${id}`,
    "aria-describedby": `about-${id}`,
    checked: on,
    disabled: required,
    "data-purpose": id,
  });
  const services = required ? undefined : new ServiceSwitches(purpose, allows, box);
  if (services) switches.push(services);
  return element(
    "section",
    { part: "purpose" },
    element(
      "div",
      { class: "row" },
      element("h3", {}, element("label", { id: `name-${id}`, for: `switch-${id}` }, name)),
      required ? element("span", { class: "always" }, text.always_on ?? "") : "",
      box,
    ),
    element("p", { id: `about-${id}` }, description),
    details(purpose, text, services?.rows ?? []),
  );
}

// Names that may run against the direction of the language around them.
const foreign = (name: string) => element("bdi", {}, name);

function details(
  { legal_basis, services, cookies }: NoticePurpose,
  text: Notice["text"],
  switches: HTMLElement[],
): HTMLElement {
  const fact = (term: string | undefined, ...values: HTMLElement[]) =>
    values.length
      ? [element("dt", {}, term ?? ""), ...values.map((value) => element("dd", {}, value))]
      : [];
  const recipients = services.map((service) => foreign(recipientOf(service)));
  const columns = [text.cookie_name, text.cookie_provider, text.cookie_lifetime];
  const table =
    cookies.length > 0 &&
    element(
      "table",
      {},
      element("caption", {}, text.cookies ?? ""),
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ...columns.map((column) => element("th", { scope: "col" }, column ?? "")),
        ),
      ),
      element(
        "tbody",
        {},
        ...cookies.map(({ name, provider, lifetime }) =>
          element(
            "tr",
            {},
            element("td", {}, element("code", { dir: "ltr" }, name)),
            element("td", {}, foreign(provider)),
            element("td", {}, lifetime),
          ),
        ),
      ),
    );
  return element(
    "details",
    {},
    element(
      "summary",
      {},
      [text.legal_basis, text.recipients, text.cookies].filter(Boolean).join(" \u00b7 "),
    ),
    element(
      "dl",
      {},
      ...fact(text.legal_basis, foreign(text[`basis_${legal_basis}`] ?? legal_basis)),
      ...fact(text.recipients, ...(switches.length ? switches : recipients)),
    ),
    table || "",
  );
}
