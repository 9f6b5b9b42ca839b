// The core that decides for a visitor who has decided nothing, inside the script: it comes in the
// same request. The build fills in its bytes, a letter each.

declare const CONSENT_SMALL_CORE: string;

export function smallCore(): Uint8Array {
  return Uint8Array.from(CONSENT_SMALL_CORE, (letter) => letter.charCodeAt(0));
}
