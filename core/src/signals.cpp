#include "consent/signals.h"

#include <cstddef>

namespace consent {
namespace {

bool is_blank(char character) { return character == ' ' || character == '\t'; }

}  // namespace

bool parse_sec_gpc(std::string_view field_value) {
  bool only_one = false;  // the member so far is "1" and blanks
  bool other = false;
  for (const char character : field_value) {
    if (character == ',') {
      if (only_one && !other) return true;
      only_one = other = false;
    } else if (character == '1' && !only_one) {
      only_one = true;
    } else if (!is_blank(character)) {
      other = true;
    }
  }
  return only_one && !other;
}

bool parse_dnt(std::string_view field_value) {
  while (!field_value.empty() && is_blank(field_value.front())) field_value.remove_prefix(1);
  while (!field_value.empty() && is_blank(field_value.back())) field_value.remove_suffix(1);
  return field_value == "1";
}

}  // namespace consent
