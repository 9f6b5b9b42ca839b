/** Where the notice of a site is asked for; `base` ends in a slash. */
export function noticeUrl(base: string, site: string, language?: string): string {
  const query = new URLSearchParams(language ? { site, language } : { site });
  return `${base}notice?${query}`;
}
