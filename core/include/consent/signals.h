#pragma once
// Opt-out signals a browser sends, as header fields of any length; linear in it.

#include <string_view>

namespace consent {

// True when at least one member of the (possibly folded, comma-separated) Sec-GPC field is exactly
// "1" (W3C GPC, "Sec-GPC header field"). "true", "01", "1.0", "1;x=y" and quoted forms
// are not.
bool parse_sec_gpc(std::string_view field_value);

// True for DNT: 1 only; a 0 is never consent.
bool parse_dnt(std::string_view field_value);

}  // namespace consent
