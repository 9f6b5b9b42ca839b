// Versions that are published beside the site file: what is stored, what is refused, and what a
// failure leaves.

#include "site/policy_publication.h"

#include <stdexcept>

#include "sample_site.h"
#include "site/published_policies.h"
#include "site/site_file.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent::server;
using Catch::Matchers::ContainsSubstring;
using consent::testing::TemporaryDirectory;
using Outcome = PolicyPublication::Outcome;

namespace {

const TimePoint kNow = testing::at("2026-11-23T00:00:00Z");

// The sample's newest version with another one's number and times.
std::string version_json(const std::string& head, const std::string& controller = "Example Ltd") {
  return "{" + head + R"(, "controller": ")" + controller + R"(", "purposes": [
    {"id": "essential", "legal_basis": "contract", "cookies": [],
     "services": [{"id": "own", "name": "Own", "recipient": "Example Ltd", "country": "IE"}]}]})";
}

struct Place {
  TemporaryDirectory directory;
  std::string site_file = directory.write("site.jsonc", testing::sample_site_text());
  std::string data_dir = directory.path().string();
  int renewals = 0;

  PolicyPublication publish(const std::string& json, TimePoint now = kNow) {
    const JsonParse parsed = parse_json(json);
    REQUIRE_FALSE(parsed.error);
    return publish_policy(site_file, data_dir, parsed.value, now, [this] { ++renewals; });
  }
  std::string stored() const { return read_published_policies(data_dir).text; }
  SiteFile load() const { return load_site_file(site_file, data_dir, kNow); }
};

constexpr const char* kLater = R"("effective_at": "2027-06-01T00:00:00Z")";

}  // namespace

TEST_CASE("A published version is read beside the site file from then on") {
  Place place;
  const PolicyPublication end = place.publish(version_json(kLater, "Gamma Ltd"));
  REQUIRE(end.outcome == Outcome::published);
  CHECK(end.version == 6);
  CHECK(place.renewals == 1);
  const SiteFile file = place.load();
  REQUIRE(file.errors.empty());
  REQUIRE(file.policy.policies.size() == 4);
  CHECK(file.policy.policies.back().controller == "Gamma Ltd");
  CHECK(file.policy.policies.back().published_at == kNow);
  CHECK(file.policy.policies.back().material_since[0] == 6);
  CHECK(file.policy.policies.back() == end.site.policies.back());
}

TEST_CASE("A version goes on being the same when it is sent again, and no other takes its place") {
  Place place;
  const std::string seven = version_json(std::string(R"("version": 7, )") + kLater);
  REQUIRE(place.publish(seven).outcome == Outcome::published);
  const std::string stored = place.stored();
  CHECK(place.publish(seven, kNow + std::chrono::hours(1)).outcome == Outcome::repeated);
  const std::string other = version_json(R"("version": 7, "effective_at": "2027-06-02T00:00:00Z")");
  CHECK(place.publish(other).outcome == Outcome::taken);
  CHECK(place.publish(version_json(std::string(R"("version": 6, )") + kLater)).outcome ==
        Outcome::taken);
  CHECK(place.publish(version_json(std::string(R"("version": 5, )") + kLater)).outcome ==
        Outcome::taken);
  CHECK(place.stored() == stored);
}

TEST_CASE("What is wrong with a version is told by pointers into it, and nothing is stored") {
  Place place;
  struct Flaw {
    const char* json;
    const char* pointer;
    const char* detail;
  };
  const std::string early = version_json(R"("effective_at": "2026-12-22T23:59:59Z")", "Gamma Ltd");
  const std::string past = version_json(R"("effective_at": "2026-11-22T23:59:59Z")");
  const std::string dated = version_json(
      std::string(R"("published_at": "2026-11-22T23:54:59Z", )") + kLater, "Gamma Ltd");
  const std::string foreign = version_json(std::string(R"("site": "other.example", )") + kLater);
  const std::string unknown = version_json(std::string(R"("controler": "x", )") + kLater);
  for (const Flaw& flaw :
       std::initializer_list<Flaw>{{early.c_str(), "/effective_at", "at least 30 days"},
                                   {past.c_str(), "/effective_at", "before published_at"},
                                   {dated.c_str(), "/published_at", "five minutes"},
                                   {foreign.c_str(), "/site", "not this service's"},
                                   {unknown.c_str(), "/controler", "controller"},
                                   {"[]", "", "must be an object"},
                                   {"{}", "/effective_at", ""},
                                   {R"({"version": 0})", "/version", "from 1 to 65535"}}) {
    CAPTURE(flaw.json);
    const PolicyPublication end = place.publish(flaw.json);
    CHECK(end.outcome == Outcome::invalid);
    bool told = false;
    for (const JsonError& error : end.errors) {
      INFO(error.pointer << " " << error.detail);
      told = told ||
             (error.pointer == flaw.pointer && error.detail.find(flaw.detail) != std::string::npos);
    }
    CHECK(told);
  }
  CHECK(place.stored().empty());
  CHECK(place.renewals == 0);
}

