// What follow_up.js loads in its turn, by names that carry their hash. The build fills them in.

declare const CONSENT_FILES: Record<"removal" | "placeholder" | "services" | "gpp", string>;

export const removalFile = CONSENT_FILES.removal;
export const servicesFile = CONSENT_FILES.services;
export const placeholderFile = CONSENT_FILES.placeholder;
export const gppFile = CONSENT_FILES.gpp;
