#pragma once
// Whether what a site calls accepting and refusing weighs the same, as the translations do
// (tests/tidy/translation_rules.mjs).

#include <string>
#include <string_view>

namespace consent::server {

// What is wrong with `reject` beside `accept`; empty where nothing is. They are not the same, and
// the shorter has at least 60 % of the letters of the longer. Blanks, and characters that nobody
// sees, are no letters. Both are UTF-8.
std::string unequal_buttons(std::string_view accept, std::string_view reject);

}  // namespace consent::server
