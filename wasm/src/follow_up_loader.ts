// Loads follow_up.js once, when there is something for it to do.

import { followUpFile } from "./built_files";
import type { Consent } from "./consent";
import type { FollowUp, FollowUpModule } from "./follow_up";

export class FollowUpLoader {
  /** Once it is there. */
  loaded?: FollowUp;
  private loading?: Promise<FollowUpModule>;

  constructor(
    private readonly base: string,
    private readonly site: string,
    private readonly consent: () => Consent,
  ) {}

  /** Rejects where it cannot be had; the next call tries again. */
  load(): Promise<FollowUpModule> {
    this.loading ??= (import(this.base + followUpFile) as Promise<FollowUpModule>).then(
      (module) => {
        this.loaded = new module.FollowUp(this.base, this.site, this.consent());
        this.loaded.apply();
        return module;
      },
      (error: unknown) => {
        this.loading = undefined;
        throw error;
      },
    );
    return this.loading;
  }

  run(run: (followUp: FollowUp) => void): void {
    void this.load().then(
      () => run(this.loaded!),
      () => console.warn("consent: follow_up.js is missing; nothing optional will run"),
    );
  }

  /** Makes the page what the decisions say; does not load where that takes nothing. */
  apply(): void {
    if (this.loaded) this.loaded.apply();
    else if (hasWork(this.consent())) this.run(() => {});
  }
}

// Something may run, or something that may not has left a cookie.
function hasWork(consent: Consent): boolean {
  if (consent.allows("analytics") || consent.allows("marketing")) return true;
  const left = ({ name }: { name: string }) => document.cookie.includes(`${name}=`);
  const { notice } = consent.page;
  return !!notice?.purposes.some(({ required, cookies }) => !required && cookies.some(left));
}
