// As built_files.ts: what gpp.js loads, which is itself one of the files named there.

declare const CONSENT_FILES: Record<"gppWasm" | "gppWasm2js", string>;

export const gppWasmFile = CONSENT_FILES.gppWasm;
export const gppWasm2jsFile = CONSENT_FILES.gppWasm2js;
