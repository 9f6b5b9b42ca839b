#include "http/outgoing.h"

#include "crypto/clean_memory.h"

namespace consent::http {

std::string_view Outgoing::next() const {
  if (sent < wire.size()) return std::string_view(wire).substr(sent);
  return rest == nullptr ? std::string_view() : std::string_view(*rest).substr(taken);
}

void Outgoing::advance(std::size_t bytes) {
  if (sent < wire.size()) {
    sent += bytes;
  } else if (rest != nullptr) {
    take(bytes);
  }
}

void Outgoing::take(std::size_t bytes) {
  taken += bytes;
  if (taken == rest->size()) rest.reset();
}

void Outgoing::clear() {
  server::wipe_text(wire);
  sent = 0;
  rest.reset();
  taken = 0;
}

}  // namespace consent::http
