// Checks a receipt of GET /v1/me/receipt without the service: the core says which hash of the proof
// stands where and what the leaf says, Web Crypto hashes and verifies. What the record's own bytes
// say is shown, not what the receipt says of them.

import { encodeBase64url } from "./base64url";
import { actionNames, choiceNames, purposeNames } from "./names";
import type { Plan, ProofPlans } from "./proof_plan";
import { openNote, parseVerifierKey } from "./signed_note";

const kindOfRecords = 0;
const format = "dialphone-consent-receipt/1";
const newestRecordFormat = 2;
const regionSources = ["", "unknown", "geo_db", "edge_header"];

type Bytes = Uint8Array;

export interface ReceiptRecord {
  id: string;
  subject: string;
  time: string;
  expires_at: string;
  site: string;
  region: string;
  language: string;
  action: string;
  choices: Record<string, string>;
  policy: number;
  notice: string | null;
  /** Of the page's address the path alone; empty: not recorded, as the two that follow. */
  page: string;
  controller: string;
  region_source: string;
}

export interface ReceiptCheck {
  /** What holds, in the order checked. */
  proven: string[];
  /** The first thing that does not; undefined: the receipt holds. */
  failure?: string;
  /** There when the receipt holds. */
  record?: ReceiptRecord;
}

class Failure extends Error {}

function require(holds: unknown, failure: string): asserts holds {
  if (!holds) throw new Failure(failure);
}

/** Canonical base64 with padding, or a failure. */
function fromBase64(text: unknown, name: string): Bytes {
  try {
    const bytes = Uint8Array.from(atob(text as string), (character) => character.charCodeAt(0));
    if (typeof text === "string" && btoa(String.fromCharCode(...bytes)) === text) return bytes;
  } catch {
    // said below
  }
  throw new Failure(`${name} is no base64`);
}

const same = (a: Bytes, b: Bytes) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const hex = (bytes: Bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const uuid = (bytes: Bytes) =>
  hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

async function sha256(...parts: (Bytes | number[])[]): Promise<Bytes> {
  const message = Uint8Array.from(parts.flatMap((part) => [...part]));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", message));
}

async function hmac(key: Bytes, message: Bytes): Promise<Bytes> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}

/** The root a proof leads to; undefined when it has a wrong number of hashes. */
export async function rootOf(
  leafHash: Bytes,
  plan: Plan,
  proof: Bytes[],
): Promise<Bytes | undefined> {
  if (proof.length !== plan.left.length) return undefined;
  let hash = leafHash;
  for (const [step, sister] of proof.entries()) {
    hash = await (plan.left[step] ? sha256([1], sister, hash) : sha256([1], hash, sister));
  }
  return hash;
}

/** The canonical bytes of a record (server/AUDIT.md), read to the end or refused. */
function readRecord(bytes: Bytes): ReceiptRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const time = (at: number) => new Date(Number(view.getBigInt64(at))).toISOString();
  let next = 100;
  const field = () => {
    const size = view.getUint8(next);
    const start = next + 1;
    next = start + size;
    if (next > bytes.length) throw new RangeError();
    return bytes.subarray(start, next);
  };
  const text = () => new TextDecoder("utf-8", { fatal: true }).decode(field());
  try {
    const choiceBits = view.getUint16(91);
    const choices = purposeNames
      .map((purpose, i) => [purpose, choiceNames[(choiceBits >> (2 * i)) & 3] ?? "?"])
      .filter(([, choice]) => choice !== "not_asked");
    const notice = field();
    const [region, site, language] = [text(), text(), text()];
    for (let rest = 0; rest < 4; rest += 1) text();
    const recordFormat = view.getUint8(0);
    const later = recordFormat > 1;
    const [page, controller] = later ? [text(), text()] : ["", ""];
    const source = later ? regionSources[view.getUint8(next++)] : "";
    require(
      recordFormat >= 1 &&
        recordFormat <= newestRecordFormat &&
        source !== undefined &&
        next === bytes.length,
      "/opening/record is no record",
    );
    return {
      id: uuid(bytes.subarray(3, 19)),
      subject: encodeBase64url(bytes.subarray(35, 51)),
      time: time(67),
      expires_at: time(83),
      site: site!,
      region: region!,
      language: language!,
      action: actionNames[view.getUint8(93)] ?? "?",
      choices: Object.fromEntries(choices) as Record<string, string>,
      policy: view.getUint16(97),
      notice: notice.length ? `sha256:${hex(notice)}` : null,
      page: page!,
      controller: controller!,
      region_source: source,
    };
  } catch (error) {
    throw error instanceof Failure ? error : new Failure("/opening/record is no record");
  }
}

