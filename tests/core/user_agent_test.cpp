#include "consent/user_agent.h"

#include <string>

#include "support/catch.h"

namespace {

struct Case {
  std::string_view user_agent;
  std::string_view browser;
  unsigned major;
  std::string_view os;
  std::string_view device;
};

constexpr Case kBrowsers[] = {
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/142.0.0.0 Safari/537.36",
     "Chrome", 142, "Windows", "desktop"},
    {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
     "Mobile Safari/537.36",
     "Chrome", 142, "Android", "mobile"},
    {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
     "Safari/537.36",
     "Chrome", 142, "Android", "tablet"},
    {"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/142.0.0.0 Safari/537.36",
     "Chrome", 142, "ChromeOS", "desktop"},
    {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) CriOS/142.0.7444.46 "
     "Mobile/15E148 Safari/604.1",
     "Chrome", 142, "iOS", "mobile"},
    {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "CriOS/142 "
     "Version/18.0 Safari/605.1.15",
     "Chrome", 142, "iOS", "tablet"},
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/142.0.0.0 Safari/537.36 "
     "Edg/142.0.0.0",
     "Edge", 142, "Windows", "desktop"},
    {"Mozilla/5.0 (Linux; Android 10; HD1913) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/142.0.7444.48 Mobile "
     "Safari/537.36 EdgA/141.0.3537.99",
     "Edge", 141, "Android", "mobile"},
    {"Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "Version/18.0 "
     "EdgiOS/141.3537.71 Mobile/15E148 Safari/605.1.15",
     "Edge", 141, "iOS", "tablet"},
    {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "Version/26.0 "
     "Safari/605.1.15",
     "Safari", 26, "macOS", "desktop"},
    {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) Version/26.0 "
     "Mobile/15E148 Safari/604.1",
     "Safari", 26, "iOS", "mobile"},
    {"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", 140,
     "Linux", "desktop"},
    {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0",
     "Firefox", 144, "macOS", "desktop"},
    {"Mozilla/5.0 (Android 15; Tablet; rv:144.0) Gecko/144.0 Firefox/144.0", "Firefox", 144,
     "Android", "tablet"},
    {"Mozilla/5.0 (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0", "Firefox", 144,
     "Android", "mobile"},
    {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) FxiOS/144.0 "
     "Mobile/15E148 Safari/605.1.15",
     "Firefox", 144, "iOS", "mobile"},
    {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
     "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile "
     "Safari/537.36",
     "Samsung Internet", 28, "Android", "mobile"},
    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/140.0.0.0 Safari/537.36 "
     "OPR/124.0.0.0",
     "Opera", 124, "Windows", "desktop"},
    {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) Version/18.7 "
     "Mobile/15E148 Safari/604.1 OPT/5.6.0",
     "Opera", 5, "iOS", "mobile"},
    {"Mozilla/5.0 (Linux; Android 14; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/142.0.0.0 Mobile "
     "Safari/537.36",
     "Chrome", 142, "Android", "mobile"},
    {"Mozilla/5.0 (Linux; U; Android 4.0; en) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 "
     "Mobile Safari/534.30",
     "Other", 0, "Android", "mobile"},
    {"", "Other", 0, "Other", "other"},
    {"Mozilla/5.0", "Other", 0, "Other", "other"},
    {"Firefox/99999999999999", "Firefox", 0, "Other", "other"},
    {"Firefox/10000.0", "Firefox", 0, "Other", "other"},
    {"Firefox/9999.0", "Firefox", 9999, "Other", "other"},
    {"Firefox/", "Firefox", 0, "Other", "other"},
    {"NotFirefox/140", "Other", 0, "Other", "other"},
};

constexpr std::string_view kRobots[] = {
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "HeadlessChrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Mobile "
    "Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; "
    "+http://www.bing.com/bingbot.htm) "
    "Chrome/116.0.0.0 Safari/537.36",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; "
    "+https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "curl/8.14.1",
    "Wget/1.21.3",
    "python-requests/2.32.5",
    "Go-http-client/2.0",
    "facebookexternalhit/1.1",
    "Mozilla/5.0 (compatible; Yahoo! Slurp)",
    "Screaming Frog SEO Spider/20.0",
    "CCBot/2.0 (crawler)",
};

}  // namespace

TEST_CASE("browsers are reduced to family, major, system and device") {
  for (const Case& entry : kBrowsers) {
    CAPTURE(entry.user_agent);
    const auto reduced = consent::reduce_user_agent(entry.user_agent);
    CHECK(reduced.browser == entry.browser);
    CHECK(reduced.browser_major == entry.major);
    CHECK(reduced.os == entry.os);
    CHECK(reduced.device == entry.device);
  }
}

TEST_CASE("robots are robots whatever else they say") {
  for (const std::string_view user_agent : kRobots) {
    CAPTURE(user_agent);
    const auto reduced = consent::reduce_user_agent(user_agent);
    CHECK(reduced.browser == "bot");
    CHECK(reduced.device == "bot");
    CHECK(reduced.os == "Other");
    CHECK(reduced.browser_major == 0);
  }
}

TEST_CASE("an over-long user agent is nothing in particular") {
  const std::string padded = "Firefox/140.0 " + std::string(1'010, 'x');
  CHECK(padded.size() == 1'024);
  CHECK(consent::reduce_user_agent(padded).browser == "Firefox");
  CHECK(consent::reduce_user_agent(padded + "x").browser == "Other");
}
