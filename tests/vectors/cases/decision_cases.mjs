// What the decision vectors ask, part one: stories, each with the reason the law's table gives, by
// hand.

import { policies } from "../reference/policies.mjs";
import { answer as decisionAnswer } from "../reference/decisions.mjs";
import { ask, day, hour, plus, record, visitorIn } from "./decision_builder.mjs";
import { products } from "./decision_products.mjs";

export const area = "decision";
export const flags = {
  Table: "a row of the law's decision table",
  DenyWins: "a refusal, withdrawal or signal beats a grant, in whatever order they arrive",
  GpcSignal:
    "the opt-out signal: never adds anything, beats an earlier opt-in, its absence grants nothing",
  DntSignal: "DNT: 1, where the site honours it, is the opt-out signal; no other value says anything",
  Lifetime: "a grant ends after 182 days, to the second, and is never extended by a visit",
  FutureRecord: "a record from more than a day ahead is not believed",
  PolicyChange:
    "a grant counts until what it was given for changed materially, and not under an older policy",
  StartingState:
    "the recorded default of an opt_out region is nobody's choice and never replaces one",
  Purpose:
    "purposes do not stand in for each other; marketing has no default; essential always runs",
  UnknownPurpose: "a purpose the policy in force does not use",
  Hold: "restriction and erasure win over every choice",
  Travel: "the visitor is elsewhere than where the choice was made",
};

const at = "2026-11-10T00:00:00Z";
const noon = "2026-11-10T12:00:00Z";
const now = "2026-11-23T10:00:00Z";

const table = [
  ["opt_in, nothing recorded", "no_record", { visitor: visitorIn("DE") }],
  ["opt_in with the signal, nothing recorded", "no_record", { visitor: visitorIn("DE", true) }],
  ["unknown region, nothing recorded", "no_record", { visitor: visitorIn("unknown") }],
  ["Svalbard, nothing recorded", "no_record", { visitor: visitorIn("SJ") }],
  ["Canada without a province, nothing recorded", "no_record", { visitor: visitorIn("CA") }],
  [
    "opt_in, refused",
    "refused",
    { visitor: visitorIn("DE"), history: [record("reject_all", at, "DE")] },
  ],
  [
    "opt_in, granted",
    "granted",
    { visitor: visitorIn("DE"), history: [record("accept_all", noon, "DE")] },
  ],
  [
    "opt_in, granted before the signal was seen",
    "granted",
    { visitor: visitorIn("DE", true), history: [record("accept_all", noon, "DE")] },
  ],
  [
    "opt_in, granted before the signal: marketing is off",
    "gpc",
    {
      visitor: visitorIn("DE", true),
      purpose: "marketing",
      history: [record("accept_all", noon, "DE")],
    },
  ],
  [
    "opt_out without a signal, nothing recorded",
    "opt_out_default",
    { visitor: visitorIn("US-CA") },
  ],
  [
    "opt_out without a signal, nothing recorded: marketing has no default",
    "no_record",
    { visitor: visitorIn("US-CA"), purpose: "marketing" },
  ],
  ["opt_out with the signal, nothing recorded", "gpc", { visitor: visitorIn("US-CA", true) }],
  [
    "opt_out with the signal, an earlier opt-in",
    "gpc",
    { visitor: visitorIn("US-CA", true), history: [record("accept_all", noon, "US-CA")] },
  ],
  [
    "opt_out, opted out by signal, the signal is gone",
    "gpc",
    { visitor: visitorIn("US-CA"), history: [record("gpc", at, "US-CA")] },
  ],
  [
    "opt_out, explicit opt-out",
    "opted_out",
    { visitor: visitorIn("US-CA"), history: [record("reject_all", at, "US-CA")] },
  ],
  [
    "opt_out, an opt-in made with the signal on",
    "granted",
    {
      visitor: visitorIn("US-CA", true),
      history: [record("accept_all", noon, "US-CA", { gpc: true })],
    },
  ],
  [
    "opt_out, an opt-in made with the signal on: marketing stays off",
    "gpc",
    {
      visitor: visitorIn("US-CA", true),
      purpose: "marketing",
      history: [record("accept_all", noon, "US-CA", { gpc: true })],
    },
  ],
  [
    "opt_out with DNT, nothing recorded",
    "gpc",
    { flags: ["Table", "DntSignal"], visitor: visitorIn("US-CA", false, "1") },
  ],
  [
    "opt_out with DNT: 0, nothing recorded: it is no consent and no opt-out",
    "opt_out_default",
    { flags: ["Table", "DntSignal"], visitor: visitorIn("US-CA", false, "0") },
  ],
  [
    "opt_in with DNT: 0, nothing recorded: it is no consent",
    "no_record",
    { flags: ["Table", "DntSignal"], visitor: visitorIn("DE", false, "0") },
  ],
  ["the pipeline asks about nobody it knows", "no_record", {}],
  [
    "the pipeline asks about a starting state",
    "opt_out_default",
    { history: [record("default", noon, "US-CA")] },
  ],
  [
    "the pipeline asks about a withdrawal",
    "withdrawn",
    { history: [record("withdraw", at, "DE")] },
  ],
].map(([comment, hand, question]) => ask({ comment, flags: ["Table"], now, hand, ...question }));

