#include "config.h"

#include "server/site/sample_site.h"
#include "site/site_file.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent::server;
using Catch::Matchers::ContainsSubstring;
using consent::testing::TemporaryDirectory;

namespace {

ConfigRead read(const std::vector<std::string>& arguments) {
  const CommandLine line = parse_command_line(arguments);
  REQUIRE(line.error.empty());
  return read_config(line);
}

}  // namespace

TEST_CASE("The defaults are both listeners on loopback and ./data") {
  const ConfigRead plain = read({});
  REQUIRE(plain.errors.empty());
  CHECK(plain.config.data_dir == "./data");
  CHECK(plain.config.public_listen.host == "127.0.0.1");
  CHECK(plain.config.public_listen.port == 8080);
  CHECK(plain.config.internal_listen.port == 8081);
  CHECK(plain.config.trusted_proxies.empty());
}

TEST_CASE("A config file means the same as options, which come first") {
  const TemporaryDirectory directory;
  const std::string file = directory.write("consentd.jsonc", R"({
    // comments are welcome
    "data_dir": "/var/lib/consent",
    "public_listen": "[::1]:9000",
    "geo_db": ["a.mmdb", "b.mmdb"],
    "trusted_proxy": "10.0.0.0/8",
    "rate_limit": 5
  })");
  const ConfigRead both = read({"--config", file, "--data-dir", "here"});
  CAPTURE(both.errors);
  REQUIRE(both.errors.empty());
  CHECK(both.config.data_dir == "here");
  CHECK(both.config.public_listen.host == "::1");
  CHECK(both.config.public_listen.port == 9000);
  CHECK(both.config.geo_dbs == std::vector<std::string>{"a.mmdb", "b.mmdb"});
  CHECK(both.config.trusted_proxies.size() == 1);
  CHECK(both.config.rate_limits.network.per_second == 5);
}

TEST_CASE("Every mistake is named with its place") {
  const TemporaryDirectory directory;
  const std::string file =
      directory.write("c.jsonc",
                      "{\n  \"data_dri\": \"x\",\n  \"public_listen\": \"8080\",\n"
                      "  \"trusted_proxy\": [\"10.0.0.1/8\"],\n  \"site\": 7.5\n}");
  const ConfigRead broken = read({"--config", file, "--internal-listen", "example.com:80"});
  REQUIRE(broken.errors.size() == 5);
  CHECK_THAT(broken.errors[0], ContainsSubstring("c.jsonc:5:11: /site must be a string"));
  CHECK_THAT(broken.errors[1], ContainsSubstring("c.jsonc:2:3: /data_dri"));
  CHECK_THAT(broken.errors[1], ContainsSubstring("did you mean \"data_dir\"?"));
  CHECK_THAT(broken.errors[2], ContainsSubstring("c.jsonc:3:20: /public_listen must be HOST:PORT"));
  CHECK_THAT(broken.errors[3], ContainsSubstring("--internal-listen must be HOST:PORT"));
  CHECK_THAT(broken.errors[4], ContainsSubstring("c.jsonc:4:21: /trusted_proxy must be a network"));
}

TEST_CASE("Values are checked") {
  const auto arguments = GENERATE(values<std::vector<std::string>>({
      {"--public-listen", "127.0.0.1"},
      {"--public-listen", "127.0.0.1:"},
      {"--public-listen", "127.0.0.1:65536"},
      {"--public-listen", "127.0.0.1:80x"},
      {"--public-listen", ":80"},
      {"--public-listen", "::1:80"},
      {"--trusted-proxy", "example.com"},
      {"--rate-limit", "0"},
      {"--rate-burst", "-1"},
      {"--data-dir", ""},
      {"--config", "/nonexistent/consentd.jsonc"},
  }));
  CAPTURE(arguments);
  CHECK(read(arguments).errors.size() == 1);
}

TEST_CASE("A site file's errors are lines with file, line, column and pointer") {
  const TemporaryDirectory directory;
  const std::string good = directory.write("good.jsonc", testing::sample_site_text());
  const TimePoint now = testing::at("2026-11-23T00:00:00Z");
  CHECK(load_site_file(good, "", now).errors.empty());
  CHECK(load_site_file("", "", now).policy.site == "dialphone.com");

  const std::string bad = directory.write(
      "bad.jsonc", testing::with(testing::sample_site_text(), "\"example.com\",", "1,"));
  const SiteFile broken = load_site_file(bad, "", now);
  REQUIRE(broken.errors.size() == 1);
  CHECK_THAT(broken.errors[0], ContainsSubstring("bad.jsonc:2:11: /site must be a string"));

  CHECK_THAT(load_site_file("/nonexistent.jsonc", "", now).errors.at(0),
             ContainsSubstring("cannot read"));
  CHECK_THAT(load_site_file(good, "", testing::at("2020-01-01T00:00:00Z")).errors.at(0),
             ContainsSubstring("no version is in force"));
}
