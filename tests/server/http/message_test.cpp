#include <stdexcept>

#include "http/http_date.h"
#include "http/request.h"
#include "http/response.h"
#include "support/catch.h"

using namespace consent::http;

TEST_CASE("Header fields are found without case and joined in order") {
  Request request;
  request.headers = {{"Accept", "a"}, {"cookie", "x=1"}, {"ACCEPT", "b"}, {"Cookie", "y=2"}};
  CHECK(request.header("accept") == "a, b");
  CHECK(request.header("Cookie") == "x=1; y=2");
  CHECK(request.header("Origin").empty());
  CHECK(request.has_header("aCCept"));
  CHECK_FALSE(request.has_header("Accep"));
  CHECK(request.single_header("Accept").empty());
  request.headers.emplace_back("Authorization", "Bearer x");
  CHECK(request.single_header("authorization") == "Bearer x");
  CHECK(request.single_header("Origin").empty());
}

TEST_CASE("A query parameter given twice has no single value") {
  Request request;
  request.query = {{"site", "a"}, {"subject", "x"}, {"subject", "y"}};
  CHECK(request.parameter("site") == "a");
  CHECK_FALSE(request.parameter("subject").has_value());
  CHECK_FALSE(request.parameter("Site").has_value());
}

TEST_CASE("The media type comes without case and parameters") {
  Request request;
  CHECK(request.media_type().empty());
  request.headers = {{"Content-Type", "Application/JSON ; charset=utf-8"}};
  CHECK(request.media_type() == "application/json");
  request.headers.emplace_back("Content-Type", "text/plain");
  CHECK(request.media_type() == "application/json");
  request.headers = {{"Content-Type", "application/json"}, {"Content-Type", "text/plain"}};
  CHECK(request.media_type() == "application/json, text/plain");
}

TEST_CASE("A response replaces or adds fields and refuses what HTTP cannot carry") {
  Response response;
  response.set("Vary", "Accept").set("vary", "Origin").add("Set-Cookie", "a=1");
  response.add("Set-Cookie", "b=2");
  CHECK(response.headers ==
        Fields{{"vary", "Origin"}, {"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}});
  CHECK(response.header("SET-COOKIE") == "a=1");
  CHECK_THROWS_AS(response.set("X", "a\r\nSet-Cookie: b"), std::logic_error);
  CHECK_THROWS_AS(response.add("X", std::string("a\0b", 3)), std::logic_error);
  CHECK_THROWS_AS(response.add("X", "a\x7f"), std::logic_error);
  CHECK_THROWS_AS(response.set("X Y", "a"), std::logic_error);
  CHECK_THROWS_AS(response.set("", "a"), std::logic_error);
  CHECK(response.headers.size() == 3);
}

TEST_CASE("Only well-formed UTF-8 is UTF-8") {
  for (const char* text : {"", "a", "\u00e9", "\u20ac", "\U0001F600", "\U0010FFFF", "\uD7FF"}) {
    CAPTURE(text);
    CHECK(is_utf8(text));
  }
  for (const char* text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE2\x82", "\xE0\x80\x80", "\xED\xA0\x80",
        "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xFF", "a\xC3(", "\xF5\x80\x80\x80"}) {
    CAPTURE(text);
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("A host is a name or an address, with a port or without") {
  for (const auto* good :
       {"a", "A-b_c.example", "example.com:8080", "a:", "a:0", "a:65535", "1.2.3.4", "1.2.3.4:80",
        "[::1]", "[2001:db8::1]:443", "[::ffff:192.0.2.1]"}) {
    INFO(good);
    CHECK(is_authority(good));
  }
  for (const auto* bad :
       {"",     ":",    ":80",    "a:b",   "a:65536", "a:000080",    "a:1:2",   "a:+1", "::1",
        "[::1", "::1]", "[::1]x", "[]",    "[a]",     "[192.0.2.1]", "[[::1]]", "a,b",  "u@a",
        "a/b",  "a?b",  "a b",    "a%2eb", "a\\b",    "<a>",         "\xC3\xA9"}) {
    INFO(bad);
    CHECK_FALSE(is_authority(bad));
  }
}

TEST_CASE("A list of tokens is searched whole, not by substring") {
  CHECK(list_names("close", "close"));
  CHECK(list_names("Keep-Alive , CLOSE", "close"));
  CHECK_FALSE(list_names("closed", "close"));
  CHECK_FALSE(list_names("", "close"));
  CHECK_FALSE(list_names(",,", "close"));
}

TEST_CASE("Dates are written as RFC 9110 wants them") {
  CHECK(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}
