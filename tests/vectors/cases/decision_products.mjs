// What the decision vectors ask, part two: products over states, ages, policies, signals and
// regions.

import { timeline } from "../reference/policies.mjs";
import { ask, day, hour, plus, record, visitorIn } from "./decision_builder.mjs";

const purposes = ["analytics", "marketing"];
const seconds = (count) => count * 1e3;

// Every kind of record in every kind of region, a while later, under the same policy.
const kindsOfRecord = [
  "accept_all",
  "save_analytics",
  "save_marketing",
  "save_both",
  "save_none",
  "reject_all",
  "gpc",
  "withdraw",
];
const everyRecord = ["DE", "GB", "BR", "US-CA", "CA-ON", "unknown"].flatMap((region) =>
  [...kindsOfRecord, ...(["US-CA", "CA-ON"].includes(region) ? ["default"] : [])].flatMap(
    (control) =>
      purposes.map((purpose) =>
        ask({
          comment: `${control} in ${region}: ${purpose}`,
          flags: ["Purpose"],
          now: "2026-11-12T09:30:00Z",
          purpose,
          history: [record(control, "2026-11-11T00:00:00Z", region)],
        }),
      ),
  ),
);

// Around the ends of a lifetime and of belief in a clock.
const ages = [
  ["at once", 0],
  ["a second later", seconds(1)],
  ["a second before the end", 182 * day - seconds(1)],
  ["at the end", 182 * day],
  ["a second after the end", 182 * day + seconds(1)],
  ["thirteen months later", 395 * day],
  ["a second early", -seconds(1)],
  ["a day early", -day],
  ["a day and a second early", -day - seconds(1)],
];
const everyAge = [
  ["DE", "accept_all"],
  ["US-CA", "accept_all"],
  ["US-CA", "default"],
  ["DE", "reject_all"],
  ["US-CA", "gpc"],
].flatMap(([region, control]) =>
  ages.map(([words, age]) =>
    ask({
      comment: `${control} in ${region}, judged ${words}`,
      flags: [age < 0 ? "FutureRecord" : "Lifetime"],
      now: plus("2024-03-01T00:00:00Z", age),
      history: [record(control, "2024-03-01T00:00:00Z", region)],
    }),
  ),
);

// A grant on either side of every policy change, judged on either side.
const changes = timeline.slice(1).flatMap(({ version, effective_at: change }) =>
  [
    ["a second before", -seconds(1), "an hour after", hour],
    ["at", 0, "a second after", seconds(1)],
    ["an hour after", hour, "an hour before", -hour],
    ["a day before", -day, "a second before", -seconds(1)],
  ].flatMap(([granted, grantOffset, judged, judgeOffset]) =>
    purposes.map((purpose) =>
      ask({
        comment: `granted ${granted} policy ${version}, judged ${judged} it: ${purpose}`,
        flags: ["PolicyChange"],
        now: plus(change, judgeOffset),
        purpose,
        history: [record("accept_all", plus(change, grantOffset), "DE")],
      }),
    ),
  ),
);

const spans = [
  ["2026-01-15", "2026-07-02"],
  ["2026-02-01", "2026-07-15"],
  ["2026-05-01", "2026-10-15"],
  ["2026-07-15", "2026-10-15"],
  ["2026-07-15", "2026-11-15"],
  ["2026-10-15", "2027-02-15"],
  ["2026-11-15", "2027-02-15"],
  ["2025-10-01", "2026-03-01"],
];
const longChanges = spans.flatMap(([from, to]) =>
  purposes.flatMap((purpose) =>
    ["accept_all", "default"].map((control) =>
      ask({
        comment: `${control} on ${from}, judged on ${to}: ${purpose}`,
        flags: ["PolicyChange"],
        now: `${to}T12:00:00Z`,
        purpose,
        history: [record(control, `${from}T12:00:00Z`, control === "default" ? "US-CA" : "DE")],
      }),
    ),
  ),
);

