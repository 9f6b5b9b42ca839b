// The reduction module: what an event may keep. The service reduces every event again on arrival.

import { readText, viewOf, writeText } from "./core";
import { instantiate } from "./core_loader";

export interface ReductionExports {
  memory: { buffer: ArrayBuffer };
  reduction_abi_version(): number;
  reduction_page_in(): number;
  reduction_page_out(): number;
  reduction_url(size: number): number;
  reduction_referrer(referrerSize: number, pageSize: number): number;
  reduction_user_agent(size: number): number;
  reduction_address(size: number): number;
  reduction_duration(): number;
  reduction_event_name(size: number): number;
}

export interface ReducedUrl {
  path: string;
  campaign: { source: string; medium: string; name: string };
}

export interface ReducedUserAgent {
  browser: string;
  browserMajor: number;
  os: string;
  device: string;
}

export class Reduction {
  private readonly pageIn: Uint8Array;
  private readonly pageOut: Uint8Array;

  constructor(private readonly exports: ReductionExports) {
    if (exports.reduction_abi_version() !== 1)
      throw new Error("consent reduction of another version");
    this.pageIn = new Uint8Array(exports.memory.buffer, exports.reduction_page_in(), 16384);
    this.pageOut = new Uint8Array(exports.memory.buffer, exports.reduction_page_out(), 4096);
  }

  static async load(wasm: string | BufferSource): Promise<Reduction> {
    return new Reduction((await instantiate(wasm)) as ReductionExports);
  }

  /** Empty strings where nothing may be kept. */
  url(url: string): ReducedUrl {
    const size = this.exports.reduction_url(writeText(this.pageIn, url));
    const [path, source, medium, name] = this.texts(size, 4) as [string, string, string, string];
    return { path, campaign: { source, medium, name } };
  }

  referrer(referrer: string, pageUrl: string): string {
    const referrerSize = writeText(this.pageIn, referrer);
    const pageSize = writeText(this.pageIn, pageUrl, Math.max(0, referrerSize));
    const size = this.exports.reduction_referrer(referrerSize, pageSize);
    return size < 0 ? "" : readText(this.pageOut, size);
  }

  userAgent(userAgent: string): ReducedUserAgent {
    const major = this.exports.reduction_user_agent(writeText(this.pageIn, userAgent));
    if (major < 0) return { browser: "Other", browserMajor: 0, os: "Other", device: "other" };
    const [browser, os, device] = this.texts(major, 3) as [string, string, string];
    return { browser, browserMajor: major, os, device };
  }

  /** The truncated address, 4 or 16 bytes; undefined when the text is none. */
  address(text: string): Uint8Array | undefined {
    const size = this.exports.reduction_address(writeText(this.pageIn, text));
    return size < 0 ? undefined : this.pageOut.slice(0, size);
  }

  duration(ms: number): string {
    viewOf(this.pageIn).setBigInt64(0, BigInt(Math.trunc(ms)), true);
    return readText(this.pageOut, Math.max(0, this.exports.reduction_duration()));
  }

  isEventName(name: string): boolean {
    return this.exports.reduction_event_name(writeText(this.pageIn, name)) === 1;
  }

  private texts(result: number, count: number): string[] {
    if (result < 0) return Array<string>(count).fill("");
    let offset = 2 * count;
    return Array.from({ length: count }, (_, i) => {
      const size = viewOf(this.pageOut).getUint16(2 * i, true);
      offset += size;
      return readText(this.pageOut, size, offset - size);
    });
  }
}