const early = plus(noon, -hour);
const late = plus(noon, hour);
const folds = [
  [
    "granted, then withdrawn",
    "withdrawn",
    [record("accept_all", noon, "DE"), record("withdraw", late, "DE")],
  ],
  [
    "granted, then refused",
    "refused",
    [record("accept_all", noon, "DE"), record("reject_all", late, "DE")],
  ],
  [
    "granted, then saved with nothing",
    "refused",
    [record("accept_all", noon, "DE"), record("save_none", late, "DE")],
  ],
  [
    "granted, then the signal",
    "gpc",
    [record("accept_all", noon, "US-CA"), record("gpc", late, "US-CA")],
  ],
  [
    "granted, then opted out",
    "opted_out",
    [record("accept_all", noon, "US-CA"), record("reject_all", late, "US-CA")],
  ],
  [
    "granted, withdrawn, granted anew",
    "granted",
    [
      record("accept_all", early, "DE"),
      record("withdraw", noon, "DE"),
      record("accept_all", late, "DE"),
    ],
  ],
  [
    "the withdrawal arrives before the older grant it withdraws",
    "withdrawn",
    [
      record("accept_all", early, "DE"),
      record("withdraw", noon, "DE"),
      record("accept_all", late, "DE", { event_at: plus(noon, -1000) }),
    ],
  ],
  [
    "a grant of the very moment of the withdrawal",
    "withdrawn",
    [
      record("accept_all", early, "DE"),
      record("withdraw", noon, "DE"),
      record("accept_all", late, "DE", { event_at: noon }),
    ],
  ],
  [
    "a grant one second after the withdrawal",
    "granted",
    [
      record("accept_all", early, "DE"),
      record("withdraw", noon, "DE"),
      record("accept_all", late, "DE", { event_at: plus(noon, 1000) }),
    ],
  ],
  [
    "an old withdrawal arriving late still denies",
    "withdrawn",
    [record("accept_all", noon, "DE"), record("withdraw", late, "DE", { event_at: early })],
  ],
  [
    "an old refusal arriving late still denies",
    "refused",
    [record("accept_all", noon, "DE"), record("reject_all", late, "DE", { event_at: early })],
  ],
  [
    "a grant newer than a late-arriving withdrawal is lost, and must be given again",
    "withdrawn",
    [
      record("save_analytics", early, "DE"),
      record("accept_all", noon, "DE"),
      record("withdraw", late, "DE", { event_at: plus(early, 1000) }),
    ],
  ],
  [
    "both granted, then only analytics",
    "granted",
    [record("accept_all", noon, "DE"), record("save_analytics", late, "DE")],
  ],
  [
    "both granted, then only marketing",
    "refused",
    [record("accept_all", noon, "DE"), record("save_marketing", late, "DE")],
  ],
  [
    "only marketing, then an older grant of both",
    "refused",
    [record("save_marketing", noon, "DE"), record("accept_all", late, "DE", { event_at: early })],
  ],
  [
    "only marketing, then a newer grant of both",
    "granted",
    [record("save_marketing", noon, "DE"), record("accept_all", late, "DE")],
  ],
  [
    "only analytics, then an older record with only marketing: what it denies counts, what it grants does not",
    "refused",
    [
      record("save_analytics", noon, "DE"),
      record("save_marketing", late, "DE", { event_at: early }),
    ],
  ],
  [
    "only marketing, then an older record with only analytics",
    "refused",
    [
      record("save_marketing", noon, "DE"),
      record("save_analytics", late, "DE", { event_at: early }),
    ],
  ],
  [
    "granted twice",
    "granted",
    [record("accept_all", noon, "DE"), record("accept_all", late, "DE")],
  ],
  [
    "a refusal, later a grant",
    "granted",
    [record("reject_all", noon, "DE"), record("accept_all", late, "DE")],
  ],
  [
    "a refusal, then an older grant",
    "refused",
    [record("reject_all", noon, "DE"), record("accept_all", late, "DE", { event_at: early })],
  ],
  [
    "the signal, then a later opt-in with it on",
    "granted",
    [record("gpc", noon, "US-CA"), record("accept_all", late, "US-CA", { gpc: true })],
  ],
  [
    "the signal, then an opt-in of earlier",
    "gpc",
    [record("gpc", noon, "US-CA"), record("accept_all", late, "US-CA", { event_at: early })],
  ],
  [
    "a starting state, then the signal",
    "gpc",
    [record("default", noon, "US-CA"), record("gpc", late, "US-CA")],
  ],
  [
    "a starting state, then an opt-out",
    "opted_out",
    [record("default", noon, "US-CA"), record("reject_all", late, "US-CA")],
  ],
  [
    "a starting state, then an opt-in",
    "granted",
    [record("default", noon, "US-CA"), record("accept_all", late, "US-CA")],
  ],
  [
    "a starting state, then a withdrawal",
    "withdrawn",
    [record("default", noon, "US-CA"), record("withdraw", late, "US-CA")],
  ],
  [
    "an opt-in, then a starting state",
    "granted",
    [record("accept_all", noon, "US-CA"), record("default", late, "US-CA")],
  ],
  [
    "an opt-out by a known visitor, then a starting state",
    "opted_out",
    [
      record("accept_all", early, "US-CA"),
      record("reject_all", noon, "US-CA"),
      record("default", late, "US-CA"),
    ],
  ],
  [
    "the signal by a known visitor, then a starting state",
    "gpc",
    [
      record("accept_all", early, "US-CA"),
      record("gpc", noon, "US-CA"),
      record("default", late, "US-CA"),
    ],
  ],
  [
    "a starting state denies marketing, which makes no older grant void",
    "granted",
    [record("default", noon, "US-CA"), record("accept_all", late, "US-CA", { event_at: early })],
  ],
  [
    "two starting states",
    "opt_out_default",
    [record("default", noon, "US-CA"), record("default", late, "US-CA")],
  ],
].flatMap(([comment, hand, history]) => [
  ask({ comment: `${comment}: analytics`, flags: ["DenyWins"], now, history, hand }),
  ask({
    comment: `${comment}: marketing`,
    flags: ["DenyWins", "Purpose"],
    now,
    history,
    purpose: "marketing",
  }),
]);

