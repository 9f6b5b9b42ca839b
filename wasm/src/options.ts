// The options of a page, and what their values may look like.

export const rules: Record<string, RegExp> = {
  site: /^[\w.:-]+$/,
  base: /^\S+$/,
  language: /^[\w ,;=.*-]*$/,
  gpp: /^(no-)?sale$/,
  // What else may stand there, layout.ts says.
  layout: /^/,
  position: /^/,
  reopen: /^/,
};

/** Everything in there is an option with a value of its kind, and the site is named. */
export function areOptions(options: { site?: string }): boolean {
  const isOption = ([name, value]: [string, string | undefined]) =>
    value === undefined || rules[name]?.test(value);
  return !!options.site && Object.entries(options).every(isOption);
}
