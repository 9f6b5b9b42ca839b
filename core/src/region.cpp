#include "consent/region.h"

#include "characters.h"
#include "regime_table.h"

namespace consent {
namespace {

constexpr bool is_code_character(char character) {
  return is_upper(character) || is_digit(character);
}

std::string_view clean(std::string_view text) {
  return text.size() > kRegionTextBytesMax ? std::string_view{} : trimmed(text);
}

CountryCode parse_country(std::string_view text) {
  if (text.size() != 2) return {};
  char letters[] = {to_upper(text[0]), to_upper(text[1])};
  // UK EL XI IC EA: reserved or in use elsewhere for a place that has another code.
  constexpr std::string_view kAliases = "UKGBELGRXIGBICESEAES";
  for (std::size_t i = 0; i < kAliases.size(); i += 4) {
    if (letters[0] != kAliases[i] || letters[1] != kAliases[i + 1]) continue;
    letters[0] = kAliases[i + 2];
    letters[1] = kAliases[i + 3];
    break;
  }
  const CountryCode code = CountryCode::from_letters(letters[0], letters[1]);
  return is_listed(code) ? code : CountryCode{};
}

}  // namespace

SubdivisionCode SubdivisionCode::parse(std::string_view text) {
  SubdivisionCode code;
  if (text.empty() || text.size() > code.characters_.size()) return code;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char character = to_upper(text[i]);
    if (!is_code_character(character)) return {};
    code.characters_[i] = character;
  }
  code.size_ = static_cast<std::uint8_t>(text.size());
  return code;
}

Region parse_region(std::string_view country, std::string_view subdivision) {
  Region region;
  region.country = parse_country(clean(country));
  if (!region.country.known()) return {};
  subdivision = clean(subdivision);
  if (subdivision.size() > 2 && subdivision[2] == '-') {
    if (!equal_ignoring_case(slice(subdivision, 0, 2), region.country.text())) return region;
    subdivision.remove_prefix(3);
  }
  region.subdivision = SubdivisionCode::parse(subdivision);
  return region;
}

Region parse_region(std::string_view code) {
  code = clean(code);
  std::string_view rest = code;
  const std::string_view country = take_until(rest, '-');
  return parse_region(country, country.size() == code.size() ? std::string_view{} : code);
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
