// Over-long input costs a reader linear time at most: with anything worse, a megabyte of what each
// one finds hardest would not end before the test run does.
#include <array>
#include <string>
#include <vector>

#include "consent/base64url.h"
#include "consent/cookie_header.h"
#include "consent/event_reduction.h"
#include "consent/gpp.h"
#include "consent/ip_address.h"
#include "consent/region.h"
#include "consent/signals.h"
#include "consent/token.h"
#include "consent/url_reduction.h"
#include "consent/user_agent.h"
#include "support/catch.h"

namespace {

constexpr std::size_t kLong = 1 << 20;

// One character, separators, and pieces that make a reader look ahead, a megabyte of each.
std::vector<std::string> long_texts() {
  std::vector<std::string> texts;
  for (const std::string piece : {" ",
                                  "\t",
                                  ";",
                                  "=",
                                  ",",
                                  "1,",
                                  "1",
                                  "A",
                                  "a=b;",
                                  "c=d; ",
                                  "%",
                                  "%25",
                                  "%2525",
                                  "/",
                                  "/..",
                                  "//",
                                  "?",
                                  "&",
                                  "?utm_source=",
                                  "&utm_source=a",
                                  "@",
                                  ":",
                                  "[",
                                  "1.",
                                  ".",
                                  "~",
                                  "DBABLA~",
                                  "DBAA",
                                  "CriOS/",
                                  "Mozilla/5.0 (",
                                  "Version/",
                                  "bot",
                                  "http://",
                                  "https://a.example/",
                                  "7 ",
                                  "eyJ",
                                  "-",
                                  "US-",
                                  "\xff",
                                  "0:",
                                  "::"}) {
    std::string text;
    text.reserve(kLong + piece.size());
    while (text.size() < kLong) text += piece;
    texts.push_back(text);
  }
  return texts;
}

}  // namespace

TEST_CASE("a megabyte of anything is read to the end or refused unread, by every reader") {
  std::array<char, consent::kReducedUrlBytes> url{};
  std::array<char, consent::kHostBytesMax> host{};
  std::vector<std::uint8_t> bytes(kLong);
  for (const std::string& text : long_texts()) {
    CAPTURE(text.substr(0, 24));
    CHECK(consent::parse_token(text).error == consent::TokenError::too_long);
    CHECK_FALSE(consent::parse_region(text).country.known());
    CHECK_FALSE(consent::parse_region(text, text).country.known());
    CHECK_FALSE(consent::parse_region("US", text).subdivision.known());
    CHECK_FALSE(consent::decode_gpp(text).has_value());
    CHECK_FALSE(consent::IpAddress::parse(text).has_value());
    CHECK_FALSE(consent::Cidr::parse(text).has_value());
    CHECK(consent::reduce_url(text, url).path.empty());
    CHECK(consent::reduce_referrer(text, text, host).empty());
    CHECK(consent::reduce_referrer("https://a.example/", text, host).size() <= host.size());
    CHECK(consent::reduce_user_agent(text).browser == "Other");
    CHECK_FALSE(consent::is_event_name(text));
    CHECK_FALSE(consent::parse_event_type(text).has_value());
    CHECK_FALSE(consent::parse_purpose(text).has_value());
    CHECK_FALSE(consent::parse_choice(text).has_value());
    CHECK_FALSE(consent::parse_action(text).has_value());
    CHECK_FALSE(consent::parse_layer(text).has_value());
    CHECK_FALSE(consent::parse_dnt(text));
    CHECK(consent::parse_sec_gpc(text) == (text.substr(0, 2) == "1,"));
    CHECK(consent::parse_sec_gpc(text + ",1"));
    CHECK(consent::find_cookie(text + "; __Host-dp_consent=a", "__Host-dp_consent").value == "a");
    static_cast<void>(consent::base64url_decode(text, bytes));
  }
}
