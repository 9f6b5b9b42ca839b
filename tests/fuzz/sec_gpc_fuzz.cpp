// The signal is there exactly when one comma-separated member, without blanks around it, is "1".

#include <cstdint>
#include <string_view>

#include "consent/signals.h"
#include "property.h"

using namespace consent;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view field(reinterpret_cast<const char*>(data), size);
  bool expected = false;
  std::size_t start = 0;
  while (start <= size) {
    std::size_t end = start;
    while (end < size && field[end] != ',') ++end;
    std::string_view member = field.substr(start, end - start);
    while (!member.empty() && (member.front() == ' ' || member.front() == '\t'))
      member.remove_prefix(1);
    while (!member.empty() && (member.back() == ' ' || member.back() == '\t'))
      member.remove_suffix(1);
    expected = expected || member == "1";
    start = end + 1;
  }
  PROPERTY(parse_sec_gpc(field) == expected);
  if (parse_dnt(field)) PROPERTY(field.find('1') != std::string_view::npos);
  return 0;
}
