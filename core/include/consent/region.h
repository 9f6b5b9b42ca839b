#pragma once
// Where a visitor is, as far as the law is concerned: an ISO 3166-1 country and, where it matters,
// an ISO 3166-2 subdivision. An invalid code cannot be held: whatever is not understood is the
// unknown region.

#include <array>
#include <cstdint>
#include <string_view>

namespace consent {

// ISO 3166-1 alpha-2 (plus the user-assigned XK), or unknown.
class CountryCode {
 public:
  constexpr CountryCode() = default;  // unknown
  // Both letters must be 'A'..'Z'; anything else gives the unknown country.
  static constexpr CountryCode from_letters(char first, char second) {
    CountryCode code;
    if (first >= 'A' && first <= 'Z' && second >= 'A' && second <= 'Z')
      code.letters_ = {first, second};
    return code;
  }
  constexpr bool known() const { return letters_[0] != 0; }
  // Two characters, or empty when unknown. Views this object: keep it alive.
  constexpr std::string_view text() const { return {letters_.data(), known() ? 2u : 0u}; }
  friend constexpr bool operator==(CountryCode a, CountryCode b) {
    return a.letters_[0] == b.letters_[0] && a.letters_[1] == b.letters_[1];
  }

 private:
  std::array<char, 2> letters_{};
};

// The part of an ISO 3166-2 code after the hyphen: one to three of 'A'..'Z', '0'..'9'; or none.
class SubdivisionCode {
 public:
  constexpr SubdivisionCode() = default;  // none
  static SubdivisionCode parse(std::string_view text);
  constexpr bool known() const { return size_ != 0; }
  constexpr std::string_view text() const { return {characters_.data(), size_}; }
  friend constexpr bool operator==(const SubdivisionCode& a, const SubdivisionCode& b) {
    return a.text() == b.text();
  }

 private:
  std::array<char, 3> characters_{};
  std::uint8_t size_ = 0;
};

struct Region {
  CountryCode country;
  SubdivisionCode subdivision;  // only ever known together with the country
  friend constexpr bool operator==(const Region& a, const Region& b) {
    return a.country == b.country && a.subdivision == b.subdivision;
  }
};

inline constexpr std::size_t kRegionTextBytesMax = 64;  // a longer field counts as empty

// Reads a country and a subdivision as geo databases and edge headers write them. Never fails: the
// unknown region (empty, malformed, not in ISO 3166-1 after aliasing, or a marker such as ZZ XX T1
// A1 A2 O1 AP EU UN --) is the strictest answer. Case and surrounding blanks do not matter; UK, EL,
// XI, IC, EA are aliases. `subdivision` may be "CA" or "US-CA" (its prefix must then equal the
// country, else it is dropped).
Region parse_region(std::string_view country, std::string_view subdivision);

// Reads "DE" or "US-CA", as if the part before the hyphen were the country. A bare subdivision is
// never accepted.
Region parse_region(std::string_view code);

// "", "DE" or "US-CA". The ISO 3166-2 form, 6 characters at most.
struct RegionText {
  std::array<char, 6> characters{};
  std::uint8_t size = 0;
  constexpr std::string_view view() const { return {characters.data(), size}; }
};
RegionText to_text(const Region& region);

}  // namespace consent
