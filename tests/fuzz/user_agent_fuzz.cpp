// Only constants come out, whatever goes in.

#include <array>
#include <cstdint>
#include <string_view>

#include "consent/user_agent.h"
#include "property.h"

using namespace consent;

namespace {

template <std::size_t N>
bool is_one_of(std::string_view value, const std::array<std::string_view, N>& known) {
  for (const std::string_view candidate : known) {
    if (value == candidate) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ReducedUserAgent reduced = reduce_user_agent({reinterpret_cast<const char*>(data), size});
  PROPERTY(is_one_of(reduced.browser,
                     std::array<std::string_view, 8>{"Chrome", "Edge", "Safari", "Firefox",
                                                     "Samsung Internet", "Opera", "Other", "bot"}));
  PROPERTY(
      is_one_of(reduced.os, std::array<std::string_view, 7>{"Windows", "macOS", "Linux", "Android",
                                                            "iOS", "ChromeOS", "Other"}));
  PROPERTY(is_one_of(reduced.device, std::array<std::string_view, 5>{"desktop", "mobile", "tablet",
                                                                     "bot", "other"}));
  PROPERTY(reduced.browser_major < 10'000);
  if (size > kUserAgentBytesMax) PROPERTY(reduced.browser == "Other");
  return 0;
}
