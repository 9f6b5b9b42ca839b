// What follow_up.js loads in its turn, by names that carry their hash. The build fills them in.

declare const CONSENT_FILES: Record<"removal" | "placeholder", string>;

export const removalFile = CONSENT_FILES.removal;
export const placeholderFile = CONSENT_FILES.placeholder;
