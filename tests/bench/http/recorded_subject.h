#pragma once
// The subjects that record_subjects has recorded, each from its number: whoever loads the service
// can name them without reading the ledger.

#include <cstdint>
#include <cstring>

#include "consent/token.h"

namespace consent::bench {

// SplitMix64, so that neighbours in number are no neighbours in any index.
inline std::uint64_t scattered(std::uint64_t number) {
  std::uint64_t bits = (number + 1) * 0x9e3779b97f4a7c15u;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  return bits ^ (bits >> 31);
}

inline SubjectId recorded_subject(std::uint64_t number) {
  const std::uint64_t halves[2] = {scattered(2 * number), scattered(2 * number + 1)};
  SubjectId subject{};
  static_assert(sizeof halves == sizeof subject);
  std::memcpy(subject.data(), halves, sizeof halves);
  return subject;
}

}  // namespace consent::bench
