// Opt-out signals as header fields. A page asks its navigator instead.

import { writeText, type Core, type CoreExports } from "./core";

export function parseSecGpc(core: Core<CoreExports>, field: string): boolean {
  return core.exports.consent_gpc_parse(writeText(core.pageIn, field)) === 1;
}

export function parseDnt(core: Core<CoreExports>, field: string): boolean {
  return core.exports.consent_dnt_parse(writeText(core.pageIn, field)) === 1;
}
