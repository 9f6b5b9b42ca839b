#include "consent/ip_address.h"

#include "characters.h"

namespace consent {
namespace {

constexpr std::size_t kAddressTextBytesMax = 64;
constexpr std::size_t kGroups = 8;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool done() const { return text_.empty(); }
  bool take(char expected) {
    if (text_.empty() || text_.front() != expected) return false;
    text_.remove_prefix(1);
    return true;
  }
  // A decimal number without leading zeros; -1 when there is none or it is over the limit.
  int number(int limit) {
    int value = 0;
    std::size_t digits = 0;
    while (!text_.empty() && is_digit(text_.front()) && digits < 6) {
      if (digits == 1 && value == 0) return -1;
      value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
      ++digits;
    }
    return digits == 0 || value > limit ? -1 : value;
  }
  // One to four hexadecimal digits; -1 when there are none or more.
  int group() {
    int value = 0;
    std::size_t digits = 0;
    for (; !text_.empty() && hex_value(text_.front()) < 16; ++digits) {
      if (digits == 4) return -1;
      value = value * 16 + static_cast<int>(hex_value(text_.front()));
      text_.remove_prefix(1);
    }
    return digits == 0 ? -1 : value;
  }
  // Whether a dotted quad comes next rather than a group.
  bool dot_before_colon() const {
    for (const char character : text_) {
      if (character == '.') return true;
      if (!is_digit(character)) return false;
    }
    return false;
  }

 private:
  std::string_view text_;
};

bool read_quad(Reader& reader, std::uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    if (i != 0 && !reader.take('.')) return false;
    const int octet = reader.number(255);
    if (octet < 0) return false;
    out[i] = static_cast<std::uint8_t>(octet);
  }
  return true;
}

// RFC 4291 section 2.2. The reader stands behind the address afterwards.
bool read_ipv6(Reader& reader, std::array<std::uint8_t, 16>& bytes) {
  std::array<std::uint8_t, 16> read{};
  std::size_t size = 0;
  std::size_t gap = 16;  // where "::" stood, in bytes
  if (reader.take(':')) {
    if (!reader.take(':')) return false;
    gap = 0;
  }
  bool expects_group = gap == 16;
  while (size < 2 * kGroups) {
    if (reader.dot_before_colon()) {
      if (size > 12 || !read_quad(reader, &read[size])) return false;
      size += 4;
      expects_group = false;
      break;
    }
    const int group = reader.group();
    if (group < 0) break;
    read[size++] = static_cast<std::uint8_t>(group >> 8);
    read[size++] = static_cast<std::uint8_t>(group & 0xff);
    expects_group = false;
    if (size == 2 * kGroups || !reader.take(':')) break;
    expects_group = true;
    if (!reader.take(':')) continue;
    if (gap != 16) return false;
    gap = size;
    expects_group = false;
  }
  if (expects_group) return false;
  if (gap == 16) {
    bytes = read;
    return size == 16;
  }
  if (size > 14) return false;
  bytes = {};
  for (std::size_t i = 0; i < gap; ++i) bytes[i] = read[i];
  for (std::size_t i = gap; i < size; ++i) bytes[16 - size + i] = read[i];
  return true;
}

bool read_port(Reader& reader) { return !reader.take(':') || reader.number(65535) >= 0; }

bool has_prefix(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> prefix,
                unsigned bits) {
  for (std::size_t i = 0; i * 8 < bits; ++i) {
    const unsigned rest = bits - static_cast<unsigned>(i) * 8;
    const unsigned mask = rest >= 8 ? 0xffu : 0xffu << (8 - rest) & 0xffu;
    if (((bytes[i] ^ prefix[i]) & mask) != 0) return false;
  }
  return true;
}

struct Network {
  std::array<std::uint8_t, 16> prefix;
  std::uint8_t bits;
};

constexpr Network kMapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Network kNat64{{0, 0x64, 0xff, 0x9b}, 96};
constexpr Network k6to4{{0x20, 0x02}, 16};
constexpr Network kTeredo{{0x20, 0x01, 0, 0}, 32};

constexpr Network kPrivateIpv4[] = {
    {{0}, 8},         {{10}, 8},       {{100, 64}, 10},      {{127}, 8},
    {{169, 254}, 16}, {{172, 16}, 12}, {{192, 0, 0}, 24},    {{192, 0, 2}, 24},
    {{192, 168}, 16}, {{198, 18}, 15}, {{198, 51, 100}, 24}, {{203, 0, 113}, 24},
    {{224}, 4},       {{240}, 4}};