TEST_CASE("Thirty days are counted from a publication that is named to the minute") {
  Place place;
  const std::string exact = version_json(
      R"("published_at": "2026-11-22T23:55:00Z", "effective_at": "2026-12-22T23:55:00Z")",
      "Gamma Ltd");
  CHECK(place.publish(exact).outcome == Outcome::published);
}

TEST_CASE("When a version cannot be put in force the files are as they were") {
  Place place;
  REQUIRE(place.publish(version_json(kLater)).outcome == Outcome::published);
  const std::string stored = place.stored();
  for (const bool first : {false, true}) {
    Place fresh;
    Place& tried = first ? fresh : place;
    const JsonParse parsed = parse_json(version_json(R"("effective_at": "2027-07-01T00:00:00Z")"));
    const PolicyPublication end =
        publish_policy(tried.site_file, tried.data_dir, parsed.value, kNow, [&] {
          CHECK(tried.load().policy.policies.back().effective_at ==
                testing::at("2027-07-01T00:00:00Z"));
          throw std::runtime_error("the log is full");
        });
    CHECK(end.outcome == Outcome::failed);
    CHECK_THAT(end.failure, ContainsSubstring("the log is full"));
    CHECK(tried.stored() == (first ? "" : stored));
  }
}

TEST_CASE("A broken site file publishes nothing") {
  Place place;
  place.site_file = place.directory.write("broken.jsonc", "{");
  CHECK(place.publish(version_json(kLater)).outcome == Outcome::failed);
  CHECK(place.stored().empty());
}

TEST_CASE("A version may be written into the site file later, as it is") {
  Place place;
  REQUIRE(place.publish(version_json(kLater)).outcome == Outcome::published);
  const std::string taken = version_json(
      std::string(R"("version": 6, "published_at": "2026-11-23T00:00:00Z", )") + kLater);
  const std::string before = testing::sample_site_text();
  const std::size_t end = before.find("\n  ],\n  \"text\"");
  REQUIRE(end != before.npos);
  const auto write = [&](const std::string& policies) {
    place.site_file =
        place.directory.write("site.jsonc", before.substr(0, end) + policies + before.substr(end));
    return place.load();
  };
  CHECK(write(",\n" + taken).errors.empty());
  CHECK(write(",\n" + taken).policy.policies.size() == 4);
  const SiteFile other = write(",\n" + testing::with(taken, "\"Example Ltd\"", "\"Delta Ltd\""));
  REQUIRE(other.errors.size() == 1);
  CHECK_THAT(other.errors[0], ContainsSubstring("policies.json:1:") &&
                                  ContainsSubstring("/policies/0/version is another policy"));
  const SiteFile newer = write(",\n" + testing::with(taken, "\"version\": 6", "\"version\": 7"));
  REQUIRE(newer.errors.size() == 1);
  CHECK_THAT(newer.errors[0], ContainsSubstring("is missing in the site file"));
}

TEST_CASE("Published versions are of one site") {
  Place place;
  REQUIRE(place.publish(version_json(kLater)).outcome == Outcome::published);
  const SiteFile bundled = load_site_file("", place.data_dir, kNow);
  REQUIRE_FALSE(bundled.errors.empty());
  CHECK_THAT(bundled.errors[0], ContainsSubstring("/site is not that of the site file"));
  place.directory.write("policies.json", "{\"site\": ");
  CHECK_THAT(place.load().errors.at(0), ContainsSubstring("policies.json:1:"));
}
