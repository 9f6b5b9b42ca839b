#include <array>
#include <optional>
#include <string>
#include <vector>

#include "consent/merkle.h"
#include "crypto/sha256.h"
#include "formats/hexadecimal.h"
#include "support/catch.h"
#include "vector_file.h"

namespace consent::vectors {
namespace {

using Hash = server::Sha256Digest;

Hash hash_of(const Json& hex) {
  Hash hash{};
  REQUIRE(server::parse_hex(hex.get<std::string>(), hash));
  return hash;
}

std::string bytes_of(const Hash& hash) { return {hash.begin(), hash.end()}; }

Hash join(const Hash& left, const Hash& right) {
  return server::sha256('\1' + bytes_of(left) + bytes_of(right));
}

Json sides_of(const std::optional<ProofPlan>& plan) {
  if (!plan) return nullptr;
  std::string sides = plan->begins_in_proof ? "=" : "";
  for (unsigned step = 0; step < plan->steps(); ++step) sides += plan->is_left(step) ? 'L' : 'R';
  CHECK(sides.size() == plan->hashes);
  return sides;
}

Json answer(const Json& input) {
  std::vector<Hash> proof;
  for (const Json& hash : input.at("proof")) proof.push_back(hash_of(hash));
  const std::span<const Hash> hashes = proof;
  if (input.contains("inclusion")) {
    const Json& asked = input["inclusion"];
    const auto leaf = asked.at("leaf").get<std::uint64_t>();
    const auto size = asked.at("size").get<std::uint64_t>();
    return {{"sides", sides_of(plan_inclusion(leaf, size))},
            {"valid", proves_inclusion(hash_of(asked.at("leaf_hash")), leaf, size, hashes,
                                       hash_of(asked.at("root")), join)}};
  }
  const Json& asked = input.at("consistency");
  const auto old_size = asked.at("old_size").get<std::uint64_t>();
  const auto size = asked.at("size").get<std::uint64_t>();
  return {{"sides", sides_of(plan_consistency(old_size, size))},
          {"valid", proves_consistency(old_size, hash_of(asked.at("old_root")), size,
                                       hash_of(asked.at("root")), hashes, join)}};
}

}  // namespace

TEST_CASE("every Merkle vector is judged as RFC 6962 says") {
  for_each_vector("merkle", [](const Json& vector, const Json&) {
    CHECK(answer(vector.at("input")) == vector.at("expect"));
  });
}

TEST_CASE("the ranges of a proof hash to the proof of its vector") {
  // The standard leaves of RFC 6962's implementations; larger trees of the vectors have others.
  const std::array<std::string, 8> leaves = {
      std::string(), std::string("\0", 1), "\x10", " !", "01", "@ABC",
      "PQRSTUVW",    "`abcdefghijklmno"};
  const auto node_hash = [&leaves](TreeNode node) {
    const std::uint64_t begin = node.number << node.level;
    const auto fold = [&leaves](const auto& self, std::uint64_t first,
                                std::uint64_t count) -> Hash {
      if (count == 1) return server::sha256(std::string("\0", 1) + leaves.at(first));
      return join(self(self, first, count / 2), self(self, first + count / 2, count / 2));
    };
    return fold(fold, begin, std::uint64_t{1} << node.level);
  };
  std::size_t compared = 0;
  for_each_vector("merkle", [&](const Json& vector, const Json& file) {
    const Json& input = vector.at("input");
    const bool inclusion = input.contains("inclusion");
    const Json& asked = inclusion ? input["inclusion"] : input.at("consistency");
    const auto size = asked.at("size").get<std::uint64_t>();
    if (!vector.at("expect").at("valid").get<bool>() || size > leaves.size()) return;
    const ProofRanges proof =
        inclusion ? inclusion_ranges(asked.at("leaf").get<std::uint64_t>(), size)
                  : consistency_ranges(asked.at("old_size").get<std::uint64_t>(), size);
    Json hashes = Json::array();
    for (const LeafRange& range : proof.view()) {
      hashes.push_back(server::to_hex(range_hash(range, node_hash, join)));
    }
    CHECK(hashes == input.at("proof"));
    const LeafRange whole{0, size};
    CHECK(server::to_hex(range_hash(whole, node_hash, join)) == file.at("roots").at(size));
    ++compared;
  });
  CHECK(compared == 36 + 36);
}

}  // namespace consent::vectors
