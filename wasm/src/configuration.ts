// Loaded where an option of the page is not one that banner.js knows: says which, and what was
// probably meant. Whoever waits for the answer starts nothing before.

import { rules } from "./options";

export interface ConfigurationModule {
  check(options: { site?: string }, prefix: string): void;
}

const expected: Record<string, string> = {
  site: "the site's name in the service's policy, such as dialphone.com",
  base: "a path or an address",
  language: "languages as in Accept-Language, such as de-AT,de",
  gpp: "no-sale or sale",
};

/**
 * Throws what is wrong, for a person. An attribute that is near no option is another tool's; an
 * option given by a script is never.
 */
export function check(options: { site?: string }, prefix: string): void {
  const faults = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => faultOf(name, value, prefix));
  if (!options.site) faults.push(`${prefix}site is missing: ${expected.site}`);
  const found = faults.filter((fault) => fault !== undefined);
  if (found.length) throw new Error(found.join("; "));
}

function faultOf(name: string, value: unknown, prefix: string): string | undefined {
  // dataset writes data-foo-bar as fooBar.
  const shown = prefix + (prefix ? name.replace(/[A-Z]/g, (one) => `-${one.toLowerCase()}`) : name);
  const rule = rules[name];
  if (rule) {
    return rule.test(String(value)) ? undefined : `${shown}="${value}" is not ${expected[name]}`;
  }
  const near = Object.keys(rules).find((known) => distance(name.toLowerCase(), known) <= 2);
  if (near) return `${shown} is no option: did you mean ${prefix}${near}?`;
  return prefix ? undefined : `${shown} is no option: they are ${Object.keys(rules).join(", ")}`;
}

// Damerau-Levenshtein: letters missing, added, wrong, or two that changed places.
function distance(a: string, b: string): number {
  const rows = [[...b, ""].map((_, j) => j)];
  for (let i = 1; i <= a.length; ++i) {
    rows.push([i]);
    for (let j = 1; j <= b.length; ++j) {
      const [above, here] = [rows[i - 1]!, rows[i]!];
      const wrong = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(above[j]! + 1, here[j - 1]! + 1, above[j - 1]! + wrong);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      }
      here.push(least);
    }
  }
  return rows[a.length]![b.length]!;
}