const june = "2024-06-01T00:00:00Z";
const fiveMonths = plus(june, 150 * day);
const lifetime = [
  [
    "a visit in between extends nothing",
    "expired",
    { now: plus(june, 182 * day), history: [record("accept_all", june, "DE")] },
  ],
  [
    "the starting state recorded again starts anew",
    "opt_out_default",
    {
      now: plus(june, 190 * day),
      history: [record("default", june, "US-CA"), record("default", fiveMonths, "US-CA")],
    },
  ],
  [
    "granting again starts anew",
    "granted",
    {
      now: plus(june, 190 * day),
      history: [record("accept_all", june, "DE"), record("accept_all", fiveMonths, "DE")],
    },
  ],
  [
    "a void older grant does not start anew",
    "expired",
    {
      now: plus(june, 190 * day),
      history: [
        record("save_analytics", june, "DE"),
        record("accept_all", plus(june, hour), "DE", { event_at: plus(june, -hour) }),
      ],
    },
  ],
  [
    "a withdrawal does not run out",
    "withdrawn",
    {
      now: plus(june, 300 * day),
      history: [record("accept_all", june, "DE"), record("withdraw", plus(june, hour), "DE")],
    },
  ],
  [
    "an opt-out does not run out",
    "opted_out",
    { now: plus(june, 300 * day), history: [record("reject_all", june, "US-CA")] },
  ],
  [
    "thirteen months later",
    "expired",
    { now: plus(june, 395 * day), history: [record("accept_all", june, "DE")] },
  ],
  [
    "ten years later",
    "expired",
    { now: "2034-06-01T00:00:00Z", history: [record("accept_all", june, "GB")] },
  ],
  [
    "a record before 2038 judged after",
    "expired",
    { now: "2038-01-20T00:00:00Z", history: [record("accept_all", "2037-07-01T00:00:00Z", "DE")] },
  ],
  [
    "a record around 2038",
    "granted",
    { now: "2038-01-20T00:00:00Z", history: [record("accept_all", "2038-01-19T03:14:08Z", "DE")] },
  ],
].map(([comment, hand, question]) => ask({ comment, flags: ["Lifetime"], hand, ...question }));

