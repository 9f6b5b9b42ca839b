// core.mjs: the core alone, for servers, tools and tests. No document, no window.

export { createCore, abiVersion, type Core, type CoreExports, type PageExports } from "./core";
export { loadCore, type CoreSource } from "./core_loader";
export {
  decide,
  mustAsk,
  nothingRecorded,
  type Decision,
  type PolicyInForce,
  type Question,
  type RecordState,
} from "./core_decision";
export { findCookie, parseToken, type Token, type TokenKind } from "./core_token";
export { encodeTokenPayload } from "./core_token_encoding";
export { parseRegion, regimeFor, type Regime } from "./core_region";
export { parseDnt, parseSecGpc } from "./core_signals";
export { encodeBase64url, decodeBase64url } from "./base64url";
export { GppSection, type SiteStatement, type UsNational } from "./gpp_section";
export { ProofPlans, type LogLeaf, type Plan } from "./proof_plan";
export { Reduction, type ReducedUrl, type ReducedUserAgent } from "./reduction";
export * from "./names";
