// What the Merkle vectors ask. Proofs and roots come from the reference; that a damaged one is
// refused was chosen by hand for each kind of damage.

import { consistency, leafHash, path, root, standardLeaves } from "../reference/merkle.mjs";

export const area = "merkle";
export const flags = {
  Inclusion: "a leaf and a root, for every leaf of every tree of up to eight, and some larger ones",
  Consistency: "two roots, for every pair of sizes up to eight, and some larger ones",
  Outside: "a leaf behind the end, an old tree that is empty or larger: there is no proof",
  WrongRoot: "one bit of a root is another",
  WrongLeaf: "one bit of the leaf's hash, or its number, is another",
  WrongHash: "one bit of a hash of the proof is another",
  Swapped: "two hashes of the proof have changed places, or leaf and root have",
  Length: "a hash too few, too many, or none",
};

// The first bytes of the roots of zero to eight standard leaves, as published.
const published = "e3b0c442 6e340b9c fac54203 aeb6bcfe d37ee418 4e3bbb1f 76e67dad ddb89be4 5dc9da79";
export const constants = {
  roots: published.split(" ").map((prefix, size) => {
    const hex = root(standardLeaves.slice(0, size)).toString("hex");
    if (!hex.startsWith(prefix)) throw new Error(`the root of size ${size} is not the published one`);
    return hex;
  }),
};

const hex = (bytes) => bytes.toString("hex");
const leavesOf = (size) =>
  size <= standardLeaves.length
    ? standardLeaves.slice(0, size)
    : Array.from({ length: size }, (_, i) => Buffer.from(`leaf ${i}`));
const sidesOf = (steps) => steps.map(({ side }) => side).join("");
const hashesOf = (steps) => steps.map(({ hash }) => hex(hash));

const outcomes = new Map();
function one(comment, flag, input, outcome) {
  outcomes.set(JSON.stringify(input), outcome);
  return { comment, flags: [flag], input };
}

function inclusion(leaf, size) {
  const leaves = leavesOf(size);
  const steps = path(leaf, leaves);
  const input = {
    inclusion: { leaf, size, leaf_hash: hex(leafHash(leaves[leaf])), root: hex(root(leaves)) },
    proof: hashesOf(steps),
  };
  return { input, sides: sidesOf(steps) };
}

function consistent(oldSize, size) {
  const leaves = leavesOf(size);
  const steps = consistency(oldSize, leaves);
  const oldRoot = hex(root(leaves.slice(0, oldSize)));
  const input = {
    consistency: { old_size: oldSize, old_root: oldRoot, size, root: hex(root(leaves)) },
    proof: hashesOf(steps),
  };
  return { input, sides: sidesOf(steps) };
}

const shown = ({ input }) =>
  input.inclusion
    ? `leaf ${input.inclusion.leaf} of ${input.inclusion.size}`
    : `${input.consistency.old_size} to ${input.consistency.size}`;
const holds = (proof) =>
  one(
    `${shown(proof)} is proven`,
    proof.input.inclusion ? "Inclusion" : "Consistency",
    proof.input,
    { valid: true, sides: proof.sides },
  );

const inclusions = [];
const consistencies = [];
for (let size = 1; size <= 8; size += 1) {
  for (let k = 0; k < size; k += 1) inclusions.push(inclusion(k, size));
  for (let k = 1; k <= size; k += 1) consistencies.push(consistent(k, size));
}
for (const [leaf, size] of [[0, 256], [255, 256], [256, 257], [100, 300], [299, 300], [511, 1000]])
  inclusions.push(inclusion(leaf, size));
for (const [oldSize, size] of [[255, 256], [256, 257], [7, 300], [257, 300], [512, 1000], [999, 1000]])
  consistencies.push(consistent(oldSize, size));

const flipped = (text, at = 0) =>
  text.slice(0, at) + (parseInt(text[at], 16) ^ 1).toString(16) + text.slice(at + 1);
const swapped = ([first, second, ...others]) => [second, first, ...others];

