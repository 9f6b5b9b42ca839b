#pragma once
// Texts with slots such as "{n}" that are filled when a notice is rendered.

#include <initializer_list>
#include <string>
#include <string_view>

namespace consent::server {

struct Slot {
  std::string_view mark;  // "{n}"
  std::string_view value;
};

// What is filled in is not searched again; braces that are no mark stay.
std::string fill(std::string_view text, std::initializer_list<Slot> slots);

}  // namespace consent::server
