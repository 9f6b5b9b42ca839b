// From a visitor's history to the answer: fold, decide, must ask. Each rule stands where the law's
// table has it; times are milliseconds since 1970, choices are "granted" | "denied" | absent (never
// asked).

import { policies } from "./policies.mjs";
import { parseRegionCode, regimeFor } from "./regions.mjs";

const hour = 3600e3;
const day = 24 * hour;
export const consentLifetime = 182 * day;
export const optionalPurposes = ["analytics", "marketing"];

export const dayOf = (time) => new Date(time).toISOString().slice(0, 10);
export const modelAt = (region, time) => regimeFor(region, dayOf(time)).model;

const nothing = Object.freeze({ action: "none", choices: {}, deniedEventAt: 0, gpc: false });
const isRecorded = (state) => state.action !== "none";
const isExplicit = (state) => isRecorded(state) && state.action !== "default";
const grants = (choices, purpose) => choices[purpose] === "granted";
const denies = (choices, purpose) => choices[purpose] === "denied";

// One more record arrives, in the order the service accepted them.
export function fold(state, record) {
  const grantsSomething = optionalPurposes.some((purpose) => grants(record.choices, purpose));
  const deniesSomething = optionalPurposes.some((purpose) => denies(record.choices, purpose));

  // A starting state is nobody's choice: it fills an empty place, and never more than that.
  if (record.action === "default") {
    if (isExplicit(state)) return state;
    return { ...record, deniedEventAt: state.deniedEventAt };
  }

  const deniedEventAt = deniesSomething
    ? Math.max(state.deniedEventAt, record.event_at)
    : state.deniedEventAt;

  // A grant made before (or at the very moment of) a denial is void, however late it arrives; what
  // it denies counts.
  if (grantsSomething && record.event_at <= state.deniedEventAt) {
    const choices = { ...state.choices };
    for (const purpose of optionalPurposes) {
      if (denies(record.choices, purpose) && grants(choices, purpose)) choices[purpose] = "denied";
    }
    return { ...state, choices, deniedEventAt };
  }
  return { ...record, deniedEventAt };
}

export const stateOf = (history) => history.reduce(fold, nothing);

// Why a recorded grant (or starting state) no longer stands on its own: too old, from the future,
// for another policy.
function outdated(question) {
  const { state, purpose, policy, now } = question;
  if (state.at > now + day) return "no_record";
  if (now >= state.at + consentLifetime) return "expired";
  if (state.policy < policy.material_since[purpose] || state.policy > policy.version)
    return "notice_changed";
  return null;
}

function reasonFor(question) {
  const { purpose, policy, state, hold, model, gpc } = question;
  if (purpose === "essential") return "essential";
  if (policy.material_since[purpose] === 0) return "unknown_purpose";
  if (hold !== "none") return hold;

  if (isExplicit(state) && !grants(state.choices, purpose)) {
    if (state.action === "withdraw") return "withdrawn";
    if (state.action === "gpc") return "gpc";
    if (!denies(state.choices, purpose)) return "no_record";
    return state.model === "opt_out" ? "opted_out" : "refused";
  }

  if (!isExplicit(state)) {
    if (model === "opt_in") return "no_record";
    if (gpc || state.gpc) return "gpc";
    if (purpose === "marketing") return "no_record";
    if (!isRecorded(state)) return "opt_out_default";
    if (!grants(state.choices, purpose)) return "no_record";
    return outdated(question) ?? "opt_out_default";
  }

  const reason = outdated(question);
  if (reason) return reason;
  if (purpose === "marketing" && (gpc || state.gpc)) return "gpc";
  if (model === "opt_out" && gpc && !state.gpc) return "gpc";
  return "granted";
}

const allowing = new Set(["essential", "granted", "opt_out_default"]);

export function decide(question) {
  const reason = reasonFor(question);
  const expiresAt = isRecorded(question.state) ? question.state.at + consentLifetime : null;
  return { allowed: allowing.has(reason), reason, expires_at: expiresAt };
}

export function mustAsk({ policy, state, hold, model, now }) {
  if (model === "opt_out" || hold !== "none") return false;
  if (!isExplicit(state)) return true;
  if (state.at > now + day || now >= state.at + consentLifetime) return true;
  return optionalPurposes
    .filter((purpose) => policy.material_since[purpose] !== 0)
    .some(
      (purpose) =>
        state.policy < policy.material_since[purpose] ||
        state.policy > policy.version ||
        !state.choices[purpose],
    );
}

const text = (time) => new Date(time).toISOString().replace(".000Z", "Z");

// "", "DE" or "US-CA", as the vectors print a region.
export const regionText = (region) => region.subdivision ?? region.country ?? "";

// The state as the vectors print it.
function describe(state) {
  const { action, choices, policy, region, model, gpc } = state;
  const deniedEventAt = state.deniedEventAt === 0 ? null : text(state.deniedEventAt);
  return {
    action,
    choices,
    decided_at: text(state.at),
    denied_event_at: deniedEventAt,
    policy,
    region: regionText(region),
    model,
    gpc,
  };
}

// A record of a vector: what is left out is the client's clock when it shows the service's time,
// and a signal that was off.
function readRecord(entry) {
  const at = Date.parse(entry.at);
  const region = parseRegionCode(entry.region);
  return {
    ...entry,
    at,
    event_at: entry.event_at ? Date.parse(entry.event_at) : at,
    region,
    model: modelAt(region, at),
    gpc: entry.gpc ?? false,
  };
}

// A decision vector's input -> its expected answer. Without a visitor present (the pipeline asks)
// the rules are those of the region recorded, and opt_in where nothing is recorded.
export function answer(input) {
  const now = Date.parse(input.now);
  const state = stateOf(input.history.map(readRecord));
  const recordedModel = isRecorded(state) ? modelAt(state.region, now) : "opt_in";
  const visitor = input.visitor;
  const question = {
    purpose: input.purpose,
    policy: policies[input.policy],
    state,
    hold: input.hold ?? "none",
    model: visitor ? modelAt(parseRegionCode(visitor.region), now) : recordedModel,
    now,
    // Where the site honours it DNT says the same as GPC, and "1" is all it can say.
    gpc: visitor !== undefined && (visitor.gpc || visitor.dnt === "1"),
  };
  const { allowed, reason, expires_at: expiresAt } = decide(question);
  return {
    ...(input.history.length > 1 ? { state: describe(state) } : {}),
    allowed,
    reason,
    expires_at: expiresAt === null ? null : text(expiresAt),
    must_ask: mustAsk(question),
  };
}
