#include "sample_site.h"

#include <cstdlib>

#include "formats/timestamp.h"
#include "site/site_text.h"
#include "support/catch.h"

namespace consent::server::testing {
namespace {

std::string texts(const std::string& language) {
  std::string json = "    \"" + language + "\": {\n";
  for (const std::string& key : site_text_keys()) {
    std::string words = language + ' ' + key;
    if (key == "dir") words = "ltr";
    if (key == "policy_url") words = "/privacy";
    if (key == "list") words = "{a} & {b}";
    if (key == "controller") words += " {controller}";
    if (key.starts_with("lifetime_") && key != "lifetime_session") words = "{n} " + key.substr(9);
    json += "      \"" + key + "\": \"" + words + '"';
    json += key == site_text_keys().back() ? "\n" : ",\n";
  }
  return json + "    }";
}

// `recipient` is the analytics service's.
std::string policy(const std::string& version, const std::string& dates,
                   const std::string& recipient) {
  return R"(    {
      "version": )" +
         version + R"(,
)" + dates +
         R"(
      "controller": "Example Ltd",
      "purposes": [
        {
          "id": "essential", "legal_basis": "contract",
          "name": {"en": "Necessary", "de": "Notwendig"},
          "description": {"en": "Needed.", "de": "N\u00f6tig."},
          "cookies": [],
          "services": [{"id": "own", "name": "Own", "recipient": "Example Ltd", "country": "IE"}]
        },
        {
          "id": "analytics", "legal_basis": "consent",
          "name": {"en": "Analytics", "de": "Statistik"},
          "description": {"en": "Counts.", "de": "Z\u00e4hlt."},
          "cookies": [{"name": "_a", "provider": "example.com", "lifetime": "13 months"}],
          "services": [{"id": "stats", "name": "Stats", "recipient": ")" +
         recipient + R"(", "country": "IE"}]
        }
      ]
    })";
}

}  // namespace

std::string sample_site_text() {
  return R"({ // line 1
  "site": "example.com",
  "origins": ["https://example.com"],
  "default_language": "en",
  "policies": [
)" +
         policy("1", R"(      "published_at": "2025-01-01T00:00:00Z",
      "effective_at": "2025-01-31T00:00:00Z",)",
                "Alpha Ltd") +
         ",\n" +
         policy("2", R"(      "published_at": "2025-06-01T00:00:00Z",
      "effective_at": "2025-07-01T00:00:00Z",)",
                "Beta Ltd") +
         ",\n" +
         policy("5", R"(      "published_at": "2026-01-01T00:00:00Z",
      "effective_at": "2026-01-02T00:00:00Z",)",
                "Beta Ltd") +
         R"(
  ],
  "text": {
)" + texts("en") +
         ",\n" + texts("de") + "\n  }\n}\n";
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t place = text.find(from);
  if (place == std::string::npos) std::abort();
  return text.replace(place, from.size(), to);
}

SitePolicy load(const std::string& text) {
  SiteLoad load = load_site_policy(text);
  for (const SiteError& error : load.errors) {
    FAIL_CHECK(error.line << ":" << error.column << " " << error.pointer << " " << error.detail);
  }
  return std::move(load.policy);
}

TimePoint at(std::string_view rfc3339) { return parse_rfc3339(rfc3339).value(); }

}  // namespace consent::server::testing
