#pragma once
// The shared vector files as the native runner reads them.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "consent/policy.h"
#include "consent/record_state.h"
#include "consent/region.h"
#include "consent/ruleset.h"

namespace consent::vectors {

using Json = nlohmann::json;

// Runs `check` for every vector of tests/vectors/<area>.json that the native runner does not skip,
// inside a Catch2 INFO with its id, and fails unless exactly count - skips were run. Prints both
// numbers.
void for_each_vector(const std::string& area,
                     const std::function<void(const Json& vector, const Json& file)>& check);

// Text in a heap buffer of exactly its size, so that a sanitizer sees a read one byte too far.
class ExactText {
 public:
  explicit ExactText(const std::string& text);
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

std::string text_or_empty(const Json& value);  // null is ""
std::int64_t milliseconds(
    const std::string& time);  // "2026-11-23T10:00:00Z", with ".000" or without
Instant instant(const std::string& time);
Date date(const std::string& day);  // "2026-11-23"
std::string rfc3339(Instant time);  // "2026-11-23T10:00:00.000Z"

Json region_json(const Region& region);  // {"country": "US", "subdivision": "US-CA"}
Choices choices_of(const Json& choices);
Json choices_json(Choices choices);  // without what was not asked

}  // namespace consent::vectors
