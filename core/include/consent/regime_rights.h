#pragma once
// What a regime entitles a person to, and by when it must be answered. Data for the privacy
// office's side of the service; the browser does not carry it. Table: regime_rights.inc.

#include <cstdint>
#include <string_view>

#include "consent/ruleset.h"

namespace consent {

enum class Right : std::uint16_t {
  access = 1,
  rectify = 2,
  erase = 4,
  portability = 8,
  restrict_processing = 16,
  object = 32,
  withdraw = 64,          // a consent, as easily as it was given
  opt_out_of_sale = 128,  // sale, sharing, targeted advertising
  opt_out_of_profiling = 256,
  limit_sensitive = 512,
  opt_out_by_signal = 1024  // the law itself requires that a browser signal counts
};

enum class TimeUnit : std::uint8_t { days, business_days, months };

// A zero count: at once for an effect, none for an extension or an appeal.
struct TimeLimit {
  std::uint8_t count = 0;
  TimeUnit unit = TimeUnit::days;
  friend constexpr bool operator==(TimeLimit, TimeLimit) = default;
};

// Who hears an appeal against an answer.
enum class Appeal : std::uint8_t { authority, controller, none };

struct RegimeRights {
  RegimeId regime = RegimeId::unknown;
  std::uint16_t rights = 0;  // bits of Right
  TimeLimit acknowledge;
  TimeLimit answer;
  TimeLimit extension;
  TimeLimit opt_out_effect;
  Appeal appeal = Appeal::authority;
  TimeLimit appeal_answer;  // when the controller hears it
  std::string_view source;
  constexpr bool includes(Right right) const {
    return (rights & static_cast<std::uint16_t>(right)) != 0;
  }
};

// Total: every regime has a row.
const RegimeRights& rights_of(RegimeId regime);

// The legal source of the row regime_for answers with; "" for the unknown region.
std::string_view source_of(const Region& region, Date day);

std::string_view to_text(Right right);
std::string_view to_text(TimeUnit unit);
std::string_view to_text(Appeal appeal);

}  // namespace consent
