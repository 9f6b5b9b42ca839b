#pragma once
// The hashes of RFC 6962 section 2.1 with SHA-256.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "crypto/sha256.h"

namespace consent::server {

inline Sha256Digest leaf_hash(std::string_view entry) {
  std::string bytes(1, '\0');
  bytes += entry;
  return sha256(bytes);
}

inline Sha256Digest node_hash(const Sha256Digest& left, const Sha256Digest& right) {
  std::array<char, 1 + 2 * sizeof(Sha256Digest)> bytes{};
  bytes.front() = 1;
  std::copy(left.begin(), left.end(), bytes.begin() + 1);
  std::copy(right.begin(), right.end(), bytes.begin() + 1 + sizeof(Sha256Digest));
  return sha256({bytes.data(), bytes.size()});
}

inline Sha256Digest empty_root() { return sha256({}); }

}  // namespace consent::server
