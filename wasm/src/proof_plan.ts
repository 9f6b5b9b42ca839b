// What of a proof the core decides, through proof.wasm: which hashes it has and on which side each
// stands, and what a leaf of the log says. Hashing is the page's (receipt.ts).

import { instantiate } from "./core_loader";

export interface ProofExports {
  memory: { buffer: ArrayBuffer };
  proof_abi_version(): number;
  proof_page_in(): number;
  proof_page_out(): number;
  proof_inclusion(): number;
  proof_consistency(): number;
  proof_leaf(size: number): number;
}

/** Per further hash: does it stand left of what has been computed. */
export interface Plan {
  beginsInProof: boolean;
  left: boolean[];
}

export interface LogLeaf {
  time: number;
  kind: number;
  id: Uint8Array;
  commitment: Uint8Array;
  content: Uint8Array;
}

const pageBytes = 16384;

export class ProofPlans {
  private readonly pageIn: Uint8Array;
  private readonly pageOut: Uint8Array;

  constructor(private readonly exports: ProofExports) {
    if (exports.proof_abi_version() !== 1) throw new Error("consent proof of another version");
    this.pageIn = new Uint8Array(exports.memory.buffer, exports.proof_page_in(), pageBytes);
    this.pageOut = new Uint8Array(exports.memory.buffer, exports.proof_page_out(), 4096);
  }

  static async load(wasm: string | BufferSource): Promise<ProofPlans> {
    return new ProofPlans((await instantiate(wasm)) as ProofExports);
  }

  /** Undefined when there is no such leaf. */
  inclusion(leaf: number, size: number): Plan | undefined {
    return this.plan(leaf, size, () => this.exports.proof_inclusion());
  }

  /** Undefined unless 0 < oldSize <= size. */
  consistency(oldSize: number, size: number): Plan | undefined {
    return this.plan(oldSize, size, () => this.exports.proof_consistency());
  }

  /** Undefined when the bytes are no leaf. */
  leaf(bytes: Uint8Array): LogLeaf | undefined {
    if (bytes.length > pageBytes) return undefined;
    this.pageIn.set(bytes);
    if (this.exports.proof_leaf(bytes.length) < 0) return undefined;
    const out = this.pageOut;
    const view = new DataView(out.buffer, out.byteOffset);
    return {
      time: Number(view.getBigInt64(0, true)),
      kind: view.getUint8(8),
      id: out.slice(9, 25),
      commitment: out.slice(25, 57),
      content: out.slice(57, 89),
    };
  }

  private plan(part: number, size: number, ask: () => number): Plan | undefined {
    if (![part, size].every((number) => Number.isSafeInteger(number) && number >= 0)) return;
    const view = new DataView(this.pageIn.buffer, this.pageIn.byteOffset);
    view.setBigUint64(0, BigInt(part), true);
    view.setBigUint64(8, BigInt(size), true);
    const length = ask();
    if (length < 0) return undefined;
    const left = [...this.pageOut.subarray(1, length)].map((side) => side === 1);
    return { beginsInProof: this.pageOut[0] === 1, left };
  }
}
