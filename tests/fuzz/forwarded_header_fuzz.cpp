// Both fields give as many entries as they can have elements, every address among them is written
// in the field, and an element in front does not change those behind it.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "property.h"
#include "visitor/forwarded_header.h"

using namespace consent;
using namespace consent::server;

namespace {

bool holds_digit_or_colon(std::string_view field) {
  return field.find_first_of("0123456789:") != std::string_view::npos;
}

void check(std::string_view field, const ForwardedChain& chain) {
  const auto commas = static_cast<std::size_t>(std::count(field.begin(), field.end(), ','));
  PROPERTY(chain.size() <= commas + 1);
  for (const auto& address : chain) {
    if (address) PROPERTY(holds_digit_or_colon(field));
  }
}

void check_behind(const ForwardedChain& chain, const ForwardedChain& longer) {
  PROPERTY(longer.size() == chain.size() + 1);
  PROPERTY(longer.front() == IpAddress::parse("192.0.2.1"));
  PROPERTY(std::equal(chain.begin(), chain.end(), longer.begin() + 1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view field(reinterpret_cast<const char*>(data), size);
  const ForwardedChain forwarded = parse_forwarded(field);
  const ForwardedChain x_forwarded = parse_x_forwarded_for(field);
  check(field, forwarded);
  check(field, x_forwarded);
  const std::string text(field);
  check_behind(forwarded, parse_forwarded("for=192.0.2.1, " + text));
  check_behind(x_forwarded, parse_x_forwarded_for("192.0.2.1, " + text));
  const std::string proto = parse_forwarded_proto(field);
  PROPERTY(proto.size() <= size);
  return 0;
}
