#include "consent/merkle.h"

namespace consent {
namespace {

constexpr std::uint64_t largest_power_below(std::uint64_t size) { return std::bit_floor(size - 1); }

// Proofs are found from the root down and read from the leaf up.
void put(ProofRanges& proof, LeafRange range) { proof.ranges[proof.count++] = range; }

void turn_around(ProofRanges& proof) {
  for (std::size_t low = 0, high = proof.count; low + 1 < high; ++low) {
    const LeafRange range = proof.ranges[low];
    proof.ranges[low] = proof.ranges[--high];
    proof.ranges[high] = range;
  }
}

// From the node `at` of a level whose last node is `last`, up to the root.
void climb(ProofPlan& plan, std::uint64_t at, std::uint64_t last) {
  while (last != 0) {
    const unsigned step = plan.steps();
    if ((at & 1) != 0 || at == last) {
      plan.left |= std::uint64_t{1} << step;
      // The last node of a level moves up alone until it has a sister.
      const int lonely = std::countr_zero(at);
      at >>= lonely;
      last >>= lonely;
    }
    at >>= 1;
    last >>= 1;
    ++plan.hashes;
  }
}

}  // namespace

std::optional<ProofPlan> plan_inclusion(std::uint64_t leaf, std::uint64_t size) {
  if (size > kTreeSizeMax || leaf >= size) return std::nullopt;
  ProofPlan plan;
  climb(plan, leaf, size - 1);
  return plan;
}

std::optional<ProofPlan> plan_consistency(std::uint64_t old_size, std::uint64_t size) {
  if (old_size == 0 || size > kTreeSizeMax || old_size > size) return std::nullopt;
  ProofPlan plan;
  if (old_size == size) return plan;
  const int whole = std::countr_zero(old_size);  // levels of the old tree's last perfect subtree
  plan.begins_in_proof = !std::has_single_bit(old_size);
  plan.hashes = plan.begins_in_proof ? 1 : 0;
  climb(plan, (old_size - 1) >> whole, (size - 1) >> whole);
  return plan;
}

ProofRanges inclusion_ranges(std::uint64_t leaf, std::uint64_t size) {
  ProofRanges proof;
  if (size > kTreeSizeMax || leaf >= size) return proof;
  LeafRange tree{0, size};
  while (tree.end - tree.begin > 1) {
    const std::uint64_t middle = tree.begin + largest_power_below(tree.end - tree.begin);
    const bool on_the_left = leaf < middle;
    put(proof, on_the_left ? LeafRange{middle, tree.end} : LeafRange{tree.begin, middle});
    (on_the_left ? tree.end : tree.begin) = middle;
  }
  turn_around(proof);
  return proof;
}

ProofRanges consistency_ranges(std::uint64_t old_size, std::uint64_t size) {
  ProofRanges proof;
  if (old_size == 0 || size > kTreeSizeMax || old_size >= size) return proof;
  LeafRange tree{0, size};
  while (tree.end != old_size) {
    const std::uint64_t middle = tree.begin + largest_power_below(tree.end - tree.begin);
    const bool on_the_left = old_size <= middle;
    put(proof, on_the_left ? LeafRange{middle, tree.end} : LeafRange{tree.begin, middle});
    (on_the_left ? tree.end : tree.begin) = middle;
  }
  if (tree.begin != 0) put(proof, tree);
  turn_around(proof);
  return proof;
}

}  // namespace consent
