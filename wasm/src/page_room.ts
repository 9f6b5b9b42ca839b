// As much room below the page as a layer covers, so that its last line can be scrolled into view
// and nothing with the focus stays hidden.

const distanceFromEdgePx = 32;

export class PageRoom {
  private sheet?: CSSStyleSheet;
  private readonly observer?: ResizeObserver;

  constructor() {
    try {
      this.sheet = new CSSStyleSheet();
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.sheet];
      this.observer = new ResizeObserver(([entry]) => this.make(entry!.target as HTMLElement));
    } catch {
      // An old browser: the layer can still be closed by choosing.
    }
  }

  keepFor(layer: HTMLElement): void {
    this.observer?.observe(layer);
  }

  giveBack(): void {
    this.observer?.disconnect();
    this.sheet?.replaceSync("");
  }

  private make(layer: HTMLElement): void {
    const room = `${layer.offsetHeight + distanceFromEdgePx}px`;
    this.sheet?.replaceSync(`html{padding-block-end:${room};scroll-padding-block-end:${room}}`);
  }
}
