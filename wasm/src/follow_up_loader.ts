// Loads follow_up.js once, when there is something for it to do.

import { followUpFile } from "./built_files";
import type { Consent } from "./consent";
import type { FollowUp, FollowUpModule } from "./follow_up";

export class FollowUpLoader {
  /** Once it is there. */
  loaded?: FollowUp;
  private loading?: Promise<FollowUp>;

  constructor(
    private readonly base: string,
    private readonly site: string,
    private readonly consent: () => Consent,
  ) {}

  run(run?: (followUp: FollowUp) => void): void {
    this.loading ??= (import(this.base + followUpFile) as Promise<FollowUpModule>).then(
      ({ FollowUp }) => (this.loaded = new FollowUp(this.base, this.site, this.consent())),
    );
    void this.loading.then(run, () => {
      // The next call tries again.
      this.loading = undefined;
      console.warn("consent: nothing optional will run: follow_up.js is missing");
    });
  }

  /** Makes the page what the decisions say; does not load where that takes nothing. */
  apply(): void {
    if (this.loaded) this.loaded.apply();
    else if (hasWork(this.consent())) this.run((started) => started.apply());
  }

  /** After every change of the document. */
  release(): void {
    if (this.loaded) this.loaded.release();
    else this.apply();
  }
}

// Something may run, something is held back that can say so, or something that may not run has left
// a cookie.
function hasWork(consent: Consent): boolean {
  const left = ({ name }: { name: string }) => consent.around.cookies().includes(`${name}=`);
  return !!(
    consent.allows("analytics") ||
    consent.allows("marketing") ||
    document.querySelector("[data-consent]:is(iframe,[data-consent=essential])") ||
    consent.page.notice?.purposes.some(({ required, cookies }) => !required && cookies.some(left))
  );
}
