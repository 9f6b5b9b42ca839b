// The policy timeline of site.jsonc and what it means on a day: which version is in force, and
// since when nothing material has changed for a purpose.

// Only what is material: recipients with their services and countries, controller, legal basis.
const vendorA = "stats/Alpha Statistics GmbH/DE";
const vendorB = "funnel/Beta Funnels BV/NL";
const mailDE = "mail/Gamma Mail GmbH/DE";
const mailUS = "mail/Gamma Mail GmbH/US";
const first = "Vectors Ltd";
const second = "Vectors Holding Ltd";

export const timeline = [
  {
    version: 1,
    effective_at: "2019-01-01T00:00:00Z",
    controller: first,
    analytics: [vendorA],
    marketing: [mailDE],
  },
  {
    version: 2,
    effective_at: "2025-07-01T00:00:00Z",
    controller: first,
    analytics: [vendorA],
    marketing: [mailDE],
  },
  {
    version: 3,
    effective_at: "2026-01-01T00:00:00Z",
    controller: first,
    analytics: [vendorA, vendorB],
    marketing: [mailDE],
  },
  {
    version: 4,
    effective_at: "2026-04-01T00:00:00Z",
    controller: first,
    analytics: [vendorA, vendorB],
    marketing: [mailUS],
  },
  {
    version: 5,
    effective_at: "2026-07-01T00:00:00Z",
    controller: first,
    analytics: [vendorA, vendorB],
    marketing: null,
  },
  {
    version: 6,
    effective_at: "2026-10-01T00:00:00Z",
    controller: first,
    analytics: [vendorA, vendorB],
    marketing: [mailUS],
  },
  {
    version: 7,
    effective_at: "2026-11-01T00:00:00Z",
    controller: second,
    analytics: [vendorA, vendorB],
    marketing: [mailUS],
  },
  {
    version: 8,
    effective_at: "2027-02-01T00:00:00Z",
    controller: second,
    analytics: [vendorA, vendorB],
    marketing: [mailUS],
  },
];

function agree(older, newer, purpose) {
  if (purpose === "essential") return older.controller === newer.controller;
  if (older[purpose] === null || newer[purpose] === null) return false;
  return (
    older.controller === newer.controller &&
    [...older[purpose]].sort().join() === [...newer[purpose]].sort().join()
  );
}

function materialSince(inForce, purpose) {
  const now = timeline[inForce - 1];
  if (purpose !== "essential" && now[purpose] === null) return 0;
  let since = inForce;
  while (since > 1 && agree(timeline[since - 2], now, purpose)) since -= 1;
  return since;
}

export function policyAt(time) {
  const { version } = timeline
    .filter((policy) => Date.parse(policy.effective_at) <= Date.parse(time))
    .at(-1);
  return {
    version,
    material_since: {
      essential: materialSince(version, "essential"),
      analytics: materialSince(version, "analytics"),
      marketing: materialSince(version, "marketing"),
    },
  };
}

// Every policy a vector names by its version; 0 is a site that has none.
export const policies = {
  0: { version: 0, material_since: { essential: 0, analytics: 0, marketing: 0 } },
  ...Object.fromEntries(
    timeline.map(({ version, effective_at: from }) => [version, policyAt(from)]),
  ),
};

function purpose(id, vendors) {
  return {
    id,
    legal_basis: id === "essential" ? "contract" : "consent",
    name: { en: id },
    description: { en: `What ${id} is for.` },
    cookies: [],
    services: vendors.map((vendor) => {
      const [service, recipient, country] = vendor.split("/");
      return { id: service, name: recipient, recipient, country };
    }),
  };
}

// The timeline as a site file, for the service that the vectors are played to.
export function siteFile() {
  return {
    site: "vectors.test",
    origins: ["https://vectors.test"],
    default_language: "en",
    honour_dnt: true,
    policies: timeline.map((policy) => ({
      version: policy.version,
      published_at: new Date(Date.parse(policy.effective_at) - 31 * 86400e3)
        .toISOString()
        .replace(".000Z", "Z"),
      effective_at: policy.effective_at,
      controller: policy.controller,
      purposes: ["essential", "analytics", "marketing"]
        .filter((id) => policy[id] !== null)
        .map((id) => purpose(id, policy[id] ?? ["hosting/Delta Hosting GmbH/DE"])),
    })),
    languages: ["en"],
    policy_url: "/privacy",
  };
}
