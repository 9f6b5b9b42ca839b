// A section that was read is written back to the same fields.

#include <cstdint>
#include <string_view>

#include "consent/gpp.h"
#include "property.h"

using namespace consent;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto section = decode_gpp({reinterpret_cast<const char*>(data), size});
  if (!section) return 0;
  PROPERTY(size <= kGppTextBytesMax);
  const auto again = decode_gpp(encode_gpp(*section).view());
  PROPERTY(again.has_value() && *again == *section);
  return 0;
}
