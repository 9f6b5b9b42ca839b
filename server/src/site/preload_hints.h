#pragma once
// What a page with the banner will ask for, as values of the Link field (RFC 8288, rel=preload):
// in the page's own answer, or in a 103 (RFC 8297) before it.

#include <string>
#include <string_view>

#include "site/web_files.h"

namespace consent::server {

struct PreloadHints {
  std::string undecided;  // for who has no consent cookie: banner, module, notice
  std::string decided;    // for who has one: banner, and the module that reads it
};

// Paths from the root of the origin. `notice_query` is the query of GET /v1/notice as the banner
// forms it. What the files do not hold is left out; without banner.js there is no hint.
PreloadHints preload_hints(const WebFiles& files, std::string_view notice_query);

// "site=dialphone.com&language=de-AT%2Cde", as URLSearchParams writes it; no `language` when empty.
std::string notice_query(std::string_view site, std::string_view language);

}  // namespace consent::server
