#include "http/proxy_header.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace consent::http {
namespace {

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kFixedBytes = 16;
constexpr unsigned kLocal = 0x20;  // version 2 in the upper half
constexpr unsigned kProxied = 0x21;
constexpr unsigned kUnspecified = 0x00;
constexpr unsigned kTcp4 = 0x11;
constexpr unsigned kTcp6 = 0x21;
constexpr std::size_t kTcp4Bytes = 12;  // two addresses and two ports
constexpr std::size_t kTcp6Bytes = 36;
constexpr unsigned kTlvSsl = 0x20;
constexpr unsigned kClientSsl = 0x01;
constexpr std::size_t kTlvSslBytes = 5;

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::size_t length_at(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, at) << 8U | byte_at(bytes, at + 1);
}

template <std::size_t Size>
std::array<std::uint8_t, Size> first_bytes(std::string_view from) {
  std::array<std::uint8_t, Size> bytes{};
  std::transform(from.begin(), from.begin() + Size, bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return bytes;
}

// False when the type-length-value triples do not fit their place.
bool read_triples(std::string_view rest, ProxyHeader& header) {
  while (!rest.empty()) {
    if (rest.size() < 3) return false;
    const std::size_t length = length_at(rest, 1);
    if (rest.size() - 3 < length) return false;
    if (byte_at(rest, 0) == kTlvSsl) {
      if (length < kTlvSslBytes) return false;
      header.secure = (byte_at(rest, 3) & kClientSsl) != 0;
    }
    rest.remove_prefix(3 + length);
  }
  return true;
}

// What follows the fixed part of a header that names a client; false when it is malformed.
bool read_client(unsigned family, std::string_view rest, ProxyHeader& header) {
  if (family == kUnspecified) return true;
  if (family == kTcp4 && rest.size() >= kTcp4Bytes) {
    header.client = IpAddress::from_ipv4(first_bytes<4>(rest));
    return read_triples(rest.substr(kTcp4Bytes), header);
  }
  if (family == kTcp6 && rest.size() >= kTcp6Bytes) {
    header.client = IpAddress::from_ipv6(first_bytes<16>(rest));
    return read_triples(rest.substr(kTcp6Bytes), header);
  }
  return false;
}

}  // namespace

ProxyHeader read_proxy_header(std::string_view bytes) {
  const ProxyHeader malformed{.state = ProxyHeader::State::malformed, .size = 0, .client = {}};
  if (!kSignature.starts_with(bytes.substr(0, kSignature.size()))) return malformed;
  if (bytes.size() < kFixedBytes) return {};
  const std::size_t length = length_at(bytes, 14);
  const unsigned command = byte_at(bytes, 12);
  if ((command != kLocal && command != kProxied) || kFixedBytes + length > kProxyHeaderBytesMax) {
    return malformed;
  }
  if (bytes.size() < kFixedBytes + length) return {};
  ProxyHeader header;
  header.state = ProxyHeader::State::complete;
  header.size = kFixedBytes + length;
  if (command == kLocal) return header;
  return read_client(byte_at(bytes, 13), bytes.substr(kFixedBytes, length), header) ? header
                                                                                    : malformed;
}

}  // namespace consent::http
