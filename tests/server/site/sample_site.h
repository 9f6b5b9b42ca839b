#pragma once
// A small, correct site file, and ways to break it.

#include <string>
#include <string_view>

#include "site/site_policy.h"

namespace consent::server::testing {

// Two languages, three policy versions; one statement a line.
std::string sample_site_text();

// The text with the first `from` replaced; aborts when it is not there.
std::string with(std::string text, std::string_view from, std::string_view to);

// Loads a text that must be correct.
SitePolicy load(const std::string& text);

TimePoint at(std::string_view rfc3339);

}  // namespace consent::server::testing
