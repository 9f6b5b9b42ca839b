// Truncation is idempotent, keeps the family, and hides the host bits.

#include <cstdint>
#include <string_view>

#include "consent/ip_address.h"
#include "property.h"

using namespace consent;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto address = IpAddress::parse(text);
  const auto network = Cidr::parse(text);
  if (network && address) PROPERTY(network->contains(*address));
  if (!address) return 0;
  PROPERTY(size <= 64);
  const IpAddress reduced = address->truncated();
  PROPERTY(reduced.family() == address->family());
  PROPERTY(reduced.truncated() == reduced);
  const std::size_t kept = reduced.family() == AddressFamily::ipv4 ? 3 : 6;
  for (std::size_t i = 0; i < reduced.bytes().size(); ++i) {
    PROPERTY(reduced.bytes()[i] == (i < kept ? address->bytes()[i] : 0));
  }
  if (address->family() == AddressFamily::ipv6) {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < 16; ++i) bytes[i] = address->bytes()[i];
    PROPERTY(IpAddress::from_ipv6(bytes) == *address);  // nothing left to unwrap
  }
  return 0;
}
