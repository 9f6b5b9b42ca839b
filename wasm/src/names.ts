// The names the service uses, at the positions the core numbers them (policy.h, record_state.h,
// ruleset.h, decision.h, token.h). The vectors fail when one moves.

export const purposeNames = ["essential", "analytics", "marketing"] as const;
export type Purpose = (typeof purposeNames)[number];
export type OptionalPurpose = Exclude<Purpose, "essential">;

/** One service of a purpose, as the notice names it: "analytics:matomo". */
export type ServiceName = `${OptionalPurpose}:${string}`;
/** What is switched on. A service that is not named goes with its purpose. */
export type Granted = Partial<Record<OptionalPurpose | ServiceName, boolean>>;

export const choiceNames = ["not_asked", "denied", "granted"] as const;
export type Choice = (typeof choiceNames)[number];
export type Choices = Partial<Record<OptionalPurpose, Choice>>;

export const actionNames = [
  "none",
  "accept_all",
  "reject_all",
  "save",
  "withdraw",
  "gpc",
  "default",
] as const;
export type Action = (typeof actionNames)[number];

export type Layer = "none" | "banner" | "preferences" | "form" | "api";

export const modelNames = ["opt_in", "opt_out"] as const;
export type Model = (typeof modelNames)[number];

export const holdNames = ["none", "restricted", "erased"] as const;
export type Hold = (typeof holdNames)[number];

const allowedReasons = ["essential", "granted", "opt_out_default"] as const;
const deniedReasons = [
  "no_record",
  "refused",
  "withdrawn",
  "opted_out",
  "gpc",
  "expired",
  "notice_changed",
  "restricted",
  "erased",
  "invalid_token",
  "unknown_purpose",
] as const;
export type Reason = (typeof allowedReasons)[number] | (typeof deniedReasons)[number];

/** The reason of a number: 1 to 3 allow, 16 and above deny. Anything unknown denies. */
export function reasonName(number: number): Reason {
  return allowedReasons[number - 1] ?? deniedReasons[number - 16] ?? "no_record";
}

export function isAllowed(reason: Reason): boolean {
  return (allowedReasons as readonly string[]).includes(reason);
}
