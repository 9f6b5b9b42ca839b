// The page's one notice: fetched when it is first needed, again when it went out of force.

import type { Notice } from "./notice";
import type { PageState } from "./page_state";

export class NoticeSource {
  private fetching?: Promise<Notice>;

  constructor(
    private readonly page: PageState,
    private readonly fetch: () => Promise<Notice>,
  ) {}

  load(): Promise<Notice> {
    this.fetching ??= this.fetch().then(
      (notice) => {
        const { page } = this;
        const { gpc, dnt } = notice.signals ?? {};
        page.gpc ||= gpc === true;
        page.dnt = dnt !== undefined && (dnt || page.dnt);
        return (page.notice = notice);
      },
      (error: unknown) => {
        this.fetching = undefined;
        throw error;
      },
    );
    return this.fetching;
  }

  /** Resolves to whether the new notice has the same purposes as the one before. */
  async renew(): Promise<boolean> {
    const before = JSON.stringify(this.page.notice?.purposes);
    this.fetching = undefined;
    return JSON.stringify((await this.load()).purposes) === before;
  }
}
