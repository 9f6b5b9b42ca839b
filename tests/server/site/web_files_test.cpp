#include "site/web_files.h"

#include <filesystem>

#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent::server;
using consent::testing::TemporaryDirectory;

namespace {

WebFile sample_file() {
  WebFile file;
  for (const ContentCoding coding :
       {ContentCoding::identity, ContentCoding::brotli, ContentCoding::gzip}) {
    file.codings.push_back({coding, std::make_shared<const std::string>(to_text(coding)), ""});
  }
  return file;
}

void fill(const TemporaryDirectory& directory) {
  for (const char* below : {"v1", "demo/blog", "demo/.git"}) {
    std::filesystem::create_directories(directory.path() / below);
  }
  directory.write("secret.txt", "outside both trees");
  directory.write("v1/banner.js", "banner");
  directory.write("v1/banner.js.br", "BR");
  directory.write("v1/banner.js.gz", "GZIP");
  directory.write("v1/consent.3f9a01bc.wasm", "wasm");
  directory.write("demo/index.html", "home");
  directory.write("demo/pricing.html", "pricing");
  directory.write("demo/blog/index.html", "blog");
  directory.write("demo/empty.css", "");
  directory.write("demo/.hidden", "hidden");
  directory.write("demo/.git/config", "hidden");
  directory.write("demo/data.gz", "not an encoding of anything");
}

}  // namespace

TEST_CASE("A file is served in the best coding it has") {
  WebFile file = sample_file();
  CHECK(choose_coding(file, "gzip, br")->coding == ContentCoding::brotli);
  CHECK(*choose_coding(file, "gzip")->bytes == "gzip");
  CHECK(choose_coding(file, "*;q=0") == nullptr);
  file.codings.resize(1);
  CHECK(choose_coding(file, "gzip, br")->coding == ContentCoding::identity);
  CHECK(choose_coding(file, "identity;q=0, br") == nullptr);
}

TEST_CASE("The web directory is read with encodings, types and validators") {
  const TemporaryDirectory directory;
  fill(directory);
  const WebFiles files(directory.path().string());

  const WebFile* banner = files.find("/v1/banner.js");
  REQUIRE(banner != nullptr);
  CHECK(banner->media_type == "text/javascript; charset=utf-8");
  CHECK_FALSE(banner->immutable);
  REQUIRE(banner->codings.size() == 3);
  CHECK(*banner->codings[0].bytes == "banner");
  CHECK(banner->codings[0].etag != banner->codings[1].etag);
  CHECK(banner->codings[0].etag.size() == 34);

  const WebFile* wasm = files.find("/v1/consent.3f9a01bc.wasm");
  REQUIRE(wasm != nullptr);
  CHECK(wasm->media_type == "application/wasm");
  CHECK(wasm->immutable);
  CHECK(files.find("/empty.css")->codings[0].bytes->empty());
}

TEST_CASE("Pages are found without their extension") {
  const TemporaryDirectory directory;
  fill(directory);
  const WebFiles files(directory.path().string());
  CHECK(*files.find("/")->codings[0].bytes == "home");
  CHECK(*files.find("/pricing")->codings[0].bytes == "pricing");
  CHECK(files.find("/pricing.html") == files.find("/pricing"));
  CHECK(*files.find("/blog/")->codings[0].bytes == "blog");
}

TEST_CASE("What was not read at start does not exist") {
  const TemporaryDirectory directory;
  fill(directory);
  const WebFiles files(directory.path().string());
  directory.write("demo/later.html", "later");
  for (const char* path : {"", "/nothing", "/secret.txt", "/../secret.txt", "/v1/../secret.txt",
                           "/.hidden", "/.git/config", "/later", "/v1", "/v1/", "/demo/index.html",
                           "/v1/banner.js.br", "/v1/banner.js.gz", "//"}) {
    CAPTURE(path);
    CHECK(files.find(path) == nullptr);
  }
  CHECK(files.find("/data.gz") != nullptr);
}

TEST_CASE("A web directory that is none is refused with advice") {
  CHECK_THROWS_WITH(WebFiles("/nonexistent"), Catch::Matchers::ContainsSubstring("--web-dir"));
}
