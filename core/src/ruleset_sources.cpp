// The sources of ruleset.inc, apart from the table: the browser decides without them.
#include "consent/regime_rights.h"

namespace consent {
namespace {

struct SourceRow {
  std::string_view country;
  std::string_view subdivision;
  RegimeId regime;
  int from;
  int until;
  std::string_view source;
};

constexpr SourceRow kRows[] = {
#define CONSENT_RULE(country, subdivision, regime, from, until, source) \
  {country, subdivision, RegimeId::regime, from, until, source},
#include "ruleset.inc"
#undef CONSENT_RULE
};

int number_of(Date day) {
  const std::chrono::year_month_day date{day};
  return int{date.year()} * 10000 +
         static_cast<int>(unsigned{date.month()} * 100 + unsigned{date.day()});
}

}  // namespace

std::string_view source_of(const Region& region, Date day) {
  const RegimeId answered = regime_for(region, day).id;
  const int number = number_of(day);
  std::string_view source;
  bool of_subdivision = false;
  for (const SourceRow& row : kRows) {
    if (row.country != region.country.text() || row.regime != answered) continue;
    const bool whole_country = row.subdivision.empty();
    if (!whole_country && row.subdivision != region.subdivision.text()) continue;
    if (whole_country && of_subdivision) continue;
    const bool holds = row.from <= number && (row.until == 0 || number < row.until);
    if (!holds && !source.empty()) continue;  // before the table begins its first row answers
    source = row.source;
    of_subdivision = !whole_country;
  }
  return source;
}

}  // namespace consent
