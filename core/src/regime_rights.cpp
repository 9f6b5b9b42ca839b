#include "consent/regime_rights.h"

#include <cstddef>

namespace consent {
namespace {

constexpr std::uint16_t bits(Right right) { return static_cast<std::uint16_t>(right); }

constexpr std::uint16_t kGdprRights =
    bits(Right::access) | bits(Right::rectify) | bits(Right::erase) | bits(Right::portability) |
    bits(Right::restrict_processing) | bits(Right::object) | bits(Right::withdraw);
constexpr std::uint16_t kIowaRights = bits(Right::access) | bits(Right::erase) |
                                      bits(Right::portability) | bits(Right::opt_out_of_sale);
constexpr std::uint16_t kUtahRights = kIowaRights | bits(Right::rectify);
constexpr std::uint16_t kStateRights =
    kUtahRights | bits(Right::opt_out_of_profiling) | bits(Right::withdraw);
constexpr std::uint16_t kSignal = bits(Right::opt_out_by_signal);
constexpr std::uint16_t kLimit = bits(Right::limit_sensitive);

constexpr TimeLimit kAtOnce{};
constexpr TimeLimit kNone{};
constexpr TimeLimit days(std::uint8_t count) { return {count, TimeUnit::days}; }
constexpr TimeLimit business_days(std::uint8_t count) { return {count, TimeUnit::business_days}; }
constexpr TimeLimit months(std::uint8_t count) { return {count, TimeUnit::months}; }

constexpr RegimeRights kRights[] = {
#define CONSENT_RIGHTS(regime, rights, acknowledge, answer, extension, effect, appeal, appealed, \
                       source)                                                                   \
  {RegimeId::regime, rights,         acknowledge, answer, extension,                             \
   effect,           Appeal::appeal, appealed,    source},
#include "regime_rights.inc"
#undef CONSENT_RIGHTS
};

constexpr RegimeId kRegimes[] = {
#define CONSENT_REGIME(name, number, model) RegimeId::name,
#include "consent/regimes.inc"
#undef CONSENT_REGIME
};

consteval bool every_regime_has_its_row() {
  if (sizeof kRights / sizeof kRights[0] != sizeof kRegimes / sizeof kRegimes[0]) return false;
  std::size_t row = 0;
  for (const RegimeId regime : kRegimes) {
    if (kRights[row++].regime != regime) return false;
  }
  return true;
}
static_assert(every_regime_has_its_row(), "regime_rights.inc: not the rows of regimes.inc");

}  // namespace

const RegimeRights& rights_of(RegimeId regime) {
  for (const RegimeRights& rights : kRights) {
    if (rights.regime == regime) return rights;
  }
  return kRights[0];
}

std::string_view to_text(Right right) {
  switch (right) {
    case Right::access:
      return "access";
    case Right::rectify:
      return "rectify";
    case Right::erase:
      return "erase";
    case Right::portability:
      return "portability";
    case Right::restrict_processing:
      return "restrict";
    case Right::object:
      return "object";
    case Right::withdraw:
      return "withdraw";
    case Right::opt_out_of_sale:
      return "opt_out_of_sale";
    case Right::opt_out_of_profiling:
      return "opt_out_of_profiling";
    case Right::limit_sensitive:
      return "limit_sensitive";
    case Right::opt_out_by_signal:
      return "opt_out_by_signal";
  }
  return "";
}

std::string_view to_text(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::days:
      return "days";
    case TimeUnit::business_days:
      return "business_days";
    case TimeUnit::months:
      return "months";
  }
  return "";
}

std::string_view to_text(Appeal appeal) {
  switch (appeal) {
    case Appeal::authority:
      return "authority";
    case Appeal::controller:
      return "controller";
    case Appeal::none:
      return "none";
  }
  return "";
}

}  // namespace consent
