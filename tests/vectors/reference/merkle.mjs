// RFC 6962 section 2.1 written down a second time, from the top of the tree down as the RFC says
// it, with SHA-256. Proofs carry the side each hash stands on, as seen by who computes upwards.

import { createHash } from "node:crypto";

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
export const leafHash = (data) => sha256(Buffer.from([0]), data);
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);

/** The largest power of two smaller than n. */
const split = (n) => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** MTH(D[n]) */
export function root(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leafHash(leaves[0]);
  const k = split(leaves.length);
  return nodeHash(root(leaves.slice(0, k)), root(leaves.slice(k)));
}

/** PATH(m, D[n]) as [{ side, hash }] */
export function path(m, leaves) {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...path(m, leaves.slice(0, k)), { side: "R", hash: root(leaves.slice(k)) }]
    : [...path(m - k, leaves.slice(k)), { side: "L", hash: root(leaves.slice(0, k)) }];
}

/** SUBPROOF(m, D[n], b) as [{ side, hash }]; the side of a first hash that is a root is "=". */
function subproof(m, leaves, complete) {
  if (m === leaves.length) return complete ? [] : [{ side: "=", hash: root(leaves) }];
  const k = split(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), complete), { side: "R", hash: root(leaves.slice(k)) }]
    : [...subproof(m - k, leaves.slice(k), false), { side: "L", hash: root(leaves.slice(0, k)) }];
}

/** PROOF(m, D[n]) */
export const consistency = (m, leaves) => subproof(m, leaves, true);

/** The eight inputs every implementation of RFC 6962 is tested with. */
export const standardLeaves = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((hex) => Buffer.from(hex, "hex"));
