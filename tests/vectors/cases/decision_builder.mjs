// Builds decision cases: histories that a real visitor could have made, and why some cannot be
// played over HTTP.

import { policyAt } from "../reference/policies.mjs";
import { parseRegionCode } from "../reference/regions.mjs";
import { modelAt, optionalPurposes } from "../reference/decisions.mjs";

const regionCode = (name) => (name === "unknown" ? "" : name);

const second = 1e3;
export const hour = 3600 * second;
export const day = 24 * hour;
export const plus = (time, milliseconds) =>
  new Date(Date.parse(time) + milliseconds).toISOString().replace(".000Z", "Z");

const choicesOf = {
  accept_all: { analytics: "granted", marketing: "granted" },
  reject_all: { analytics: "denied", marketing: "denied" },
  withdraw: { analytics: "denied", marketing: "denied" },
  gpc: { analytics: "denied", marketing: "denied" },
  default: { analytics: "granted", marketing: "denied" },
  save_none: { analytics: "denied", marketing: "denied" },
  save_analytics: { analytics: "granted", marketing: "denied" },
  save_marketing: { analytics: "denied", marketing: "granted" },
  save_both: { analytics: "granted", marketing: "granted" },
};

// One decision of the visitor. `control` is an action, or save_<what>. Only purposes the policy of
// the day uses are asked about. `event_at` is the client's clock, `at` the service's.
export function record(
  control,
  at,
  region,
  { event_at: eventAt = at, gpc = control === "gpc", policy, choices } = {},
) {
  const inForce = policyAt(at);
  const asked = optionalPurposes.filter((purpose) => inForce.material_since[purpose] !== 0);
  return {
    at,
    ...(eventAt === at ? {} : { event_at: eventAt }),
    action: control.startsWith("save") ? "save" : control,
    choices:
      choices ?? Object.fromEntries(asked.map((purpose) => [purpose, choicesOf[control][purpose]])),
    region: regionCode(region),
    ...(gpc ? { gpc } : {}),
    policy: policy ?? inForce.version,
  };
}

// `dnt` is the value of the DNT field, where there is one.
export const visitorIn = (region, gpc = false, dnt = undefined) => ({
  region: regionCode(region),
  gpc,
  ...(dnt === undefined ? {} : { dnt }),
});

const grants = (entry) => Object.values(entry.choices).includes("granted");
const midnight = (time) => time.endsWith("T00:00:00Z");

function inexpressible({ history, hold, visitor, purpose, now, policy }) {
  if (policy !== policyAt(now).version) return "not a policy of site.json";
  if (visitor && purpose !== "analytics")
    return "events, where a visitor is present, ask for analytics only";
  for (const entry of history) {
    if (entry.policy !== policyAt(entry.at).version)
      return "the service refuses a record for a policy not in force";
    if (
      entry.action === "default" &&
      (entry.gpc ||
        entry.choices.marketing === "granted" ||
        modelAt(parseRegionCode(entry.region), Date.parse(entry.at)) === "opt_in")
    ) {
      return "the service refuses a starting state here";
    }
    if (entry.event_at && Math.abs(Date.parse(entry.at) - Date.parse(entry.event_at)) > day)
      return "the service refuses a clock so far off";
    const used = optionalPurposes.filter((one) => policyAt(entry.at).material_since[one] !== 0);
    if (Object.keys(entry.choices).sort().join() !== used.join())
      return "the service refuses choices that miss a purpose";
  }
  const firstGrant = history.findIndex(grants);
  if (hold && firstGrant < 0) return "a hold needs a subject, and who granted nothing has none";
  if (firstGrant > 0) return "a refusal before any grant leaves nothing to fold into";
  if (firstGrant < 0 && history.length > 0 && !midnight(history.at(-1).at))
    return "a refusal token carries a day, not a time";
  return null;
}

// `hand` is the reason as written down by hand; the reference must agree.
export function ask({
  comment,
  flags,
  now,
  purpose = "analytics",
  history = [],
  visitor,
  hold,
  policy,
  hand,
}) {
  const input = { now, policy: policy ?? policyAt(now).version, purpose };
  if (visitor) input.visitor = visitor;
  input.history = history;
  if (hold) input.hold = hold;
  const reason = inexpressible({ visitor, hold, ...input });
  return {
    comment,
    flags,
    input,
    skip: reason ? { http: reason } : undefined,
    hand: hand ? { reason: hand } : undefined,
  };
}