constexpr Network kPrivateIpv6[] = {
    {{0}, 128},         {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128},
    {{0x01}, 64},       {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0x3f, 0xff}, 20}, {{0xfc}, 7},
    {{0xfe, 0x80}, 10}, {{0xff}, 8}};

bool is_in(const IpAddress& address, std::span<const Network> networks) {
  for (const Network& network : networks) {
    if (has_prefix(address.bytes(), network.prefix, network.bits)) return true;
  }
  return false;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() > kAddressTextBytesMax) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  Reader reader(text);
  if (reader.dot_before_colon()) {
    if (!read_quad(reader, bytes.data()) || !read_port(reader) || !reader.done()) {
      return std::nullopt;
    }
    return from_ipv4(std::span<const std::uint8_t, 16>(bytes).first<4>());
  }
  const bool bracketed = reader.take('[');
  if (!read_ipv6(reader, bytes)) return std::nullopt;
  if (bracketed && (!reader.take(']') || !read_port(reader))) return std::nullopt;
  if (!reader.done()) return std::nullopt;
  return from_ipv6(bytes);
}

IpAddress IpAddress::from_ipv4(std::span<const std::uint8_t, 4> bytes) {
  IpAddress address;
  for (std::size_t i = 0; i < 4; ++i) address.bytes_[i] = bytes[i];
  address.family_ = AddressFamily::ipv4;
  return address;
}

IpAddress IpAddress::from_ipv6(std::span<const std::uint8_t, 16> bytes) {
  const auto within = [&](const Network& network) {
    return has_prefix(bytes, network.prefix, network.bits);
  };
  if (within(kMapped) || within(kNat64)) return from_ipv4(bytes.subspan<12, 4>());
  if (within(k6to4)) return from_ipv4(bytes.subspan<2, 4>());
  if (within(kTeredo)) {
    std::array<std::uint8_t, 4> client{};  // stored inverted, RFC 4380 section 4
    for (std::size_t i = 0; i < 4; ++i) {
      client[i] = static_cast<std::uint8_t>(bytes[12 + i] ^ 0xff);
    }
    return from_ipv4(client);
  }
  IpAddress address;
  for (std::size_t i = 0; i < 16; ++i) address.bytes_[i] = bytes[i];
  return address;
}

std::span<const std::uint8_t> IpAddress::bytes() const {
  return {bytes_.data(), family_ == AddressFamily::ipv4 ? 4u : 16u};
}

IpAddress IpAddress::truncated() const {
  IpAddress address = *this;
  const std::size_t kept = family_ == AddressFamily::ipv4 ? 3 : 6;
  for (std::size_t i = kept; i < address.bytes_.size(); ++i) address.bytes_[i] = 0;
  return address;
}

bool IpAddress::is_private() const {
  if (family_ == AddressFamily::ipv4) return is_in(*this, kPrivateIpv4);
  return is_in(*this, kPrivateIpv6);
}

bool IpAddress::is_loopback() const {
  if (family_ == AddressFamily::ipv4) return bytes_[0] == 127;
  return has_prefix(bytes(), kPrivateIpv6[1].prefix, 128);
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address_text{text.data(), slash == text.npos ? text.size() : slash};
  // No port and no brackets: a network is not an endpoint.
  const bool bracketed = !address_text.empty() && address_text.front() == '[';
  const bool with_port = address_text.find('.') != text.npos &&
                         address_text.rfind(':') != text.npos &&
                         address_text.rfind(':') > address_text.find('.');
  const auto address = IpAddress::parse(address_text);
  if (!address || bracketed || with_port) return std::nullopt;
  // A prefix length over an unwrapped address would mean another network than the one written.
  const bool written_as_ipv4 = address_text.find(':') == text.npos;
  if (written_as_ipv4 != (address->family() == AddressFamily::ipv4)) return std::nullopt;

  Cidr cidr;
  cidr.network_ = *address;
  const int bits = static_cast<int>(address->bytes().size()) * 8;
  cidr.prefix_bits_ = static_cast<std::uint8_t>(bits);
  if (slash == text.npos) return cidr;
  Reader reader(std::string_view{text.data() + slash + 1, text.size() - slash - 1});
  const int prefix = reader.number(bits);
  if (prefix < 0 || !reader.done()) return std::nullopt;
  cidr.prefix_bits_ = static_cast<std::uint8_t>(prefix);
  const auto bytes = address->bytes();
  for (unsigned bit = cidr.prefix_bits_; bit < static_cast<unsigned>(bits); ++bit) {
    if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return cidr;
}

bool Cidr::contains(const IpAddress& address) const {
  return address.family() == network_.family() &&
         has_prefix(address.bytes(), network_.bytes(), prefix_bits_);
}

}  // namespace consent
