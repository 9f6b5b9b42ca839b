// What axe-core finds wrong with a page.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * One line for each violation in the page, or in what `selector` names. It runs in the page's own
 * world, past the Content-Security-Policy.
 */
export async function axeViolations(page, selector) {
  await page.evaluate(source);
  const { violations } = await page.evaluate(
    (scope) => globalThis.axe.run(scope ?? document),
    selector,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${JSON.stringify(target)} ${failureSummary}`),
  );
}
