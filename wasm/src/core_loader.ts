// Gets the core running: WebAssembly where it may be compiled, the same core as JavaScript where it
// may not (a Content-Security-Policy without 'wasm-unsafe-eval', a browser in lockdown mode).

import { createCore, type Core, type DecidingExports, type PageExports } from "./core";

export interface CoreSource {
  /** Where the module is, or its bytes. */
  wasm: string | BufferSource;
  /** Loads the JavaScript build. Without it there is no fallback. */
  fallback?: () => Promise<unknown>;
}

/** Whatever type the server says it has. A few kilobytes gain nothing from being streamed. */
export async function instantiate(wasm: string | BufferSource): Promise<unknown> {
  const bytes = typeof wasm === "string" ? await (await fetch(wasm)).arrayBuffer() : wasm;
  return (await WebAssembly.instantiate(bytes, {})).instance.exports;
}

/** Rejects when neither build runs: the caller then allows nothing. */
export async function loadCore<Exports extends DecidingExports = PageExports>({
  wasm,
  fallback,
}: CoreSource): Promise<Core<Exports>> {
  try {
    return createCore((await instantiate(wasm)) as Exports);
  } catch (error) {
    if (!fallback) throw error;
    return createCore((await fallback()) as Exports);
  }
}
