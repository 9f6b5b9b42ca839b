#include "personal_value.h"

#include <array>

#include "characters.h"
#include "percent_encoding.h"
#include "random_text.h"

namespace consent {
namespace {

constexpr int kDecodingRounds = 3;
constexpr std::size_t kHexDigitsMin = 16;
constexpr std::size_t kPhoneDigitsMin = 7;
constexpr std::size_t kCardDigitsMin = 13;
constexpr std::size_t kCardDigitsMax = 19;
constexpr std::size_t kEncodedBytesMin = 8;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u; }

// UTF-8 without control characters.
bool is_readable(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x20 || lead == 0x7f) return false;
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || size > text.size() - i) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if (!is_continuation(text[i + k])) return false;
    }
    const auto second = size > 1 ? static_cast<unsigned char>(text[i + 1]) : 0u;
    if (lead == 0xc2 && second < 0xa0) return false;   // C1 controls
    if (lead == 0xe0 && second < 0xa0) return false;   // overlong
    if (lead == 0xed && second >= 0xa0) return false;  // surrogates
    if (lead == 0xf0 && second < 0x90) return false;   // overlong
    if (lead == 0xf4 && second >= 0x90) return false;  // over U+10FFFF
    i += size;
  }
  return true;
}

bool has_json_token(std::string_view text) {
  for (std::size_t i = 0; i + 3 < text.size(); ++i) {
    const bool begins = i == 0 || !is_alphanumeric(text[i - 1]);
    if (begins && slice(text, i, 3) == "eyJ") return true;
  }
  return false;
}

// A run of hexadecimal digits, or a UUID's five groups of them.
bool has_hex_id(std::string_view text) {
  std::size_t run = 0;
  std::size_t groups = 0;  // how many of a UUID's 8-4-4-4-12 stand complete before this run
  for (const char character : text) {
    if (hex_value(character) < 16) {
      if (++run >= kHexDigitsMin || (groups == 4 && run == 12)) return true;
      continue;
    }
    const bool first = run >= 8;
    const bool next = groups >= 1 && groups < 4 && run == 4;
    groups = character != '-' ? 0 : next ? groups + 1 : first ? 1 : 0;
    run = 0;
  }
  return false;
}

// Four numbers between dots.
bool has_ipv4(std::string_view text) {
  std::size_t numbers = 0;
  std::size_t digits = 0;
  for (const char character : text) {
    if (is_digit(character)) {
      if (++digits == 1) ++numbers;
      if (digits > 3) numbers = 0;
      if (numbers == 4) return true;
    } else {
      if (character != '.' || digits == 0) numbers = 0;
      digits = 0;
    }
  }
  return false;
}

// Hexadecimal digits between at least two colons, and not inside a word.
bool has_ipv6(std::string_view text) {
  std::size_t colons = 0;
  std::size_t digits = 0;
  bool inside_word = false;
  for (const char character : text) {
    if (character == ':' || hex_value(character) < 16) {
      colons += character == ':' ? 1u : 0u;
      digits += character == ':' ? 0u : 1u;
      continue;
    }
    const bool word = is_letter(character);
    if (colons >= 2 && digits != 0 && !inside_word && !word) return true;
    colons = digits = 0;
    inside_word = word;
  }
  return colons >= 2 && digits != 0 && !inside_word;
}

bool is_number_separator(char c) {
  return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '/' || c == '+' ||
         c == '_';
}

// Digits with single separators, as phone and card numbers are written.
class Number {
 public:
  void add(char digit) {
    const unsigned value = static_cast<unsigned>(digit - '0');
    const unsigned twice = value > 4 ? 2 * value - 9 : 2 * value;
    // The digit's place from the right is not known yet: both sums are kept, and change places.
    const unsigned doubled = sum_ + twice;
    sum_ = sum_doubled_ + value;
    sum_doubled_ = doubled;
    ++digits_;
  }
  PersonalKind kind() const {
    if (digits_ >= kCardDigitsMin && digits_ <= kCardDigitsMax && sum_ % 10 == 0) {
      return PersonalKind::id;
    }
    return digits_ >= kPhoneDigitsMin ? PersonalKind::phone : PersonalKind::none;
  }

 private:
  std::size_t digits_ = 0;
  unsigned sum_ = 0;          // Luhn's, when the last digit is not doubled
  unsigned sum_doubled_ = 0;  // and when it is
};

PersonalKind number_kind(std::string_view text) {
  constexpr std::size_t kSeparatorsMax = 3;
  PersonalKind kind = PersonalKind::none;
  Number number;
  std::size_t separators = 0;
  for (const char character : text) {
    if (is_digit(character)) {
      number.add(character);
      separators = 0;
    } else if (!is_number_separator(character) || ++separators > kSeparatorsMax) {
      if (number.kind() > kind) kind = number.kind();
      number = {};
    }
  }
  return number.kind() > kind ? number.kind() : kind;
}

PersonalKind kind_as_written(std::string_view text) {
  if (!is_readable(text)) return PersonalKind::id;
  for (const char character : text) {
    if (character == '@') return PersonalKind::email;
  }
  if (has_json_token(text) || has_hex_id(text) || has_ipv4(text) || has_ipv6(text) ||
      has_random_run(text)) {
    return PersonalKind::id;
  }
  return number_kind(text);
}

// Looks through base64 and base64url, where text comes out.
PersonalKind kind_inside_base64(std::string_view text) {
  std::array<char, kPersonalValueBytesMax> decoded{};
  std::size_t size = 0;
  std::size_t run = 0;
  unsigned pending = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const unsigned value = i < text.size() ? base64_value(text[i]) : 64;
    if (value < 64) {
      pending = (pending << 6 | value) & 0xffff;
      const std::size_t place = ++run % 4;
      if (place != 1) decoded[size++] = static_cast<char>(pending >> (8 - 2 * place) % 8 & 0xff);
      continue;
    }
    const std::string_view inside{decoded.data(), size};
    if (run >= kEncodedBytesMin && is_readable(inside)) {
      const PersonalKind kind = kind_as_written(inside);
      if (kind != PersonalKind::none) return kind;
    }
    size = run = 0;
  }
  return PersonalKind::none;
}

}  // namespace

PersonalKind personal_kind_of(std::string_view text) {
  if (text.size() > kPersonalValueBytesMax) return PersonalKind::id;
  std::array<char, kPersonalValueBytesMax> decoded{};
  for (int round = 0;; ++round) {
    const std::size_t size = percent_decode(text, decoded);
    if (size == text.size()) break;
    if (round == kDecodingRounds) return PersonalKind::id;
    text = {decoded.data(), size};
  }
  const PersonalKind kind = kind_as_written(text);
  return kind == PersonalKind::none ? kind_inside_base64(text) : kind;
}

std::string_view placeholder_of(PersonalKind kind) {
  switch (kind) {
    case PersonalKind::email:
      return ":email";
    case PersonalKind::phone:
      return ":phone";
    case PersonalKind::id:
      return ":id";
    case PersonalKind::none:
      break;
  }
  return {};
}

}  // namespace consent
