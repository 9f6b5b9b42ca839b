// What axe-core finds wrong with a page, or cannot tell.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What axe-core cannot tell by itself and a person has looked at: the rule, axe's own message, and
 * why it is no fault.
 */
export const explained = [];

const isExplained = ({ id, message }) =>
  explained.some(({ rule, says }) => rule === id && says.test(message));

/**
 * One line for each violation, and each thing axe leaves open that nobody has explained, in the
 * page or in what `selector` names. It runs in the page's own world, past the
 * Content-Security-Policy.
 */
export async function axeFindings(page, selector) {
  const { violations, incomplete } = await run(page, selector);
  const open = incomplete.filter((one) => !isExplained(one));
  return [...violations.map(lineOf("")), ...open.map(lineOf("incomplete: "))];
}

/** Pages that are opened from now on have axe-core when they are asked: for who asks many. */
export const bringAxe = (context) => context.addInitScript(source);

/** One line for each violation alone: on pages that are not the product's. */
export async function axeViolations(page, selector) {
  return (await run(page, selector)).violations.map(lineOf(""));
}

const lineOf = (kind) => ({ id, target, message }) => `${kind}${id} ${target} ${message}`;

async function run(page, selector) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(source);
  return page.evaluate(async (scope) => {
    // While a layer rises its colours are not yet what they will be.
    const layers = document.querySelector("dialphone-consent")?.shadowRoot;
    const moving = layers?.getAnimations() ?? [];
    await Promise.all(moving.map(({ finished }) => finished.catch(() => {})));
    const resultTypes = ["violations", "incomplete"];
    const results = await globalThis.axe.run(scope ?? document, { resultTypes });
    const flat = (rules) =>
      rules.flatMap(({ id, nodes }) =>
        nodes.map(({ target, any, all, none }) => ({
          id,
          target: JSON.stringify(target),
          message: [...any, ...all, ...none].map((check) => check.message).join(" "),
        })),
      );
    return { violations: flat(results.violations), incomplete: flat(results.incomplete) };
  }, selector);
}
