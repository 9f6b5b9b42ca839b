#include "representation/language_tag.h"
#include "representation/weighted_list.h"
#include "sample_site.h"
#include "site/notice.h"
#include "support/catch.h"

using namespace consent::server;

TEST_CASE("The language is looked up as RFC 4647 says") {
  SitePolicy site;
  site.default_language = "en";
  for (const char* tag : {"en", "de", "fr", "pt-BR", "zh-Hant"}) site.text[tag];
  const auto [field, expected] = GENERATE(table<std::string, std::string>({
      {"", "en"},
      {"de", "de"},
      {"DE-at", "de"},
      {"de-AT,de", "de"},
      {"de-Latn-AT-1996", "de"},
      {"fr;q=0.4, de;q=0.9", "de"},
      {"xx, fr;q=0.1", "fr"},
      {"de;q=0, fr;q=0.1", "fr"},
      {"de;q=0", "en"},
      {"pt", "pt-BR"},
      {"pt-PT, en", "pt-BR"},
      {"pt-br", "pt-BR"},
      {"pt-BR-x-private", "pt-BR"},
      {"zh-Hant-TW", "zh-Hant"},
      {"zh-hant-HK", "zh-Hant"},
      {"zh-TW", "zh-Hant"},
      {"zh-mo", "zh-Hant"},
      {"yue", "zh-Hant"},
      {"zh-yue-HK", "zh-Hant"},
      {"zh", "en"},
      {"zh-CN", "en"},
      {"zh-Hans-HK, fr;q=0.1", "fr"},
      {"de-Cyrl", "de"},
      {"*", "en"},
      {"*;q=0.5, fr;q=0.2", "en"},
      {"fr, *;q=0.5", "fr"},
      {"de;q=2, fr;q=0.5", "fr"},
      {"de;q=abc, fr", "fr"},
      {"d-e, -de, de-, fr", "fr"},
      {",,, ,fr", "fr"},
      {"\xff\xfe, fr", "fr"},
      {"de;level=1, fr", "fr"},
  }));
  CAPTURE(field);
  CHECK(choose_language(site, field) == expected);
}

TEST_CASE("At most 256 bytes of a language field are read") {
  SitePolicy site;
  site.default_language = "en";
  site.text["en"];
  site.text["de"];
  std::string field;
  while (field.size() < 256) field += "xx-Latn,";
  CHECK(choose_language(site, field + "de") == "en");
  CHECK(choose_language(site, "de," + field) == "de");
  CHECK(choose_language(site, std::string(300, 'd')) == "en");
}

TEST_CASE("Language tags are checked for form") {
  for (const char* good : {"de", "de-AT", "zh-Hant-TW", "sl-rozaj-biske-1994"}) {
    CAPTURE(good);
    CHECK(is_language_tag(good));
  }
  for (const char* bad : {"", "d", "x1", "de-", "-de", "de--AT", "de_AT", "de-AT ", "abcdefghi",
                          "de-123456789", "de-aaaaaaaa-bbbbbbbb-cccccccc-ddddddddd"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_language_tag(bad));
  }
}

TEST_CASE("Weighted lists keep their order and drop what is malformed") {
  const auto list =
      parse_weighted_list("gzip;q=0.5, br ;  q=1.000, x;q=1.001, y;q=, ;q=1, z;q=0.1234", 512);
  REQUIRE(list.size() == 2);
  CHECK(list[0].item == "gzip");
  CHECK(list[0].thousandths == 500);
  CHECK(list[1].item == "br");
  CHECK(list[1].thousandths == 1000);
}
