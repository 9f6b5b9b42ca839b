// A region that was understood survives a round trip through its text; an opt-out regime is never
// reached by a region that was not understood.

#include <cstdint>
#include <string_view>

#include "consent/region.h"
#include "consent/ruleset.h"
#include "property.h"

using namespace consent;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t cut = 0;
  while (cut < size && text[cut] != '\n') ++cut;
  const std::string_view country = text.substr(0, cut);
  const std::string_view subdivision = cut < size ? text.substr(cut + 1) : std::string_view{};
  for (const Region& region : {parse_region(text), parse_region(country, subdivision)}) {
    const RegionText written = to_text(region);
    PROPERTY(parse_region(written.view()) == region);
    PROPERTY(!region.subdivision.known() || region.country.known());
    const Regime regime = regime_for(region, Date{std::chrono::days{20780}});
    if (!region.country.known())
      PROPERTY(regime.model == Model::opt_in && regime.id == RegimeId::unknown);
    if (regime.model == Model::opt_out) PROPERTY(regime.gdpr_scope == GdprScope::none);
    if (regime.gdpr_scope != GdprScope::none) PROPERTY(zone_for(region, regime) == Zone::eu);
  }
  return 0;
}
