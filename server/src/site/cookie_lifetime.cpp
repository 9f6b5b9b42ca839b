#include "site/cookie_lifetime.h"

#include <array>
#include <charconv>
#include <utility>

#include "site/placeholder.h"

namespace consent::server {
namespace {

constexpr std::array<std::pair<std::string_view, LifetimeUnit>, 4> kUnits{{
    {"minutes", LifetimeUnit::minutes},
    {"hours", LifetimeUnit::hours},
    {"days", LifetimeUnit::days},
    {"months", LifetimeUnit::months},
}};
constexpr std::uint32_t kCountMax = 100'000;

}  // namespace

std::chrono::minutes CookieLifetime::at_most() const {
  switch (unit) {
    case LifetimeUnit::session:
      return std::chrono::minutes{0};
    case LifetimeUnit::minutes:
      return std::chrono::minutes{count};
    case LifetimeUnit::hours:
      return std::chrono::hours{count};
    case LifetimeUnit::days:
      return std::chrono::days{count};
    case LifetimeUnit::months:
      return std::chrono::days{31 * count};
  }
  return std::chrono::minutes::max();
}

std::optional<CookieLifetime> parse_cookie_lifetime(std::string_view text) {
  if (text == "session") return CookieLifetime{};
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  std::uint32_t count = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + space, count);
  if (code != std::errc{} || end != text.data() + space) return std::nullopt;
  if (count < 2 || count > kCountMax) return std::nullopt;
  for (const auto& [name, unit] : kUnits) {
    if (text.substr(space + 1) == name) return CookieLifetime{unit, count};
  }
  return std::nullopt;
}

std::string_view text_key(LifetimeUnit unit) {
  switch (unit) {
    case LifetimeUnit::session:
      return "lifetime_session";
    case LifetimeUnit::minutes:
      return "lifetime_minutes";
    case LifetimeUnit::hours:
      return "lifetime_hours";
    case LifetimeUnit::days:
      return "lifetime_days";
    case LifetimeUnit::months:
      return "lifetime_months";
  }
  return {};
}

std::string localised(const CookieLifetime& lifetime,
                      const std::map<std::string, std::string>& text) {
  return fill(text.at(std::string(text_key(lifetime.unit))),
              {{"{n}", std::to_string(lifetime.count)}});
}

}  // namespace consent::server
