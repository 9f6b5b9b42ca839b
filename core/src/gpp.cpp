#include "consent/gpp.h"

#include <span>

namespace consent {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr unsigned kUsNationalSection = 7;
constexpr unsigned kSectionsMax = 64;
constexpr std::size_t kCoreCharacters = 12;    // 70 bits, version 2
constexpr std::size_t kCoreCharactersV1 = 11;  // 60 bits padded to 8, then to 6

int value_of(char character) {
  if (character >= 'A' && character <= 'Z') return character - 'A';
  if (character >= 'a' && character <= 'z') return character - 'a' + 26;
  if (character >= '0' && character <= '9') return character - '0' + 52;
  if (character == '-') return 62;
  if (character == '_') return 63;
  return -1;
}

class BitWriter {
 public:
  explicit BitWriter(GppText& out) : out_(out) {}
  void put(unsigned value, unsigned width) {
    while (width-- > 0) {
      pending_ = (pending_ << 1) | ((value >> width) & 1u);
      ++bits_;
      if (++pending_bits_ == 6) flush_character();
    }
  }
  // The reference library pads to whole bytes first, then to whole characters.
  void end_segment() {
    while (bits_ % 8 != 0) put(0, 1);
    while (pending_bits_ != 0) put(0, 1);
    bits_ = 0;
  }

 private:
  void flush_character() {
    out_.characters[out_.size++] = kAlphabet[pending_ & 63u];
    pending_ = 0;
    pending_bits_ = 0;
  }
  GppText& out_;
  unsigned pending_ = 0;
  unsigned pending_bits_ = 0;
  unsigned bits_ = 0;
};

class BitReader {
 public:
  explicit BitReader(std::string_view text) : text_(text) {}
  bool well_formed() const {
    for (const char character : text_) {
      if (value_of(character) < 0) return false;
    }
    return true;
  }
  // Zero, and exhausted() from then on, behind the end.
  unsigned take(unsigned width) {
    unsigned value = 0;
    while (width-- > 0) value = (value << 1) | bit();
    return value;
  }
  // Fibonacci coding: sum of Zeckendorf terms, ended by two ones. Zero on malformed or oversized
  // input.
  unsigned take_fibonacci() {
    unsigned a = 1, b = 2, sum = 0, previous = 0;
    for (int i = 0; i < 24; ++i) {
      const unsigned current = bit();
      if (exhausted_) return 0;
      if (current == 1 && previous == 1) return sum;
      if (current == 1) sum += a;
      previous = current;
      const unsigned next = a + b;
      a = b;
      b = next;
    }
    return 0;
  }
  bool exhausted() const { return exhausted_; }
  bool rest_is_zero() {
    while (position_ < text_.size() * 6) {
      if (bit() != 0) return false;
    }
    return true;
  }

 private:
  unsigned bit() {
    if (position_ >= text_.size() * 6) {
      exhausted_ = true;
      return 0;
    }
    const auto value = static_cast<unsigned>(value_of(text_[position_ / 6]));
    const unsigned result = (value >> (5 - position_ % 6)) & 1u;
    ++position_;
    return result;
  }
  std::string_view text_;
  std::size_t position_ = 0;
  bool exhausted_ = false;
};

std::string_view take_until(std::string_view& rest, char separator) {
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != separator) ++end;
  const std::string_view part{rest.data(), end};
  const std::size_t used = end < rest.size() ? end + 1 : end;
  rest = {rest.data() + used, rest.size() - used};
  return part;
}

struct Sections {
  unsigned count = 0;
  int us_national_at = -1;
};

// Reads the header's range of section ids. A count of 0 together with us_national_at -1 may be an
// error: both mean there is nothing to read.
std::optional<Sections> read_header(std::string_view header) {
  BitReader bits(header);
  if (!bits.well_formed() || bits.take(6) != 3 || bits.take(6) != 1) return std::nullopt;
  Sections sections;
  unsigned last = 0;
  const unsigned items = bits.take(12);
  for (unsigned item = 0; item < items; ++item) {
    const bool group = bits.take(1) == 1;
    const unsigned offset = bits.take_fibonacci();
    const unsigned length = group ? bits.take_fibonacci() : 0;
    if (offset == 0 || (group && length == 0) || bits.exhausted()) return std::nullopt;
    for (unsigned i = 0; i <= length; ++i) {
      const unsigned id = last + offset + i;
      if (id == kUsNationalSection) sections.us_national_at = static_cast<int>(sections.count);
      if (++sections.count > kSectionsMax) return std::nullopt;
    }
    last += offset + length;
  }
  if (bits.exhausted() || !bits.rest_is_zero()) return std::nullopt;
  return sections;
}

bool contains_dot(std::string_view section) {
  for (const char character : section) {
    if (character == '.') return true;
  }
  return false;
}

