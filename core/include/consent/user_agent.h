#pragma once
// A user agent reduced to family, major version, system and device class.

#include <cstdint>
#include <string_view>

namespace consent {

inline constexpr std::size_t kUserAgentBytesMax = 1024;  // longer input is "Other"

// The views are string constants.
struct ReducedUserAgent {
  std::string_view browser =
      "Other";  // Chrome Edge Safari Firefox "Samsung Internet" Opera Other, or "bot"
  std::uint16_t browser_major = 0;    // 0 = unknown, at most 9999
  std::string_view os = "Other";      // Windows macOS Linux Android iOS ChromeOS Other
  std::string_view device = "other";  // desktop mobile tablet bot other
};
ReducedUserAgent reduce_user_agent(std::string_view user_agent);

}  // namespace consent
