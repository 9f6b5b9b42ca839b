// What a first visit in an opt-in region has to transfer, and whether it stays inside the budget.

import { readFile } from "node:fs/promises";
import { brotliCompressSync, constants } from "node:zlib";

/** Bytes after brotli -q 11. */
export function brotliBytes(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

function withoutComments(jsonc) {
  return jsonc.replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, text) => text ?? "");
}

async function translation(language) {
  const file = new URL(`translations/${language}.json`, import.meta.url);
  return JSON.parse(await readFile(file, "utf8").catch(() => "{}"));
}

/** The notice of the newest policy of a site file in one language, as GET /v1/notice answers it. */
export async function noticeJson(siteFile, language) {
  const site = JSON.parse(withoutComments(await readFile(siteFile, "utf8")));
  const policy = site.policies.at(-1);
  const words = { ...(await translation(language)), ...site.text[language] };
  const localised = (value, word) => value?.[language] ?? words[word];
  const notShown = /^(essential|analytics|marketing|lifetime)_|^(list|late)$/;
  const text = Object.entries(words).filter(([name]) => !notShown.test(name));
  return JSON.stringify({
    site: site.site,
    region: { country: "DE", subdivision: null, source: "geo_db" },
    regime: { id: "eu_gdpr", model: "opt_in", gdpr_scope: "gdpr", ruleset: "2026-11-23" },
    signals: { gpc: false },
    zone: "eu",
    endpoints: { consents: "/v1/consents", events: "/v1/events", me: "/v1/me" },
    policy: { version: policy.version, effective_at: policy.effective_at, upcoming: null },
    notice: { id: `sha256:${pseudoText(64, "0123456789abcdef")}`, language },
    ticket: `${pseudoText(150)}.${pseudoText(43)}`,
    purposes: policy.purposes.map((purpose) => ({
      ...purpose,
      required: purpose.id === "essential",
      default: purpose.id === "essential" ? "granted" : "denied",
      name: localised(purpose.name, `${purpose.id}_name`),
      description: localised(purpose.description, `${purpose.id}_description`),
    })),
    text: { ...Object.fromEntries(text), policy_url: site.policy_url },
  });
}

// Characters that do not compress, the same in every build: a hash, a signature.
function pseudoText(
  length,
  alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
) {
  let state = 2463534242;
  return Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return alphabet[(state >>> 0) % alphabet.length];
  }).join("");
}

/** One line for every part that is over its budget. */
export function overBudget(sizes, budget) {
  return Object.entries(budget)
    .filter(([part, most]) => (sizes[part] ?? Infinity) > most)
    .map(([part, most]) => `${part}: ${sizes[part] ?? "missing"} bytes, the budget is ${most}`);
}
