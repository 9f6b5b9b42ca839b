// Opt-out signals as header fields. In a page, navigator.globalPrivacyControl is the signal.

import { writeText, type Core } from "./core";

export function parseSecGpc(core: Core, field: string): boolean {
  return core.exports.consent_gpc_parse(writeText(core.pageIn, field)) === 1;
}

export function parseDnt(core: Core, field: string): boolean {
  return core.exports.consent_dnt_parse(writeText(core.pageIn, field)) === 1;
}