// A present visitor, with and without the signal, under every kind of history.
const made = "2026-11-20T00:00:00Z";
const histories = [
  ["nothing", []],
  ["a starting state", [record("default", made, "US-CA")]],
  ["a grant", [record("accept_all", made, "DE")]],
  ["a grant with the signal on", [record("accept_all", made, "US-CA", { gpc: true })]],
  ["a refusal", [record("reject_all", made, "DE")]],
  ["an opt-out", [record("reject_all", made, "US-CA")]],
  ["the signal", [record("gpc", made, "US-CA")]],
  ["a withdrawal", [record("withdraw", made, "DE")]],
];
const present = ["DE", "BR", "US-CA", "CA-ON", "CA-QC", "unknown"].flatMap((region) =>
  [false, true].flatMap((gpc) =>
    histories.map(([words, history]) =>
      ask({
        comment: `${words}, the visitor in ${region} ${gpc ? "with" : "without"} the signal`,
        flags: gpc ? ["GpcSignal"] : ["Travel"],
        now: "2026-11-23T10:00:00Z",
        visitor: visitorIn(region, gpc),
        history,
      }),
    ),
  ),
);
const presentMarketing = ["DE", "US-CA"].flatMap((region) =>
  [false, true].flatMap((gpc) =>
    histories.map(([words, history]) =>
      ask({
        comment: `${words}, the visitor in ${region} ${gpc ? "with" : "without"} the signal: marketing`,
        flags: ["GpcSignal"],
        now: "2026-11-23T10:00:00Z",
        purpose: "marketing",
        visitor: visitorIn(region, gpc),
        history,
      }),
    ),
  ),
);

// DNT: in the core's terms it is the signal, so that a few of each kind tell.
const dntSays = [
  ["1", "US-CA", "gpc", "analytics", record("default", made, "US-CA")],
  ["1", "US-CA", "gpc", "analytics", record("accept_all", made, "US-CA")],
  ["1", "US-CA", "granted", "analytics", record("accept_all", made, "US-CA", { gpc: true })],
  ["1", "US-CA", "opted_out", "analytics", record("reject_all", made, "US-CA")],
  ["1", "US-CA", "gpc", "marketing", record("accept_all", made, "US-CA")],
  ["1", "DE", "granted", "analytics", record("accept_all", made, "DE")],
  ["1", "DE", "gpc", "marketing", record("accept_all", made, "DE")],
  ["0", "US-CA", "gpc", "analytics", record("gpc", made, "US-CA")],
  ["0", "US-CA", "granted", "analytics", record("accept_all", made, "US-CA")],
  ["yes", "US-CA", "granted", "analytics", record("accept_all", made, "US-CA")],
  ["unspecified", "US-CA", "granted", "analytics", record("accept_all", made, "US-CA")],
].map(([dnt, region, hand, purpose, one]) =>
  ask({
    comment: `${one.action}, the visitor in ${region} with DNT: ${dnt}: ${purpose}`,
    flags: ["DntSignal"],
    now: "2026-11-23T10:00:00Z",
    purpose,
    hand,
    visitor: visitorIn(region, false, dnt),
    history: [one],
  }),
);

// Rights exercised on the subject.
const holds = ["restricted", "erased"].flatMap((hold) =>
  histories.slice(0, 6).flatMap(([words, history]) =>
    [...purposes, "essential"].map((purpose) =>
      ask({
        comment: `${hold}, ${words}: ${purpose}`,
        flags: ["Hold"],
        now: "2026-11-23T10:00:00Z",
        purpose,
        history,
        hold,
      }),
    ),
  ),
);

// Essential always runs; a purpose the policy does not use never does.
const summer = "2026-08-01T00:00:00Z";
const fixed = ["DE", "US-CA", "unknown"].flatMap((region) =>
  kindsOfRecord
    .slice(0, 2)
    .concat("reject_all", "withdraw")
    .flatMap((control) => [
      ask({
        comment: `essential after ${control} in ${region}`,
        flags: ["Purpose"],
        now: "2026-11-23T10:00:00Z",
        purpose: "essential",
        history: [record(control, made, region)],
      }),
      ask({
        comment: `marketing while no policy uses it, after ${control} in ${region}`,
        flags: ["UnknownPurpose"],
        now: plus(summer, hour),
        purpose: "marketing",
        history: [record(control, summer, region)],
      }),
    ]),
);

export const products = [
  ...everyRecord,
  ...everyAge,
  ...changes,
  ...longChanges,
  ...present,
  ...presentMarketing,
  ...dntSays,
  ...holds,
  ...fixed,
];
