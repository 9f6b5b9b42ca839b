// Single services inside a purpose: "analytics:matomo" may run when its purpose may and the visitor
// has not switched off just this one. Nothing in here can allow what the purpose does not.

import type { Consent } from "./consent";
import type { Granted, OptionalPurpose, ServiceName } from "./names";
import { keepServices, readServices, type ServiceRecord } from "./service_record";

export interface ServicesModule {
  serve(consent: Consent): void;
}

/** From here on single services are known. */
export function serve(consent: Consent): void {
  consent.services = new Services(consent);
  consent.services.take();
  consent.settle();
}

const kinds = ["save", "accept_all"];

export class Services {
  /** Of the last choice of this page: without cookies it counts as long as the page lives. */
  private here?: ServiceRecord;
  private learning?: Promise<void>;
  private told = false;

  constructor(private readonly consent: Consent) {}

  /** Takes over what was chosen in this page; a service that is not named goes along. */
  take(): void {
    const { action, consent } = this;
    const granted: Granted | undefined = consent.chosen;
    consent.chosen = undefined;
    if (!granted) return;
    const names = this.listed().filter((name) => {
      const purpose = purposeOf(name);
      return action === "accept_all" || (granted[purpose] === true && granted[name] !== false);
    });
    this.here = [action, ...names];
    // Who has accepted all has not chosen among them: the notice says which there are.
    if (action === "save") this.keep(this.here);
  }

  allows(name: ServiceName): boolean {
    const names = this.names();
    const allowed = !!names?.includes(name);
    if (!names) this.learn();
    else if (allowed) this.remember(names);
    if (!this.told) queueMicrotask(() => this.consent.settle());
    this.told = true;
    return allowed;
  }

  /** Those that may run; a page that asks for none hears of none. */
  list(): ServiceName[] {
    return ((this.consent.asked || this.kept()) && this.names()) || [];
  }

  private learn(): void {
    const { consent } = this;
    this.learning ??= consent.loadNotice().then(
      () => consent.refresh(),
      () => console.warn("consent: no notice, so no single service may run"),
    );
  }

  private get action(): string {
    const { pending, state } = this.consent.page;
    return (pending ?? state).action;
  }

  // Undefined as long as only the notice could tell.
  private names(): ServiceName[] | undefined {
    const { action, consent } = this;
    const kept = this.kept();
    // A choice among them holds until all are accepted here: another tab may have made it, or it
    // may be on its way. A list of what there was says nothing of another choice.
    const record = [kept, this.here].find((one) => one?.[0] === "save" || one?.[0] === action);
    if (record) return this.runnable(record.slice(1) as ServiceName[]);
    // A choice among them that this browser does not know any more, or cannot read.
    if (action === "save" || (kept && !kinds.includes(kept[0]))) return [];
    return consent.page.notice && this.runnable(this.listed());
  }

  // So that the next page need not ask the service which there were.
  private remember(names: ServiceName[]): void {
    if (this.action === "accept_all" && !this.kept()) this.keep(["accept_all", ...names]);
  }

  private kept(): ServiceRecord | undefined {
    return readServices(this.consent.around.cookies());
  }

  private keep(record: ServiceRecord): void {
    this.consent.around.setCookie(keepServices(record));
  }

  private listed(): ServiceName[] {
    const purposes = this.consent.page.notice?.purposes ?? [];
    return purposes.flatMap(({ id, required, services }) =>
      required ? [] : services.map((one) => `${id}:${one.id}` as ServiceName),
    );
  }

  private runnable(names: ServiceName[]): ServiceName[] {
    return names.filter((name) => this.consent.allows(purposeOf(name)));
  }
}

function purposeOf(name: ServiceName): OptionalPurpose {
  return name.split(":")[0] as OptionalPurpose;
}
