#pragma once
// Databases that name a state or province in English ("California") instead of giving its ISO
// 3166-2 code.

#include <string_view>

#include "consent/region.h"

namespace consent::geo {

// The code of a US state, district or territory, or of a Canadian province or territory; ASCII case
// does not matter. None for every other country and for a name that is not in the table: a state
// that is not known for certain must stay unknown, where the union of duties applies.
SubdivisionCode subdivision_from_name(CountryCode country, std::string_view english_name);

}  // namespace consent::geo
