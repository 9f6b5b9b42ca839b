// What is found lies inside the header, and a cookie of another name never changes the answer.

#include <cstdint>
#include <string>
#include <string_view>

#include "consent/cookie_header.h"
#include "property.h"

using namespace consent;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view header(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kName = "__Host-dp_consent";
  const CookieValue found = find_cookie(header, kName);
  if (found.lookup == CookieLookup::found) {
    PROPERTY(found.value.data() >= header.data());
    PROPERTY(found.value.data() + found.value.size() <= header.data() + header.size());
    PROPERTY(found.value.find(';') == std::string_view::npos);
  } else {
    PROPERTY(found.value.empty());
  }
  const std::string beside = "other=1; " + std::string(header);
  const CookieValue same = find_cookie(beside, kName);
  PROPERTY(same.lookup == found.lookup && same.value == found.value);
  return 0;
}
