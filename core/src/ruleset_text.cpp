// The names of what ruleset.h answers with; apart, so that a build that does not print them does
// not carry them.
#include "consent/ruleset.h"

namespace consent {

std::string_view ruleset_version() { return "2026-11-23"; }

std::string_view to_text(RegimeId id) {
  switch (id) {
#define CONSENT_REGIME(name, number, model) \
  case RegimeId::name:                      \
    return #name;
#include "consent/regimes.inc"
#undef CONSENT_REGIME
  }
  return "unknown";
}

std::string_view to_text(GdprScope scope) {
  switch (scope) {
    case GdprScope::gdpr:
      return "gdpr";
    case GdprScope::uk_gdpr:
      return "uk_gdpr";
    case GdprScope::equivalent:
      return "equivalent";
    case GdprScope::none:
      break;
  }
  return "none";
}

std::string_view to_text(Model model) { return model == Model::opt_out ? "opt_out" : "opt_in"; }

std::string_view to_text(Zone zone) { return zone == Zone::us ? "us" : "eu"; }

}  // namespace consent