std::uint8_t two(BitReader& bits) { return static_cast<std::uint8_t>(bits.take(2)); }

bool read_gpc(std::string_view segment, bool& gpc) {
  BitReader bits(segment);
  if (segment.size() != 2 || !bits.well_formed() || bits.take(2) != 1) return false;
  gpc = bits.take(1) == 1;
  return bits.rest_is_zero();
}

std::optional<UsNational> read_section(std::string_view section) {
  const bool has_gpc_segment = contains_dot(section);
  const std::string_view core = take_until(section, '.');
  BitReader bits(core);
  if (!bits.well_formed()) return std::nullopt;
  const unsigned version = bits.take(6);
  const bool first = version == 1;
  if (version != 1 && version != 2) return std::nullopt;
  if (core.size() != (first ? kCoreCharactersV1 : kCoreCharacters)) return std::nullopt;
  UsNational out;
  for (std::uint8_t* field :
       {&out.sharing_notice, &out.sale_opt_out_notice, &out.sharing_opt_out_notice,
        &out.targeted_advertising_opt_out_notice, &out.sensitive_data_processing_opt_out_notice,
        &out.sensitive_data_limit_use_notice, &out.sale_opt_out, &out.sharing_opt_out,
        &out.targeted_advertising_opt_out}) {
    *field = two(bits);
  }
  for (unsigned i = 0; i < (first ? 12u : 16u); ++i) out.sensitive_data_processing[i] = two(bits);
  for (unsigned i = 0; i < (first ? 2u : 3u); ++i) {
    out.known_child_sensitive_data_consents[i] = two(bits);
  }
  out.personal_data_consents = two(bits);
  out.mspa_covered_transaction = two(bits);
  out.mspa_opt_out_option_mode = two(bits);
  out.mspa_service_provider_mode = two(bits);
  if (bits.exhausted() || !bits.rest_is_zero()) return std::nullopt;
  if (has_gpc_segment && !read_gpc(section, out.gpc)) return std::nullopt;
  return out;
}

}  // namespace

UsNational us_national(bool sells_or_shares, bool opted_out, bool gpc) {
  UsNational section;
  section.sharing_notice = 1;
  section.gpc = gpc;
  if (!sells_or_shares) return section;
  const std::uint8_t opt_out = opted_out || gpc ? 1 : 2;
  section.sale_opt_out_notice = 1;
  section.sharing_opt_out_notice = 1;
  section.targeted_advertising_opt_out_notice = 1;
  section.sale_opt_out = opt_out;
  section.sharing_opt_out = opt_out;
  section.targeted_advertising_opt_out = opt_out;
  return section;
}

GppText encode_gpp(const UsNational& section) {
  GppText out;
  BitWriter bits(out);
  bits.put(3, 6);
  bits.put(1, 6);
  bits.put(1, 12);
  bits.put(0, 1);
  bits.put(0b01011, 5);  // Fibonacci code of 7 = 2 + 5
  bits.end_segment();
  out.characters[out.size++] = '~';
  bits.put(2, 6);
  for (const std::uint8_t field :
       {section.sharing_notice, section.sale_opt_out_notice, section.sharing_opt_out_notice,
        section.targeted_advertising_opt_out_notice,
        section.sensitive_data_processing_opt_out_notice, section.sensitive_data_limit_use_notice,
        section.sale_opt_out, section.sharing_opt_out, section.targeted_advertising_opt_out}) {
    bits.put(field, 2);
  }
  for (const std::uint8_t field : section.sensitive_data_processing) bits.put(field, 2);
  for (const std::uint8_t field : section.known_child_sensitive_data_consents) bits.put(field, 2);
  for (const std::uint8_t field :
       {section.personal_data_consents, section.mspa_covered_transaction,
        section.mspa_opt_out_option_mode, section.mspa_service_provider_mode}) {
    bits.put(field, 2);
  }
  bits.end_segment();
  out.characters[out.size++] = '.';
  bits.put(1, 2);
  bits.put(section.gpc ? 1 : 0, 1);
  bits.end_segment();
  return out;
}

std::optional<UsNational> decode_gpp(std::string_view text) {
  if (text.size() > kGppTextBytesMax || text.empty() || text.back() == '~') return std::nullopt;
  std::string_view rest = text;
  const auto sections = read_header(take_until(rest, '~'));
  if (!sections || sections->us_national_at < 0) return std::nullopt;
  std::optional<UsNational> found;
  for (unsigned i = 0; i < sections->count; ++i) {
    if (rest.empty()) return std::nullopt;
    const std::string_view section = take_until(rest, '~');
    if (static_cast<int>(i) == sections->us_national_at) found = read_section(section);
  }
  if (!rest.empty()) return std::nullopt;
  return found;
}

}  // namespace consent
