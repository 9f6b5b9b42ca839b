#include "representation/entity_tag.h"

#include <algorithm>

#include "crypto/sha256.h"

namespace consent::server {

std::string entity_tag(std::string_view bytes) {
  return '"' + sha256_hex(bytes).substr(0, 32) + '"';
}

bool names_entity_tag(std::string_view if_none_match, std::string_view tag) {
  constexpr std::string_view kBlanks = " \t,";
  while (true) {
    const std::size_t start = if_none_match.find_first_not_of(kBlanks);
    if (start == if_none_match.npos) return false;
    if_none_match.remove_prefix(start);
    if (if_none_match.front() == '*') return true;
    if (if_none_match.starts_with("W/")) if_none_match.remove_prefix(2);
    if (!if_none_match.starts_with('"')) return false;
    const std::size_t end = if_none_match.find('"', 1);
    if (end == if_none_match.npos) return false;
    if (if_none_match.substr(0, end + 1) == tag) return true;
    if_none_match.remove_prefix(end + 1);
  }
}

}  // namespace consent::server
