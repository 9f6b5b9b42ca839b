#include "consent/region.h"

#include "regime_table.h"

namespace consent {
namespace {

constexpr char upper(char character) {
  return character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A')
                                              : character;
}

constexpr bool is_code_character(char character) {
  return (character >= 'A' && character <= 'Z') || (character >= '0' && character <= '9');
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

CountryCode parse_country(std::string_view text) {
  if (text.size() != 2) return {};
  char first = upper(text[0]);
  char second = upper(text[1]);
  const auto is = [&](char a, char b) { return first == a && second == b; };
  if (is('U', 'K') || is('X', 'I')) first = 'G', second = 'B';
  if (is('E', 'L')) first = 'G', second = 'R';
  if (is('I', 'C') || is('E', 'A')) first = 'E', second = 'S';
  const CountryCode code = CountryCode::from_letters(first, second);
  return is_listed(code) ? code : CountryCode{};
}

}  // namespace

SubdivisionCode SubdivisionCode::parse(std::string_view text) {
  SubdivisionCode code;
  if (text.empty() || text.size() > code.characters_.size()) return code;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char character = upper(text[i]);
    if (!is_code_character(character)) return {};
    code.characters_[i] = character;
  }
  code.size_ = static_cast<std::uint8_t>(text.size());
  return code;
}

Region parse_region(std::string_view country, std::string_view subdivision) {
  if (country.size() > kRegionTextBytesMax || subdivision.size() > kRegionTextBytesMax) return {};
  Region region;
  region.country = parse_country(trimmed(country));
  if (!region.country.known()) return {};
  subdivision = trimmed(subdivision);
  if (subdivision.size() > 2 && subdivision[2] == '-') {
    if (!(parse_country({subdivision.data(), 2}) == region.country)) return region;
    subdivision.remove_prefix(3);
  }
  region.subdivision = SubdivisionCode::parse(subdivision);
  return region;
}

Region parse_region(std::string_view code) {
  if (code.size() > kRegionTextBytesMax) return {};
  code = trimmed(code);
  if (code.size() == 2) return parse_region(code, {});
  if (code.size() < 4 || code[2] != '-') return {};
  const Region region = parse_region({code.data(), 2}, code);
  return region.subdivision.known() ? region : Region{};
}

RegionText to_text(const Region& region) {
  RegionText text;
  const auto put = [&](char character) { text.characters[text.size++] = character; };
  for (const char letter : region.country.text()) put(letter);
  if (!region.country.known() || !region.subdivision.known()) return text;
  put('-');
  for (const char character : region.subdivision.text()) put(character);
  return text;
}

}  // namespace consent
