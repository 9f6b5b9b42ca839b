// gpp.js: loaded where a page asks for __gpp, with its own core.

import { gppWasm2jsFile, gppWasmFile } from "./built_gpp_files";
import type { Consent } from "./consent";
import type { ConsentApi } from "./consent_module";
import { installGpp, type GppMode } from "./gpp";
import { GppSection } from "./gpp_section";

export interface GppModule {
  serveGpp: typeof serveGpp;
}

export function serveGpp(
  mode: GppMode,
  base: string,
  root: ShadowRoot,
  consent: ConsentApi,
  { page, loadNotice }: Consent,
): void {
  const fallback = () => import(base + gppWasm2jsFile) as Promise<unknown>;
  const section = GppSection.load(base + gppWasmFile, fallback);
  installGpp({ mode, consent, page, loadNotice, root, section });
}
