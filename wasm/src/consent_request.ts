// The body of POST /v1/consents. The ids are made here: of a grant when it is given, of a refusal
// only when it is sent. `page` is where that was: a path, never what is behind a question mark.

import type { ConsentRequest, PendingChoice } from "./outbox";
import { grantsSomething, type PageState } from "./page_state";
import { randomId, uuidv7, type Randomness } from "./random_id";

export function makeRequest(
  { action, layer, choices, request }: PendingChoice,
  page: PageState,
  site: string,
  random: Randomness,
): ConsentRequest {
  const nowMs = Math.trunc(page.now * 1000);
  const { notice, signal: gpc } = page;
  return {
    site,
    event: uuidv7(nowMs, random),
    subject: page.token?.subject ?? (grantsSomething(choices) ? randomId(random) : null),
    ...(notice && {
      ticket: notice.ticket,
      notice: notice.notice.id,
      policy: notice.policy.version,
      language: notice.notice.language,
    }),
    choices,
    action,
    layer,
    client_time: new Date(nowMs).toISOString(),
    page: request?.page ?? location.pathname,
    gpc,
  };
}
