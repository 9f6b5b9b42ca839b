#include "consent/user_agent.h"

#include <cstddef>

#include "characters.h"

namespace consent {
namespace {

// What robots, previews, monitors and programs call themselves, in lower case.
constexpr std::string_view kRobots =
    "bot crawl spider slurp headless curl/ wget/ python http-client httpclient httpx/ okhttp java/ "
    "libwww node-fetch axios/ undici phantomjs lighthouse pagespeed externalhit whatsapp/ "
    "facebookcatalog mediapartners google-inspection googleother feedfetcher ia_archiver preview "
    "monitor pingdom uptime scan postman playwright puppeteer selenium embedly fetcher "
    "validator archive.org ruby/ perl/ php/ dart/ got/ cfnetwork guzzle scrapy nagios check_http ";

constexpr unsigned kMajorMost = 9999;

struct BrowserToken {
  std::string_view token;  // up to and with the '/'
  std::string_view family;
  bool on_ios;
};

// In this order: the more specific names come along with the names of what they are built on.
constexpr BrowserToken kBrowsers[] = {
    {"Edg/", "Edge", false},        {"EdgA/", "Edge", false},
    {"EdgiOS/", "Edge", true},      {"Edge/", "Edge", false},
    {"OPR/", "Opera", false},       {"OPT/", "Opera", true},
    {"OPiOS/", "Opera", true},      {"OPX/", "Opera", true},
    {"Opera/", "Opera", false},     {"SamsungBrowser/", "Samsung Internet", false},
    {"FxiOS/", "Firefox", true},    {"CriOS/", "Chrome", true},
    {"Firefox/", "Firefox", false}, {"Chrome/", "Chrome", false},
    {"Version/", "Safari", false},
};

bool matches_at(std::string_view text, std::size_t at, std::string_view word) {
  if (word.size() > text.size() - at) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (text[at + i] != word[i]) return false;
  }
  return true;
}

// Behind the first place where the word begins and no letter stands before it; 0 when there is
// none.
std::size_t find_word(std::string_view text, std::string_view word) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = at == 0 || !is_letter(text[at - 1]);
    if (begins && matches_at(text, at, word)) return at + word.size();
  }
  return 0;
}

bool has(std::string_view text, std::string_view word) { return find_word(text, word) != 0; }

bool is_robot_at(std::string_view text, std::size_t at, std::string_view name) {
  if (name.size() > text.size() - at) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (to_lower(text[at + i]) != name[i]) return false;
  }
  // A maker of phones is called Cubot.
  const bool phone =
      name == "bot" && at >= 2 && to_lower(text[at - 1]) == 'u' && to_lower(text[at - 2]) == 'c';
  return !phone;
}

bool is_robot(std::string_view text) {
  std::string_view names = kRobots;
  while (!names.empty()) {
    const std::string_view name = take_until(names, ' ');
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (is_robot_at(text, at, name)) return true;
    }
  }
  return false;
}

// Four digits at most: no browser has more, and a longer number would tell visitors apart.
std::uint16_t major_at(std::string_view text, std::size_t at) {
  unsigned major = 0;
  for (; at < text.size() && is_digit(text[at]) && major <= kMajorMost; ++at) {
    major = major * 10 + static_cast<unsigned>(text[at] - '0');
  }
  return static_cast<std::uint16_t>(major <= kMajorMost ? major : 0);
}

// Whether the browser is one that exists on iOS only.
bool reduce_browser(std::string_view text, ReducedUserAgent& reduced) {
  for (const BrowserToken& browser : kBrowsers) {
    const std::size_t version = find_word(text, browser.token);
    if (version == 0) continue;
    const bool safari = browser.family == "Safari";
    if (safari && (!has(text, "Safari/") || has(text, "Android"))) continue;
    reduced.browser = browser.family;
    reduced.browser_major = major_at(text, version);
    return browser.on_ios;
  }
  return false;
}

void reduce_system(std::string_view text, bool on_ios, ReducedUserAgent& reduced) {
  const auto set = [&](std::string_view os, std::string_view device) {
    reduced.os = os;
    reduced.device = device;
  };
  if (has(text, "iPhone") || has(text, "iPod")) return set("iOS", "mobile");
  if (has(text, "iPad") || on_ios) return set("iOS", "tablet");
  if (has(text, "CrOS")) return set("ChromeOS", "desktop");
  if (has(text, "Windows Phone")) return set("Windows", "mobile");
  if (has(text, "Android")) return set("Android", has(text, "Mobile") ? "mobile" : "tablet");
  if (has(text, "Windows")) return set("Windows", "desktop");
  if (has(text, "Macintosh")) return set("macOS", "desktop");
  if (has(text, "Linux") || has(text, "X11")) return set("Linux", "desktop");
}

}  // namespace

ReducedUserAgent reduce_user_agent(std::string_view user_agent) {
  ReducedUserAgent reduced;
  if (user_agent.size() > kUserAgentBytesMax) return reduced;
  if (is_robot(user_agent)) {
    reduced.browser = reduced.device = "bot";
    return reduced;
  }
  const bool on_ios = reduce_browser(user_agent, reduced);
  reduce_system(user_agent, on_ios, reduced);
  return reduced;
}

}  // namespace consent
