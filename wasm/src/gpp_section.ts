// The usnat section of the IAB's Global Privacy Platform as a string and back, through gpp.wasm.
// The names are those of the section; their order is the SectionRecord of abi_gpp.cpp.

import { readText, writeText } from "./core";
import { instantiate } from "./core_loader";

export interface GppExports {
  memory: { buffer: ArrayBuffer };
  gpp_abi_version(): number;
  gpp_page_in(): number;
  gpp_page_out(): number;
  gpp_us_national(sellsOrShares: number, optedOut: number, gpc: number): number;
  gpp_encode(): number;
  gpp_decode(size: number): number;
}

const fieldWidths = {
  SharingNotice: 1,
  SaleOptOutNotice: 1,
  SharingOptOutNotice: 1,
  TargetedAdvertisingOptOutNotice: 1,
  SensitiveDataProcessingOptOutNotice: 1,
  SensitiveDataLimitUseNotice: 1,
  SaleOptOut: 1,
  SharingOptOut: 1,
  TargetedAdvertisingOptOut: 1,
  SensitiveDataProcessing: 16,
  KnownChildSensitiveDataConsents: 3,
  PersonalDataConsents: 1,
  MspaCoveredTransaction: 1,
  MspaOptOutOptionMode: 1,
  MspaServiceProviderMode: 1,
} as const;
type Field = keyof typeof fieldWidths;
const fields = Object.entries(fieldWidths) as [Field, number][];

/** A number a field, a list where the section has several. Version 1 is read as version 2. */
export type UsNational = { [Name in Field]: number | number[] } & { Gpc: boolean };

export interface SiteStatement {
  sellsOrShares: boolean;
  optedOut: boolean;
  gpc: boolean;
}

export class GppSection {
  private readonly pageIn: Uint8Array;
  private readonly pageOut: Uint8Array;

  constructor(private readonly exports: GppExports) {
    if (exports.gpp_abi_version() !== 1) throw new Error("consent gpp of another version");
    this.pageIn = new Uint8Array(exports.memory.buffer, exports.gpp_page_in(), 16384);
    this.pageOut = new Uint8Array(exports.memory.buffer, exports.gpp_page_out(), 4096);
  }

  /** As loadCore(): WebAssembly, else the same as JavaScript. */
  static async load(
    wasm: string | BufferSource,
    fallback?: () => Promise<unknown>,
  ): Promise<GppSection> {
    try {
      return new GppSection((await instantiate(wasm)) as GppExports);
    } catch (error) {
      if (!fallback) throw error;
      return new GppSection((await fallback()) as GppExports);
    }
  }

  /** What a site can say that neither sells nor shares, or that does and lets visitors opt out. */
  statement({ sellsOrShares, optedOut, gpc }: SiteStatement): UsNational {
    this.exports.gpp_us_national(+sellsOrShares, +optedOut, +gpc);
    return this.read();
  }

  /** Undefined when a field has a value that two bits do not hold. */
  encode(section: UsNational): string | undefined {
    const bytes = fields.flatMap(([name]) => section[name]);
    this.pageIn.set(bytes.map((value) => (value >= 0 && value <= 3 ? value : 255)));
    this.pageIn[bytes.length] = +section.Gpc;
    const size = this.exports.gpp_encode();
    return size < 0 ? undefined : readText(this.pageOut, size);
  }

  /** Undefined when the text is no GPP string with a usnat section. */
  decode(text: string): UsNational | undefined {
    return this.exports.gpp_decode(writeText(this.pageIn, text)) < 0 ? undefined : this.read();
  }

  private read(): UsNational {
    let at = 0;
    const values = fields.map(([name, width]) => {
      at += width;
      const list = [...this.pageOut.subarray(at - width, at)];
      return [name, width > 1 ? list : list[0]];
    });
    return { ...Object.fromEntries(values), Gpc: !!this.pageOut[at] } as UsNational;
  }
}
