// The first layer: a region at the start of the page that blocks nothing, traps no focus and locks
// no scrolling. Accepting, refusing and the settings are the same control, side by side.

import styles from "./banner.css";
import { layoutFile, optOutFile, preferencesFile, reopenFile, themeFile } from "./built_files";
import { adoptStyles, control, element } from "./element";
import type { LayoutModule } from "./layout";
import type { Looks } from "./looks";
import type { Notice } from "./notice";
import type { OptOutModule } from "./opt_out";
import { PageRoom } from "./page_room";
import { policyLink, removePolicyLink } from "./policy_link";
import type { PreferencesModule } from "./preferences";
import type { ReopenModule } from "./reopen";
import type { ThemeModule } from "./theme";
import { isThemed } from "./themed";
import type { Allows, FirstLayer, View, ViewActions } from "./view";

const firstLayer = "banner";
const atRestMs = 300;

export class Banner implements View {
  private readonly host = element("dialphone-consent" as "div");
  readonly root = this.host.attachShadow({ mode: "open" });
  private room?: PageRoom;
  private readonly layout?: Promise<LayoutModule | undefined>;
  private layer?: HTMLElement;
  private near = false;
  private returns = 99;
  private notice?: Notice;

  constructor(
    private readonly base: string,
    private readonly actions: ViewActions,
    private readonly looks: Looks & { language?: string },
  ) {
    if (looks.layout || looks.position) {
      this.layout = import(base + layoutFile).catch(ignore);
    }
    for (const near of ["pointerover", "focusin"]) {
      this.host.addEventListener(near, () => this.prepare(), { once: true });
    }
  }

  /** What a layer needs besides its words, once: ahead of them, where there is time. */
  furnish(): void {
    if (this.room) return;
    this.room = new PageRoom();
    adoptStyles(this.root, styles, `${this.base}banner.css`);
  }

  show(layer: FirstLayer, notice: Notice): void {
    this.clear();
    this.mount(notice);
    const { root, base, actions } = this;
    const card = (this.layer = this.build(notice));
    const keepRoom = () => this.room!.keepFor(card);
    const hide = () => this.hide();
    const place = ([layout, optOut]: [LayoutModule?, OptOutModule?]) => {
      if (this.layer !== card) return;
      // Without its file the question is asked: it has a way out, too.
      if (layer !== "ask") {
        optOut?.dress(card, { root, base, slot: firstLayer, layer, notice, actions, hide });
      }
      root.prepend(card);
      if (layout) layout.arrange(root, base, card, this.looks, keepRoom);
      else keepRoom();
      // In a task of its own, and when it has come to rest. A copy takes its place for that: not
      // under the visitor's hands.
      setTimeout(() => {
        if (this.layer !== card) return;
        // In a body with a transform or a filter nothing is fixed to the window.
        if (card.offsetParent) document.body.before(this.host);
        if (card.matches(".slim")) return;
        card.classList.add("rest");
        if (this.near || isThemed(card)) this.checkTheme();
      }, atRestMs);
    };
    const dressing = layer !== "ask" && import(base + optOutFile).catch(ignore);
    if (this.layout || dressing) void Promise.all([this.layout, dressing]).then(place);
    else place([]);
  }

  hide(): void {
    this.clear();
    this.stand();
  }

  private clear(): void {
    this.layer?.remove();
    this.layer = undefined;
    removePolicyLink(this.root, firstLayer);
    this.room?.giveBack();
  }

  /** The standing button, where the site wants one and no first layer is in its place. */
  stand(): void {
    const { looks, layer, root, base, actions } = this;
    if (layer || looks.reopen === undefined) return;
    const opening = import(base + reopenFile) as Promise<ReopenModule>;
    void opening.then(({ stand }) => {
      this.attach();
      this.room!.keepFor(stand(root, base, looks, actions, this.notice));
    }, ignore);
  }

  async openPreferences(notice: Notice, allows: Allows): Promise<void> {
    this.mount(notice);
    const { root, base, actions } = this;
    const { openPreferences } = (await import(base + preferencesFile)) as PreferencesModule;
    openPreferences({ root, base, notice, allows, actions });
    this.checkTheme();
  }

  /** Back into the page, when a router has replaced its body. */
  keep(): void {
    // A router that puts in a copy of an earlier page copies the host along.
    for (const one of document.querySelectorAll(this.host.localName)) {
      if (!one.shadowRoot) one.remove();
    }
    if (this.root.childElementCount) this.attach();
  }

  // The visitor is near: by now the page's styles are what they will be.
  private prepare(): void {
    this.near = true;
    this.actions.prepare();
    this.checkTheme();
  }

  private checkTheme(): void {
    const opening = import(this.base + themeFile) as Promise<ThemeModule>;
    void opening.then(({ checkTheme }) => checkTheme(this.root), ignore);
  }

  private mount(notice: Notice): void {
    this.notice = notice;
    this.host.lang = notice.notice.language;
    this.host.dir = notice.text.dir ?? "ltr";
    this.attach();
  }

  // First in the page, behind a link that skips to the content: that one stays the first stop. A
  // page that is still to come is waited for; one that takes the layer away each time gets its way.
  private attach(): void {
    const { body } = document;
    this.furnish();
    if (this.host.isConnected || !body || this.returns-- < 1) return;
    const first = body.firstElementChild;
    if (first?.matches("a[href^='#']")) first.after(this.host);
    else body.prepend(this.host);
  }

  private build(notice: Notice): HTMLElement {
    const { actions } = this;
    const { text } = notice;
    return element(
      "section",
      { class: "card", part: "card", role: "region", "aria-labelledby": "title" },
      element(
        "h2",
        { id: "title", part: "title" },
        text.title,
      ),
      element(
        "p",
        { part: "body" },
        text.body,
        " ",
        policyLink(this.root, firstLayer, notice),
      ),
      element(
        "div",
        { class: "actions", part: "actions" },
        control("accept_all", text.accept_all, () => actions.acceptAll("banner")),
        control("reject_all", text.reject_all, () => actions.rejectAll("banner")),
        control("settings", text.settings, () => actions.open()),
      ),
    );
  }
}

// Without its file the layer is as good as without the wish.
function ignore(): undefined {}
