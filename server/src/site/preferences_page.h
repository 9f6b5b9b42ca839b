#pragma once
// The preferences as a plain page: HTML without script, in the visitor's language.

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "consent/policy.h"
#include "site/site_policy.h"

namespace consent::server {

struct PreferencesPage {
  const PolicyText& policy;
  const std::map<std::string, std::string>& text;  // of `language`
  std::string site;
  std::string language;
  std::string notice;  // id
  std::string ticket;
  std::string event;  // UUIDv7 of the decision this form makes
  std::string return_path;
  std::array<bool, kPurposes> allowed{};  // what may run now
  bool gpc = false;                       // the signal is honoured, and everything optional is off
  bool saved = false;                     // the form has just led back here
  bool late = false;                      // a form came too late, and was not taken
  bool can_withdraw = false;              // the visitor holds a grant
};

// Every text is escaped; the only style is the block that preferences_style_source() names.
std::string render(const PreferencesPage& page);

// The Content-Security-Policy source of the style block: "'sha256-...'".
std::string_view preferences_style_source();

}  // namespace consent::server
