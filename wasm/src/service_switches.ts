// The recipients of an optional purpose, each with a switch of its own where there are several.
// The purpose's switch moves all of them; with the last one off, the purpose is off.

import { element } from "./element";
import type { Granted, OptionalPurpose, ServiceName } from "./names";
import type { NoticePurpose, NoticeService } from "./notice";
import type { Allows } from "./view";

export const recipientOf = ({ name, recipient, country }: NoticeService) =>
  `${name}: ${recipient} (${country})`;

export class ServiceSwitches {
  readonly rows: HTMLElement[] = [];
  private readonly boxes = new Map<ServiceName, HTMLInputElement>();

  constructor(
    { id, services }: NoticePurpose,
    allows: Allows,
    private readonly purpose: HTMLInputElement,
  ) {
    if (services.length < 2) return;
    for (const service of services) {
      const name: ServiceName = `${id as OptionalPurpose}:${service.id}`;
      const box = element("input", {
        id: `switch-${name}`,
        type: "checkbox",
        role: "switch",
        checked: purpose.checked && allows(name),
        "data-service": name,
      });
      this.boxes.set(name, box);
      box.addEventListener("change", () => (purpose.checked = this.some()));
      const label = element("label", { for: box.id }, element("bdi", {}, recipientOf(service)));
      this.rows.push(element("span", { class: "row" }, label, box));
    }
    purpose.addEventListener("change", () => {
      for (const box of this.boxes.values()) box.checked = purpose.checked;
    });
  }

  /** Adds what is switched on and off. */
  addTo(granted: Granted): void {
    granted[this.purpose.dataset.purpose as OptionalPurpose] = this.purpose.checked;
    for (const [name, box] of this.boxes) granted[name] = box.checked;
  }

  private some(): boolean {
    return [...this.boxes.values()].some(({ checked }) => checked);
  }
}
