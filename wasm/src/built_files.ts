// The files that are loaded on the way, by names that carry their hash: they may be cached for
// ever, and a returning visitor transfers nothing. The build fills them in.

declare const CONSENT_FILES: Record<
  | "wasm"
  | "wasm2js"
  | "token"
  | "layout"
  | "optOut"
  | "theme"
  | "reopen"
  | "preferences"
  | "followUp"
  | "courier"
  | "configuration",
  string
>;

export const wasmFile = CONSENT_FILES.wasm;
export const wasm2jsFile = CONSENT_FILES.wasm2js;
export const tokenFile = CONSENT_FILES.token;
export const layoutFile = CONSENT_FILES.layout;
export const optOutFile = CONSENT_FILES.optOut;
export const themeFile = CONSENT_FILES.theme;
export const reopenFile = CONSENT_FILES.reopen;
export const preferencesFile = CONSENT_FILES.preferences;
export const configurationFile = CONSENT_FILES.configuration;
export const courierFile = CONSENT_FILES.courier;
export const followUpFile = CONSENT_FILES.followUp;
