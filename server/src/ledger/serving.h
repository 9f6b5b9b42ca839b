#pragma once
// What the counts of served notices tell apart.

#include <compare>
#include <string>

#include "consent/decision.h"
#include "ledger/record.h"

namespace consent::server {

// A cell of the counts of served notices.
struct Serving {
  Date day;
  std::string site;
  RegimeId regime = RegimeId::unknown;
  std::string language;
  Layer layer = Layer::none;
  friend auto operator<=>(const Serving&, const Serving&) = default;
};

}  // namespace consent::server