function changed(proof, what, flag, change, sides = proof.sides) {
  const input = structuredClone(proof.input);
  change(input);
  return one(`${shown(proof)}: ${what}`, flag, input, { valid: false, sides });
}

// What can be done to any proof that has hashes.
function damaged(proof) {
  const question = proof.input.inclusion ? "inclusion" : "consistency";
  const list = [
    changed(proof, "another root", "WrongRoot", (input) => {
      input[question].root = flipped(input[question].root, 63);
    }),
    changed(proof, "a hash too many", "Length", (input) => input.proof.push(input[question].root)),
    changed(proof, "a root in front", "Length", (input) => input.proof.unshift(input[question].root)),
    changed(proof, "the last hash cut off", "Length", (input) => input.proof.pop()),
    changed(proof, "the first hash cut off", "Length", (input) => input.proof.shift()),
    changed(proof, "no hashes", "Length", (input) => (input.proof = [])),
  ];
  proof.input.proof.forEach((_, i) => {
    list.push(
      changed(proof, `hash ${i} is another`, "WrongHash", (input) => {
        input.proof[i] = flipped(input.proof[i], i % 64);
      }),
    );
  });
  if (proof.input.proof.length > 1)
    list.push(
      changed(proof, "two hashes swapped", "Swapped", (input) => {
        input.proof = swapped(input.proof);
      }),
    );
  return list;
}

const damagedInclusions = [inclusion(5, 7), inclusion(6, 7), inclusion(0, 8), inclusion(256, 257)];
const damagedConsistencies = [consistent(3, 7), consistent(4, 7), consistent(6, 8), consistent(257, 300)];
const wrongLeaves = damagedInclusions.flatMap((proof) => [
  changed(proof, "another leaf", "WrongLeaf", (input) => {
    input.inclusion.leaf_hash = flipped(input.inclusion.leaf_hash, 31);
  }),
]);
const fifth = inclusion(5, 8);
wrongLeaves.push(
  changed(fifth, "said to be leaf 4", "WrongLeaf", (input) => (input.inclusion.leaf = 4), inclusion(4, 8).sides),
  changed(fifth, "leaf and root swapped", "Swapped", ({ inclusion: asked }) => {
    [asked.leaf_hash, asked.root] = [asked.root, asked.leaf_hash];
  }),
);
const oldRoots = damagedConsistencies.map((proof) =>
  changed(proof, "another old root", "WrongRoot", (input) => {
    input.consistency.old_root = flipped(input.consistency.old_root, 7);
  }),
);
const same = consistent(8, 8);
const equalSizes = [
  changed(same, "two roots of one size", "WrongRoot", (input) => {
    input.consistency.old_root = flipped(input.consistency.old_root);
  }),
  changed(same, "a hash where none is needed", "Length", (input) => {
    input.proof = [input.consistency.root];
  }),
];

const outside = [];
for (const [leaf, size] of [[0, 0], [1, 1], [8, 8], [9, 8]]) {
  const { input } = inclusion(0, 1);
  outside.push(changed({ input }, `asked as leaf ${leaf} of ${size}`, "Outside", (damage) => {
    Object.assign(damage.inclusion, { leaf, size });
  }, null));
}
for (const [oldSize, size] of [[0, 0], [0, 8], [8, 7], [9, 8]]) {
  const { input } = consistent(1, 1);
  outside.push(changed({ input }, `asked as ${oldSize} to ${size}`, "Outside", (damage) => {
    Object.assign(damage.consistency, { old_size: oldSize, size });
  }, null));
}

export const cases = [
  ...[...inclusions, ...consistencies].map(holds),
  ...outside,
  ...damagedInclusions.flatMap(damaged),
  ...damagedConsistencies.flatMap(damaged),
  ...wrongLeaves,
  ...oldRoots,
  ...equalSizes,
];
export const answer = (input) => outcomes.get(JSON.stringify(input));
export const flatten = (outcome) => outcome;
