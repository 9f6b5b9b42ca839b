// As built_files.ts: what follow_up.js loads, which is itself one of the files named there.

declare const CONSENT_FILES: Record<"gpp" | "gppWasm" | "gppWasm2js", string>;

export const gppFile = CONSENT_FILES.gpp;
export const gppWasmFile = CONSENT_FILES.gppWasm;
export const gppWasm2jsFile = CONSENT_FILES.gppWasm2js;
