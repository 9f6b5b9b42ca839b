#pragma once
// What a page with the banner will ask for, as values of the Link field (RFC 8288, rel=preload):
// in the page's own answer, or in a 103 (RFC 8297) before it. The notice is not among it: it is the
// visitor's own, and without script nobody reads it.

#include <string>

#include "site/web_files.h"

namespace consent::server {

struct PreloadHints {
  std::string undecided;  // for who has no consent cookie: the banner
  std::string decided;    // for who has one: the banner and the module that reads it
};

// Paths from the root of the origin. What the files do not hold is left out; without banner.js
// there is no hint.
PreloadHints preload_hints(const WebFiles& files);

}  // namespace consent::server
