// The question to the core: may this purpose run now. Offsets as QuestionRecord in abi_records.h.

import { packChoices, unpackChoices, viewOf, type Core, type DecidingExports } from "./core";
import {
  actionNames,
  holdNames,
  modelNames,
  purposeNames,
  reasonName,
  type Action,
  type Choices,
  type Hold,
  type Model,
  type Purpose,
  type Reason,
} from "./names";

/** What is recorded of a visitor. Times are whole seconds since 1970, except for the event's. */
export interface RecordState {
  action: Action;
  choices: Choices;
  decidedAt: number;
  policy: number;
  model: Model;
  gpc: boolean;
  hold?: Hold;
  deniedEventMs?: number;
}

export const nothingRecorded: RecordState = {
  action: "none",
  choices: {},
  decidedAt: 0,
  policy: 0,
  model: "opt_in",
  gpc: false,
};

/**
 * The policy in force: for each purpose the oldest version that still means the same; 0 where
 * unused.
 */
export interface PolicyInForce {
  version: number;
  materialSince: Partial<Record<Purpose, number>>;
}

export interface Question {
  purpose?: Purpose;
  model: Model;
  policy: PolicyInForce;
  state: RecordState;
  gpc: boolean;
  /** DNT: 1, where the site honours it. */
  dnt: boolean;
  now: number;
}

export interface Decision {
  reason: Reason;
  /** Seconds since 1970; 0 where the decision rests on nothing recorded. */
  expiresAt: number;
}

function setSeconds(view: DataView, offset: number, value: number): void {
  view.setBigInt64(offset, BigInt(Math.trunc(value) || 0), true);
}

export function writeState(view: DataView, state: RecordState): void {
  view.setUint8(0, actionNames.indexOf(state.action));
  view.setUint8(1, holdNames.indexOf(state.hold ?? "none"));
  view.setUint8(2, modelNames.indexOf(state.model));
  view.setUint8(3, +state.gpc);
  view.setUint16(4, packChoices(state.choices), true);
  view.setUint16(6, state.policy, true);
  setSeconds(view, 8, state.decidedAt);
  setSeconds(view, 16, state.deniedEventMs ?? 0);
}

export function readState(view: DataView): RecordState {
  return {
    action: actionNames[view.getUint8(0)]!,
    hold: holdNames[view.getUint8(1)]!,
    model: modelNames[view.getUint8(2)]!,
    gpc: !!view.getUint8(3),
    choices: unpackChoices(view.getUint16(4, true)),
    policy: view.getUint16(6, true),
    decidedAt: Number(view.getBigInt64(8, true)),
    deniedEventMs: Number(view.getBigInt64(16, true)),
  };
}

function writeQuestion(core: Core<DecidingExports>, question: Question): void {
  const view = viewOf(core.pageIn);
  writeState(view, question.state);
  setSeconds(view, 24, question.now);
  view.setUint16(32, question.policy.version, true);
  purposeNames.forEach((purpose, i) =>
    view.setUint16(34 + 2 * i, question.policy.materialSince[purpose] ?? 0, true),
  );
  view.setUint8(40, purposeNames.indexOf(question.purpose ?? "essential"));
  view.setUint8(41, modelNames.indexOf(question.model));
  view.setUint8(42, +question.gpc | (+question.dnt << 1));
}

/** Total: what the core cannot read is denied. */
export function reasonFor(core: Core<DecidingExports>, question: Question): Reason {
  writeQuestion(core, question);
  return reasonName(core.exports.consent_decide());
}

/** The same with the end of what it rests on. */
export function decide(core: Core<DecidingExports>, question: Question): Decision {
  const reason = reasonFor(core, question);
  return { reason, expiresAt: Number(viewOf(core.pageOut).getBigInt64(0, true)) };
}

export function mustAsk(core: Core<DecidingExports>, question: Question): boolean {
  writeQuestion(core, question);
  return core.exports.consent_must_ask() !== 0;
}
