#include "consent/signals.h"

#include "characters.h"

namespace consent {

bool parse_sec_gpc(std::string_view field_value) {
  while (!field_value.empty()) {
    if (trimmed(take_until(field_value, ',')) == "1") return true;
  }
  return false;
}

bool parse_dnt(std::string_view field_value) { return trimmed(field_value) == "1"; }

}  // namespace consent