interface Receipt {
  format: string;
  record: Record<string, unknown>;
  notice: { id: string; canonical_json: string } | null;
  opening: { record: string; nonce: string };
  leaf: { index: number; entry: string };
  proof: string[];
  checkpoint: string;
}

/** True when what the receipt says of the record is what its bytes say. */
function agrees(said: Record<string, unknown>, record: ReceiptRecord): boolean {
  const members = ["id", "subject", "time", "expires_at", "site", "action", "policy"] as const;
  const region = (said.region ?? {}) as { country?: string | null; subdivision?: string | null };
  return (
    members.every((name) => said[name] === record[name]) &&
    (said.notice ?? null) === record.notice &&
    (said.language ?? "") === record.language &&
    (region.subdivision ?? region.country ?? "") === record.region &&
    JSON.stringify(said.choices) === JSON.stringify(record.choices)
  );
}

async function checkLog(receipt: Receipt, key: string, plans: ProofPlans, proven: string[]) {
  const verifier = await parseVerifierKey(key.trim());
  require(verifier, "the key is no verifier key");
  const text = await openNote(receipt.checkpoint, verifier);
  require(text !== undefined, "the checkpoint is not signed with this key");
  const [origin, size, root, ...rest] = text.split("\n");
  require(
    origin === verifier.name && /^(0|[1-9]\d*)$/.test(size ?? "") && rest.join("") === "",
    "the checkpoint is of another log",
  );
  proven.push(`the log ${origin} has signed a tree of ${size} entries`);

  const entry = fromBase64(receipt.leaf?.entry, "/leaf/entry");
  const leaf = plans.leaf(entry);
  require(leaf && leaf.kind === kindOfRecords, "the leaf is not that of a record");
  const plan = plans.inclusion(receipt.leaf.index, Number(size));
  require(plan && Array.isArray(receipt.proof), "the proof does not fit the tree");
  const hashes = receipt.proof.map((hash) => fromBase64(hash, "/proof"));
  require(hashes.every((hash) => hash.length === 32), "the proof does not fit the tree");
  const computed = await rootOf(await sha256([0], entry), plan, hashes);
  require(
    computed && same(computed, fromBase64(root, "the root")),
    "the proof does not lead from the leaf to the signed tree",
  );
  const logged = new Date(leaf.time).toISOString();
  proven.push(`entry ${receipt.leaf.index} of that tree is this leaf, logged at ${logged}`);
  return leaf;
}

async function check(
  receipt: Receipt,
  key: string,
  plans: ProofPlans,
  proven: string[],
): Promise<ReceiptRecord> {
  require(receipt?.format === format, "this is no receipt, or one of another version");
  const leaf = await checkLog(receipt, key, plans, proven);
  const bytes = fromBase64(receipt.opening?.record, "/opening/record");
  const nonce = fromBase64(receipt.opening?.nonce, "/opening/nonce");
  require(
    same(await hmac(nonce, bytes), leaf.commitment),
    "the leaf commits to another record than the one in the receipt",
  );
  const record = readRecord(bytes);
  require(record.id === uuid(leaf.id), "the leaf is that of another record");
  require(
    agrees(receipt.record ?? {}, record),
    "/record says something else than what was logged",
  );
  proven.push(`the leaf commits to the record ${record.id}, made at ${record.time}`);
  await checkNotice(receipt, record, proven);
  return record;
}

async function checkNotice(receipt: Receipt, record: ReceiptRecord, proven: string[]) {
  require(!!receipt.notice === !!record.notice, "the receipt lacks the notice it cites");
  if (!receipt.notice || !record.notice) return;
  const notice = new TextEncoder().encode(receipt.notice.canonical_json);
  require(
    `sha256:${hex(await sha256(notice))}` === record.notice,
    "the notice is not the one that the record cites",
  );
  proven.push(`the notice is the one that was shown, ${record.notice}`);
}

/** Trusts `key` (GET /v1/transparency/key) and nothing the receipt says of itself. */
export async function checkReceipt(
  text: string,
  key: string,
  plans: ProofPlans,
): Promise<ReceiptCheck> {
  const proven: string[] = [];
  try {
    return { proven, record: await check(JSON.parse(text) as Receipt, key, plans, proven) };
  } catch (error) {
    if (error instanceof Failure) return { proven, failure: error.message };
    if (error instanceof SyntaxError) return { proven, failure: "this is no JSON" };
    return { proven, failure: `it cannot be checked here: ${String(error)}` };
  }
}
