/**
 * A Content-Security-Policy of own files only, with Trusted Types that allow none; `hash` names the
 * one inline script that may run.
 */
export const strictPolicy = (hash = "") =>
  [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' ${hash}`.trim(),
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
