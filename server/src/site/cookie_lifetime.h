#pragma once
// How long a cookie stays, as a site file says it and as people read it in their language.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace consent::server {

enum class LifetimeUnit : std::uint8_t { session, minutes, hours, days, months };

struct CookieLifetime {
  LifetimeUnit unit = LifetimeUnit::session;
  std::uint32_t count = 0;  // 2 or more, so that no language needs a singular; 0 for a session

  // Months count 31 days; zero for a session.
  std::chrono::minutes at_most() const;
  friend bool operator==(const CookieLifetime&, const CookieLifetime&) = default;
};

// "session", "30 minutes", "24 hours", "182 days", "13 months".
std::optional<CookieLifetime> parse_cookie_lifetime(std::string_view text);

// The text key that words a unit: "lifetime_months", whose text holds "{n}".
std::string_view text_key(LifetimeUnit unit);
std::string localised(const CookieLifetime& lifetime,
                      const std::map<std::string, std::string>& text);

}  // namespace consent::server
