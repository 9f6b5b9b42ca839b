#pragma once
// What is still to be sent of an answer.

#include <cstddef>
#include <string>
#include <string_view>

#include "http/response.h"

namespace consent::http {

struct Outgoing {
  std::string wire;       // goes first; sealed where the connection is
  std::size_t sent = 0;   // of the wire
  SharedText rest;        // the body, behind the wire; null: it is on the wire, or there is none
  std::size_t taken = 0;  // of the rest: sent, or sealed onto the wire

  bool is_sent() const { return sent == wire.size() && rest == nullptr; }
  // What goes next: of the wire, or else of the rest as it stands.
  std::string_view next() const;
  void advance(std::size_t bytes);  // of next(), sent
  // Of the rest, which is let go when all of it was.
  void take(std::size_t bytes);
  // Overwrites the wire.
  void clear();
};

}  // namespace consent::http
