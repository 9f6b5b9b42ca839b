// What the service says this visitor must be shown (http-api.md, GET /v1/notice).

import { boundedText } from "./bounded_text";
import { fetchOnce } from "./early_fetch";
import { modelNames, type Model, type OptionalPurpose, type Purpose } from "./names";
import { noticeUrl } from "./notice_url";

export interface NoticeCookie {
  name: string;
  provider: string;
  lifetime: string;
  path?: string;
  domain?: string;
  /** A cookie where it says nothing else. */
  kind?: "cookie" | "local_storage" | "session_storage";
  /** The id of the one service it belongs to; otherwise it goes with the purpose. */
  service?: string;
}

export interface NoticeService {
  id: string;
  name: string;
  recipient: string;
  country: string;
}

export interface NoticePurpose {
  id: Purpose;
  required: boolean;
  default: "granted" | "denied";
  legal_basis: string;
  name: string;
  description: string;
  cookies: NoticeCookie[];
  services: NoticeService[];
}

export interface Notice {
  site: string;
  region: { country: string | null; subdivision: string | null };
  regime: { id: string; model: Model };
  /** `dnt` is there where the site honours it. */
  signals: { gpc: boolean; dnt?: boolean };
  policy: { version: number; material_since?: Partial<Record<Purpose, number>> };
  notice: { id: string; language: string };
  ticket: string;
  purposes: NoticePurpose[];
  text: Record<string, string>;
  /** How far the service's clock is ahead of this browser's. */
  skewMs: number;
}

const skewTolerated = 60_000;
// A longer one would hold up the page.
const mostLetters = 131_072;

/** Rejects on anything but a complete notice of the schema this file knows. */
export async function fetchNotice(base: string, site: string, language?: string): Promise<Notice> {
  const response = await fetchOnce(noticeUrl(base, site, language));
  let fault = "incomplete";
  const notice = (await boundedText(response, mostLetters)
    .then(JSON.parse)
    .catch((error: Error) => (fault = error.message))) as Notice;
  if (!isNotice(notice)) {
    throw new Error(`consent: no notice for site "${site}" (${response.status}): ${fault}`);
  }
  const skew = Date.parse(response.headers.get("date") ?? "") - Date.now();
  notice.skewMs = Math.abs(skew) > skewTolerated ? skew : 0;
  return notice;
}

function isNotice(notice: Partial<Notice>): boolean {
  return !!(
    notice?.ticket &&
    notice.notice?.id &&
    notice.text?.title &&
    notice.purposes?.length &&
    notice.policy?.version &&
    modelNames.includes(notice.regime?.model as Model)
  );
}

export function optionalPurposes(notice: Notice): OptionalPurpose[] {
  return notice.purposes.filter(({ required }) => !required).map(({ id }) => id as OptionalPurpose);
}