const travel = [
  [
    "a starting state of California, now in Germany",
    "no_record",
    "DE",
    [record("default", noon, "US-CA")],
  ],
  [
    "a starting state of California, now nowhere known",
    "no_record",
    "unknown",
    [record("default", noon, "US-CA")],
  ],
  [
    "a starting state of California, now in Ontario",
    "opt_out_default",
    "CA-ON",
    [record("default", noon, "US-CA")],
  ],
  ["a grant of California, now in Germany", "granted", "DE", [record("accept_all", noon, "US-CA")]],
  ["a grant of Germany, now in California", "granted", "US-CA", [record("accept_all", noon, "DE")]],
  ["a refusal of Germany, now in California", "refused", "US-CA", [record("reject_all", at, "DE")]],
  [
    "an opt-out of California, now in Germany",
    "opted_out",
    "DE",
    [record("reject_all", at, "US-CA")],
  ],
  ["a withdrawal, now in Japan", "withdrawn", "JP", [record("withdraw", at, "DE")]],
  ["the signal in California, now in Germany", "gpc", "DE", [record("gpc", at, "US-CA")]],
  ["nothing recorded, in New York", "opt_out_default", "US-NY", []],
  ["nothing recorded, in an unknown state", "opt_out_default", "US", []],
  ["nothing recorded, in Quebec", "no_record", "CA-QC", []],
].map(([comment, hand, region, history]) =>
  ask({ comment, flags: ["Travel"], now, visitor: visitorIn(region), history, hand }),
);

const none = 0;
const odd = [
  ask({
    comment: "no policy: nothing optional exists",
    flags: ["UnknownPurpose"],
    now,
    policy: none,
    hand: "unknown_purpose",
    history: [record("accept_all", noon, "DE")],
  }),
  ask({
    comment: "no policy: essential runs",
    flags: ["Purpose"],
    now,
    policy: none,
    purpose: "essential",
    hand: "essential",
  }),
  ask({
    comment: "a grant that names no policy",
    flags: ["PolicyChange"],
    now,
    hand: "notice_changed",
    history: [record("accept_all", noon, "DE", { policy: 0 })],
  }),
  ask({
    comment: "a grant under the highest version number",
    flags: ["PolicyChange"],
    now,
    hand: "notice_changed",
    history: [record("accept_all", noon, "DE", { policy: 65535 })],
  }),
  ask({
    comment: "a choice that never asked about marketing",
    flags: ["Purpose"],
    now,
    purpose: "marketing",
    hand: "no_record",
    history: [record("save", noon, "DE", { choices: { analytics: "granted" } })],
  }),
  ask({
    comment: "a refusal that never asked about marketing",
    flags: ["Purpose"],
    now,
    purpose: "marketing",
    hand: "no_record",
    history: [record("save", noon, "DE", { choices: { analytics: "denied" } })],
  }),
  ask({
    comment: "a starting state that grants marketing still has no default for it",
    flags: ["StartingState"],
    now,
    purpose: "marketing",
    hand: "no_record",
    history: [
      record("default", noon, "US-CA", { choices: { analytics: "granted", marketing: "granted" } }),
    ],
  }),
  ask({
    comment: "a starting state made with the signal on",
    flags: ["StartingState", "GpcSignal"],
    now,
    hand: "gpc",
    history: [record("default", noon, "US-CA", { gpc: true })],
  }),
  ask({
    comment: "a starting state of an opt_in region",
    flags: ["StartingState"],
    now,
    hand: "no_record",
    history: [record("default", noon, "DE")],
  }),
  ask({
    comment: "a starting state that denies analytics",
    flags: ["StartingState"],
    now,
    hand: "no_record",
    history: [
      record("default", noon, "US-CA", { choices: { analytics: "denied", marketing: "denied" } }),
    ],
  }),
];

export const cases = [...table, ...folds, ...lifetime, ...travel, ...odd, ...products];

export const constants = { site: "vectors.test", policies };
export const answer = decisionAnswer;
export const flatten = (expect) => expect;
