// Builds decision cases: histories that a real visitor could have made, and why some cannot be played over HTTP.

import { policyAt } from '../reference/policies.mjs';
import { modelAt, optionalPurposes } from '../reference/decisions.mjs';

export const regions = {
  DE: { country: 'DE', subdivision: null },
  GB: { country: 'GB', subdivision: null },
  SJ: { country: 'SJ', subdivision: null },
  BR: { country: 'BR', subdivision: null },
  JP: { country: 'JP', subdivision: null },
  unknown: { country: null, subdivision: null },
  US: { country: 'US', subdivision: null },
  'US-CA': { country: 'US', subdivision: 'US-CA' },
  'US-NY': { country: 'US', subdivision: 'US-NY' },
  'CA-ON': { country: 'CA', subdivision: 'CA-ON' },
  'CA-QC': { country: 'CA', subdivision: 'CA-QC' },
  CA: { country: 'CA', subdivision: null },
};

const second = 1e3;
export const hour = 3600 * second;
export const day = 24 * hour;
export const plus = (time, milliseconds) => new Date(Date.parse(time) + milliseconds).toISOString().replace('.000Z', 'Z');

const choicesOf = {
  accept_all: { analytics: 'granted', marketing: 'granted' },
  reject_all: { analytics: 'denied', marketing: 'denied' },
  withdraw: { analytics: 'denied', marketing: 'denied' },
  gpc: { analytics: 'denied', marketing: 'denied' },
  default: { analytics: 'granted', marketing: 'denied' },
  save_none: { analytics: 'denied', marketing: 'denied' },
  save_analytics: { analytics: 'granted', marketing: 'denied' },
  save_marketing: { analytics: 'denied', marketing: 'granted' },
  save_both: { analytics: 'granted', marketing: 'granted' },
};

// One decision of the visitor. `control` is an action, or save_<what>. Only purposes the policy of the day uses are
// asked about. `event_at` is the client's clock, `at` the service's.
export function record(control, at, region, { event_at: eventAt = at, gpc = control === 'gpc', policy, choices } = {}) {
  const inForce = policyAt(at);
  const asked = optionalPurposes.filter((purpose) => inForce.material_since[purpose] !== 0);
  return {
    at,
    event_at: eventAt,
    action: control.startsWith('save') ? 'save' : control,
    choices: choices ?? Object.fromEntries(asked.map((purpose) => [purpose, choicesOf[control][purpose]])),
    region: regions[region],
    gpc,
    policy: policy ?? inForce.version,
  };
}

export const visitorIn = (region, gpc = false) => ({ region: regions[region], gpc });

const grants = (entry) => Object.values(entry.choices).includes('granted');
const midnight = (time) => time.endsWith('T00:00:00Z');

function inexpressible({ history, hold, visitor, purpose, now, policy }) {
  if (hold !== 'none') return 'no route of the service places a hold yet';
  if (JSON.stringify(policy) !== JSON.stringify(policyAt(now))) return 'not a policy of site.jsonc';
  if (visitor && purpose !== 'analytics') return 'a present visitor is asked about through events, which need analytics only';
  for (const entry of history) {
    if (entry.policy !== policyAt(entry.at).version) return 'the service refuses a record for a policy not in force';
    if (entry.action === 'default' && (entry.gpc || modelAt(entry.region, Date.parse(entry.at)) === 'opt_in')) {
      return 'the service refuses a starting state here';
    }
    if (Math.abs(Date.parse(entry.at) - Date.parse(entry.event_at)) > day) return 'the service refuses a clock so far off';
    const used = optionalPurposes.filter((one) => policyAt(entry.at).material_since[one] !== 0);
    if (Object.keys(entry.choices).sort().join() !== used.join()) return 'the service refuses choices that miss a purpose';
  }
  const firstGrant = history.findIndex(grants);
  if (firstGrant > 0) return 'a refusal before any grant leaves nothing behind that a later record could be folded into';
  if (firstGrant < 0 && history.length > 0 && !midnight(history.at(-1).at)) return 'a refusal token carries a day, not a time';
  return null;
}

// `hand` is the reason as written down by hand; the reference must agree.
export function ask({ comment, flags, now, purpose = 'analytics', history = [], visitor = null, hold = 'none', policy, hand }) {
  const input = { now, policy: policy ?? policyAt(now), purpose, visitor, history, hold };
  const reason = inexpressible(input);
  return { comment, flags, input, skip: reason ? { http: reason } : undefined, hand: hand ? { reason: hand } : undefined };
}
