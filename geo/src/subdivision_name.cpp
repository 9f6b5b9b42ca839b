#include "subdivision_name.h"

#include <algorithm>
#include <array>

namespace consent::geo {
namespace {

struct NamedSubdivision {
  std::string_view name;
  std::string_view code;
};

constexpr std::array kUnitedStates{
    NamedSubdivision{"Alabama", "AL"},
    NamedSubdivision{"Alaska", "AK"},
    NamedSubdivision{"American Samoa", "AS"},
    NamedSubdivision{"Arizona", "AZ"},
    NamedSubdivision{"Arkansas", "AR"},
    NamedSubdivision{"California", "CA"},
    NamedSubdivision{"Colorado", "CO"},
    NamedSubdivision{"Connecticut", "CT"},
    NamedSubdivision{"Delaware", "DE"},
    NamedSubdivision{"District of Columbia", "DC"},
    NamedSubdivision{"Florida", "FL"},
    NamedSubdivision{"Georgia", "GA"},
    NamedSubdivision{"Guam", "GU"},
    NamedSubdivision{"Hawaii", "HI"},
    NamedSubdivision{"Idaho", "ID"},
    NamedSubdivision{"Illinois", "IL"},
    NamedSubdivision{"Indiana", "IN"},
    NamedSubdivision{"Iowa", "IA"},
    NamedSubdivision{"Kansas", "KS"},
    NamedSubdivision{"Kentucky", "KY"},
    NamedSubdivision{"Louisiana", "LA"},
    NamedSubdivision{"Maine", "ME"},
    NamedSubdivision{"Maryland", "MD"},
    NamedSubdivision{"Massachusetts", "MA"},
    NamedSubdivision{"Michigan", "MI"},
    NamedSubdivision{"Minnesota", "MN"},
    NamedSubdivision{"Mississippi", "MS"},
    NamedSubdivision{"Missouri", "MO"},
    NamedSubdivision{"Montana", "MT"},
    NamedSubdivision{"Nebraska", "NE"},
    NamedSubdivision{"Nevada", "NV"},
    NamedSubdivision{"New Hampshire", "NH"},
    NamedSubdivision{"New Jersey", "NJ"},
    NamedSubdivision{"New Mexico", "NM"},
    NamedSubdivision{"New York", "NY"},
    NamedSubdivision{"North Carolina", "NC"},
    NamedSubdivision{"North Dakota", "ND"},
    NamedSubdivision{"Northern Mariana Islands", "MP"},
    NamedSubdivision{"Ohio", "OH"},
    NamedSubdivision{"Oklahoma", "OK"},
    NamedSubdivision{"Oregon", "OR"},
    NamedSubdivision{"Pennsylvania", "PA"},
    NamedSubdivision{"Puerto Rico", "PR"},
    NamedSubdivision{"Rhode Island", "RI"},
    NamedSubdivision{"South Carolina", "SC"},
    NamedSubdivision{"South Dakota", "SD"},
    NamedSubdivision{"Tennessee", "TN"},
    NamedSubdivision{"Texas", "TX"},
    NamedSubdivision{"Utah", "UT"},
    NamedSubdivision{"Vermont", "VT"},
    NamedSubdivision{"Virgin Islands", "VI"},
    NamedSubdivision{"Virginia", "VA"},
    NamedSubdivision{"Washington", "WA"},
    NamedSubdivision{"Washington D.C.", "DC"},
    NamedSubdivision{"Washington, D.C.", "DC"},
    NamedSubdivision{"West Virginia", "WV"},
    NamedSubdivision{"Wisconsin", "WI"},
    NamedSubdivision{"Wyoming", "WY"},
};

constexpr std::array kCanada{
    NamedSubdivision{"Alberta", "AB"},
    NamedSubdivision{"British Columbia", "BC"},
    NamedSubdivision{"Manitoba", "MB"},
    NamedSubdivision{"New Brunswick", "NB"},
    NamedSubdivision{"Newfoundland and Labrador", "NL"},
    NamedSubdivision{"Northwest Territories", "NT"},
    NamedSubdivision{"Nova Scotia", "NS"},
    NamedSubdivision{"Nunavut", "NU"},
    NamedSubdivision{"Ontario", "ON"},
    NamedSubdivision{"Prince Edward Island", "PE"},
    NamedSubdivision{"Quebec", "QC"},
    NamedSubdivision{"Qu\u00e9bec", "QC"},
    NamedSubdivision{"Saskatchewan", "SK"},
    NamedSubdivision{"Yukon", "YT"},
    NamedSubdivision{"Yukon Territory", "YT"},
};

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

template <std::size_t Size>
SubdivisionCode find_in(const std::array<NamedSubdivision, Size>& table, std::string_view name) {
  for (const auto& row : table) {
    if (same_name(row.name, name)) return SubdivisionCode::parse(row.code);
  }
  return {};
}

}  // namespace

SubdivisionCode subdivision_from_name(CountryCode country, std::string_view english_name) {
  if (country == CountryCode::from_letters('U', 'S')) return find_in(kUnitedStates, english_name);
  if (country == CountryCode::from_letters('C', 'A')) return find_in(kCanada, english_name);
  return {};
}

}  // namespace consent::geo
