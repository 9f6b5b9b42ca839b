#include "representation/content_coding.h"

#include <array>
#include <string>

#include "support/catch.h"

using namespace consent::server;

namespace {

constexpr std::array kAll{ContentCoding::identity, ContentCoding::gzip, ContentCoding::brotli};
constexpr std::array kPlain{ContentCoding::identity};

}  // namespace

TEST_CASE("Of the codings a client accepts the best one is chosen") {
  const auto [field, expected] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"gzip, deflate, br, zstd", "br"},
      {"gzip", "gzip"},
      {"GZIP", "gzip"},
      {"x-gzip", "gzip"},
      {"BR;q=0.2, Gzip;q=0.3", "gzip"},
      {"br;q=0.5, gzip;q=0.8", "gzip"},
      {"br;q=0, gzip;q=0", ""},
      {"br;q=0.001", "br"},
      {"br;q=0.000", ""},
      {"br ; q=0.1 , gzip ;q=0.2", "gzip"},
      {"*", "br"},
      {"*;q=0.1", "br"},
      {"*;q=0, gzip", "gzip"},
      {"br;q=0, *", "gzip"},
      {"identity", ""},
      {"identity;q=1, br;q=0.9", ""},
      {"identity;q=0.5, *;q=0", ""},
      {"identity;q=0, gzip;q=0.1", "gzip"},
      {"x-unknown", ""},
      {"gzip;q=x", ""},
      {"gzip;q=1.001", ""},
      {"gzip;q=-1", ""},
      {"gzip;q=0.0001", ""},
      {"gzip;level=1", ""},
      {",, ,gzip,,", "gzip"},
      {"gzippy", ""},
      {std::string(600, 'a') + ", gzip", ""},
  }));
  CAPTURE(field);
  const auto chosen = choose_coding(field, kAll);
  REQUIRE(chosen);
  CHECK(to_text(*chosen) == expected);
}

TEST_CASE("A client that refuses every coding gets none") {
  CHECK_FALSE(choose_coding("*;q=0", kAll));
  CHECK_FALSE(choose_coding("identity;q=0", kAll));
  CHECK_FALSE(choose_coding("identity;q=0, br", kPlain));
  CHECK_FALSE(choose_coding("IDENTITY;q=0, br;q=0, gzip;q=0", kAll));
  CHECK(choose_coding("br", kPlain));
}
