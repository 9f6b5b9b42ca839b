#pragma once
// The Merkle tree of RFC 6962 section 2.1 and RFC 9162 section 2.1, without its hash function:
// which hashes a proof has, and on which side each of them stands. Natively the hash of two nodes
// comes in as a function; a page asks for the plan and hashes itself. Sizes are numbers of leaves,
// leaves count from 0.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace consent {

inline constexpr std::uint64_t kTreeSizeMax = (std::uint64_t{1} << 53) - 1;  // exact in JavaScript
inline constexpr std::size_t kProofHashesMax = 54;

// How a proof is checked: begin with one hash, then for each further one compute
//   left:  node(hash, computed)    right: node(computed, hash)
// and compare the last result with the root.
struct ProofPlan {
  std::uint8_t hashes = 0;  // the proof must have exactly so many
  // Consistency only: the computation begins with the first hash of the proof instead of the old
  // root, because the old tree is no whole part of the new one.
  bool begins_in_proof = false;
  std::uint64_t left = 0;  // bit i: the i-th hash (not counting one it begins with) stands left
  unsigned steps() const { return hashes - (begins_in_proof ? 1U : 0U); }
  bool is_left(unsigned step) const { return (left >> step & 1) != 0; }
};

// RFC 9162 section 2.1.3.2. Begins with the leaf's hash. Empty when there is no such leaf.
std::optional<ProofPlan> plan_inclusion(std::uint64_t leaf, std::uint64_t size);

// RFC 9162 section 2.1.4.2, for 0 < old_size <= size, empty otherwise: of the empty tree nothing
// can be proven. Every hash enters the computation of the new root, those on the left also the old
// one.
std::optional<ProofPlan> plan_consistency(std::uint64_t old_size, std::uint64_t size);

// Leaves [begin, end); their hash is MTH(D[begin:end]) of RFC 6962 section 2.1.
struct LeafRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool operator==(const LeafRange&) const = default;
};
struct ProofRanges {
  std::array<LeafRange, kProofHashesMax> ranges{};
  std::size_t count = 0;
  std::span<const LeafRange> view() const { return {ranges.data(), count}; }
};
// The hashes a proof consists of, in its order (RFC 6962 sections 2.1.1 and 2.1.2). Empty where
// there is no plan.
ProofRanges inclusion_ranges(std::uint64_t leaf, std::uint64_t size);
ProofRanges consistency_ranges(std::uint64_t old_size, std::uint64_t size);

// A perfect subtree: the leaves [number << level, (number + 1) << level).
struct TreeNode {
  unsigned level = 0;
  std::uint64_t number = 0;
};
// The largest perfect subtree that begins at `begin` and ends at `end` at the latest.
constexpr TreeNode first_node(LeafRange range) {
  const auto widest = static_cast<unsigned>(std::bit_width(range.end - range.begin)) - 1;
  const auto aligned =
      range.begin == 0 ? widest : static_cast<unsigned>(std::countr_zero(range.begin));
  const unsigned level = widest < aligned ? widest : aligned;
  return {level, range.begin >> level};
}

// The hash of a range that is not empty and begins where a proof's range can: `node_hash(TreeNode)`
// answers for perfect subtrees, `join(left, right)` is the hash of two nodes.
template <typename NodeHash, typename Join>
auto range_hash(LeafRange range, NodeHash&& node_hash, Join&& join) {
  std::array<TreeNode, kProofHashesMax> nodes{};
  std::size_t count = 0;
  while (range.begin < range.end && count < nodes.size()) {
    nodes[count] = first_node(range);
    range.begin += std::uint64_t{1} << nodes[count].level;
    ++count;
  }
  auto hash = node_hash(nodes[--count]);
  while (count > 0) hash = join(node_hash(nodes[--count]), hash);
  return hash;
}

// True when `proof` shows that the leaf with the hash `leaf_hash` is number `leaf` of the tree.
template <typename Hash, typename Join>
bool proves_inclusion(const Hash& leaf_hash, std::uint64_t leaf, std::uint64_t size,
                      std::span<const Hash> proof, const Hash& root, Join&& join) {
  const std::optional<ProofPlan> plan = plan_inclusion(leaf, size);
  if (!plan || proof.size() != plan->hashes) return false;
  Hash hash = leaf_hash;
  for (unsigned step = 0; step < plan->steps(); ++step) {
    hash = plan->is_left(step) ? join(proof[step], hash) : join(hash, proof[step]);
  }
  return hash == root;
}

// True when `proof` shows that the new tree begins with all leaves of the old one.
template <typename Hash, typename Join>
bool proves_consistency(std::uint64_t old_size, const Hash& old_root, std::uint64_t size,
                        const Hash& root, std::span<const Hash> proof, Join&& join) {
  const std::optional<ProofPlan> plan = plan_consistency(old_size, size);
  if (!plan || proof.size() != plan->hashes) return false;
  Hash older = plan->begins_in_proof ? proof.front() : old_root;
  Hash newer = older;
  const std::span<const Hash> steps = proof.subspan(plan->begins_in_proof ? 1 : 0);
  for (unsigned step = 0; step < plan->steps(); ++step) {
    if (plan->is_left(step)) {
      older = join(steps[step], older);
      newer = join(steps[step], newer);
    } else {
      newer = join(newer, steps[step]);
    }
  }
  return older == old_root && newer == root;
}

}  // namespace consent
