#pragma once
// An address that can be looked up, compared and truncated, but never printed: it has no text form,
// no operator<< and no JSON mapping, so that it cannot reach a file, log, metric or response.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace consent {

enum class AddressFamily : std::uint8_t { ipv4 = 4, ipv6 = 6 };

class IpAddress {
 public:
  IpAddress() = default;  // ::
  // Accepts IPv4 dotted quads (no leading zeros, octal, hex or short forms), RFC 4291 IPv6, IPv6 in
  // brackets, and either with ":port" behind (IPv6 then in brackets). Zone ids are refused. 64
  // characters at most. IPv4-mapped, NAT64 (64:ff9b::/96), 6to4 (2002::/16) and Teredo (2001::/32)
  // are unwrapped to the IPv4 inside.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress from_ipv4(std::span<const std::uint8_t, 4> bytes);
  static IpAddress from_ipv6(std::span<const std::uint8_t, 16> bytes);  // unwraps as parse does

  AddressFamily family() const { return family_; }
  // 4 or 16 bytes in network order.
  std::span<const std::uint8_t> bytes() const;
  // IPv4 to /24, IPv6 to /48. Still personal data.
  IpAddress truncated() const;
  // Not routed on the internet: loopback, private, link-local, shared (RFC 6598), unique local,
  // documentation.
  bool is_private() const;
  bool is_loopback() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  AddressFamily family_ = AddressFamily::ipv6;
};

// A network "10.0.0.0/8" or "::1"; host bits must be zero.
class Cidr {
 public:
  static std::optional<Cidr> parse(std::string_view text);
  bool contains(const IpAddress& address) const;

 private:
  IpAddress network_;
  std::uint8_t prefix_bits_ = 128;
};

}  // namespace consent
