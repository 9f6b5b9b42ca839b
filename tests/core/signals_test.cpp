#include "consent/signals.h"

#include <string_view>

#include "support/catch.h"

using consent::parse_dnt;
using consent::parse_sec_gpc;

TEST_CASE("Sec-GPC counts when a member is exactly 1") {
  for (const std::string_view value :
       {"1", " 1", "1 ", "\t1\t", "1, 1", "0, 1", "1,0", "x, 1", ",1"}) {
    CAPTURE(value);
    CHECK(parse_sec_gpc(value));
  }
}

TEST_CASE("Sec-GPC counts for nothing else") {
  for (const std::string_view value :
       {"", " ", ",", "0", "true", "01", "1.0", "\"1\"", "1;x=y", "1 1", "11", "?1", "-1", "1\n",
        "\xc2\xb9", "0, 0", "1;q=1, 0"}) {
    CAPTURE(value);
    CHECK_FALSE(parse_sec_gpc(value));
  }
  CHECK_FALSE(parse_sec_gpc(std::string_view("1\0", 2)));
}

TEST_CASE("DNT counts when it is 1, and 0 is never consent") {
  CHECK(parse_dnt("1"));
  CHECK(parse_dnt(" 1 "));
  for (const std::string_view value : {"", "0", "yes", "unspecified", "null", "1,1", "11"}) {
    CAPTURE(value);
    CHECK_FALSE(parse_dnt(value));
  }
}
