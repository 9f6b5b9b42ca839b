// The first layer: a region at the start of the page that blocks nothing, traps no focus and locks
// no scrolling. Accepting, refusing and the settings are the same control, side by side.

import styles from "./banner.css";
import { layoutFile, preferencesFile } from "./built_files";
import { adoptStyles, element } from "./element";
import type { LayoutModule } from "./layout";
import type { Looks } from "./looks";
import type { Notice } from "./notice";
import { PageRoom } from "./page_room";
import { policyLink, removePolicyLink } from "./policy_link";
import type { PreferencesModule } from "./preferences";
import type { Allows, FirstLayer, View, ViewActions } from "./view";

const firstLayer = "banner";

export class Banner implements View {
  private readonly host = element("dialphone-consent" as "div");
  readonly root = this.host.attachShadow({ mode: "open" });
  private readonly room = new PageRoom();
  private readonly layout?: Promise<LayoutModule | undefined>;
  private layer?: HTMLElement;

  constructor(
    private readonly base: string,
    private readonly actions: ViewActions,
    private readonly looks: Looks,
  ) {
    adoptStyles(this.root, styles, `${base}banner.css`);
    // Without its file the layer stands where it would without the wish.
    if (looks.layout || looks.position) {
      this.layout = import(base + layoutFile).catch(() => undefined);
    }
    for (const near of ["pointerover", "focusin"]) {
      this.host.addEventListener(near, () => actions.prepare(), { once: true });
    }
  }

  show(layer: FirstLayer, notice: Notice): void {
    this.hide();
    this.mount(notice);
    const card = (this.layer = this.build(layer, notice));
    const keepRoom = () => this.room.keepFor(card);
    const place = (module?: LayoutModule) => {
      if (this.layer !== card) return;
      this.root.prepend(card);
      if (module) module.arrange(this.root, this.base, card, this.looks, keepRoom);
      else keepRoom();
    };
    if (this.layout) void this.layout.then(place);
    else place();
  }

  hide(): void {
    this.layer?.remove();
    this.layer = undefined;
    removePolicyLink(this.root, firstLayer);
    this.room.giveBack();
  }

  async openPreferences(notice: Notice, allows: Allows): Promise<void> {
    this.mount(notice);
    const url = this.base + preferencesFile;
    const { openPreferences } = (await import(url)) as PreferencesModule;
    openPreferences({ root: this.root, base: this.base, notice, allows, actions: this.actions });
  }

  /** Back into the page, when a router has replaced its body. */
  keep(): void {
    // A router that puts in a copy of an earlier page copies the host along.
    for (const one of document.querySelectorAll(this.host.localName)) {
      if (one !== this.host) one.remove();
    }
    if (this.root.childElementCount) this.attach();
  }

  private mount({ notice, text }: Notice): void {
    this.host.lang = notice.language;
    this.host.dir = text.dir ?? "ltr";
    this.attach();
  }

  // First in the page, behind a link that skips to the content: that one stays the first stop.
  private attach(): void {
    if (this.host.isConnected) return;
    const first = document.body.firstElementChild;
    if (first?.matches("a[href^='#']")) first.after(this.host);
    else document.body.prepend(this.host);
  }

  private build(layer: FirstLayer, notice: Notice): HTMLElement {
    const { actions } = this;
    const { text } = notice;
    const button = (action: string, label: string | undefined, run: () => void) => {
      const node = element(
        "button",
        { type: "button", part: "button", "data-action": action },
        label ?? "",
      );
      node.addEventListener("click", run);
      return node;
    };
    const hide = () => this.hide();
    if (layer === "honoured" || layer === "opted_out") {
      const status = layer === "honoured" ? text.gpc_honoured : text.opt_out_done;
      return element(
        "section",
        { class: "card slim", part: "card", role: "status" },
        element("p", {}, status ?? ""),
        button("close", text.close, hide),
      );
    }
    const asked = layer === "ask";
    return element(
      "section",
      { class: "card", part: "card", role: "region", "aria-labelledby": "title" },
      element(
        "h2",
        { id: "title", part: "title" },
        (asked ? text.title : text.opt_out_title) ?? "",
      ),
      element(
        "p",
        { part: "body" },
        (asked ? text.body : text.opt_out_body) ?? "",
        " ",
        policyLink(this.root, firstLayer, notice),
      ),
      element(
        "div",
        { class: "actions", part: "actions" },
        asked
          ? button("accept_all", text.accept_all, () => actions.acceptAll("banner"))
          : button("opt_out", text.opt_out_action, () => actions.rejectAll("banner")),
        ...(asked
          ? [button("reject_all", text.reject_all, () => actions.rejectAll("banner"))]
          : []),
        button("settings", text.settings, () => actions.open()),
        ...(asked ? [] : [button("close", text.close, hide)]),
      ),
    );
  }
}
