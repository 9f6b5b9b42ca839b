#include "site/placeholder.h"

#include <algorithm>

namespace consent::server {

std::string fill(std::string_view text, std::initializer_list<Slot> slots) {
  std::string filled;
  while (!text.empty()) {
    const auto* slot = std::find_if(slots.begin(), slots.end(), [text](const Slot& candidate) {
      return text.starts_with(candidate.mark);
    });
    if (slot != slots.end()) {
      filled += slot->value;
      text.remove_prefix(slot->mark.size());
    } else {
      filled += text.front();
      text.remove_prefix(1);
    }
  }
  return filled;
}

}  // namespace consent::server
