// Gets the core running: WebAssembly where it may be compiled, the same core as JavaScript where it
// may not (a Content-Security-Policy without 'wasm-unsafe-eval', a browser in lockdown mode).

import { createCore, type Core, type DecidingExports, type PageExports } from "./core";
import { fetchOnce } from "./early_fetch";

export interface CoreSource {
  /** Where the module is, or its bytes. */
  wasm: string | BufferSource;
  /** Loads the JavaScript build. Without it there is no fallback. */
  fallback?: () => Promise<unknown>;
}

/** Compiles while it downloads; when the server's MIME type forbids that, after the download. */
export async function instantiate(wasm: string | BufferSource): Promise<unknown> {
  if (typeof wasm !== "string") return (await WebAssembly.instantiate(wasm, {})).instance.exports;
  const response = await fetchOnce(wasm);
  const copy = response.clone();
  try {
    return (await WebAssembly.instantiateStreaming(response, {})).instance.exports;
  } catch {
    return (await WebAssembly.instantiate(await copy.arrayBuffer(), {})).instance.exports;
  }
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
