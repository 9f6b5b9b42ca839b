#include "keys/api_keys.h"

#include <fstream>
#include <sstream>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string issue(const TemporaryDirectory& directory, std::string_view scopes,
                  const std::string& name = "pipeline") {
  return issue_api_key(directory.path().string(), name, ScopeSet::parse(scopes).value(),
                       FakeClock().now());
}

std::string file_of(const TemporaryDirectory& directory) {
  std::ostringstream content;
  content << std::ifstream(directory.path() / "keys/api_keys.jsonl").rdbuf();
  return content.str();
}

}  // namespace

TEST_CASE("Scopes are a list of known names") {
  CHECK(ScopeSet::parse("check")->text() == "check");
  CHECK(ScopeSet::parse("metrics,check")->text() == "check,metrics");
  CHECK(ScopeSet::parse("check,events,privacy,admin,metrics")->has(Scope::admin));
  for (const char* bad : {"", ",", "check,", "Check", "check, events", "root"}) {
    INFO(bad);
    CHECK_FALSE(ScopeSet::parse(bad));
  }
}

TEST_CASE("An issued key is found with its scopes, and only its hash is stored") {
  const TemporaryDirectory directory;
  const std::string key = issue(directory, "check,metrics");
  CHECK(key.size() == 47);
  CHECK(key.starts_with("dpk_"));
  CHECK(file_of(directory).find(key.substr(4)) == std::string::npos);

  const ApiKeys keys(directory.path().string());
  const auto found = keys.find(key);
  REQUIRE(found);
  CHECK(found->name == "pipeline");
  CHECK(found->scopes.has(Scope::check));
  CHECK(found->scopes.has(Scope::metrics));
  CHECK_FALSE(found->scopes.has(Scope::privacy));
}

TEST_CASE("No key, a wrong key, a part of a key and no file at all find nothing") {
  const TemporaryDirectory directory;
  const ApiKeys none(directory.path().string());
  CHECK_FALSE(none.find("dpk_" + std::string(43, 'A')));
  const std::string key = issue(directory, "check");
  const ApiKeys keys(directory.path().string());
  std::string wrong = key;
  wrong.back() = wrong.back() == 'A' ? 'E' : 'A';
  for (const std::string& bad :
       {std::string(), wrong, key.substr(0, 46), key + "A", key.substr(4), std::string("dpk_")}) {
    CHECK_FALSE(keys.find(bad));
  }
}

TEST_CASE("A running service sees keys issued and removed after its start") {
  const TemporaryDirectory directory;
  const ApiKeys keys(directory.path().string());
  const std::string first = issue(directory, "check");
  CHECK(keys.find(first));
  const std::string second = issue(directory, "events", "second");
  CHECK(keys.find(second)->name == "second");
  CHECK(keys.find(first));
  directory.write("keys/api_keys.jsonl", "");
  CHECK_FALSE(keys.find(first));
}

TEST_CASE(
    "Of one turn all questions are answered by one look at the file, of the next by another") {
  const TemporaryDirectory directory;
  const std::string key = issue(directory, "check");
  const ApiKeys keys(directory.path().string());
  const auto in_turn = [&](std::uint64_t turn) {
    return keys.find({.key = key, .turn = turn, .in_memory_only = true});
  };
  CHECK(in_turn(1).value());
  directory.write("keys/api_keys.jsonl", "");
  CHECK(in_turn(1).value());
  CHECK_FALSE(in_turn(2));  // the file would have to be read
  CHECK_FALSE(in_turn(0));
  CHECK_FALSE(keys.find(key));
  CHECK(in_turn(3).value() == nullptr);
  directory.write("keys/api_keys.jsonl", "\n");
  CHECK(in_turn(2).value() == nullptr);  // had arrived before the look of the third
  CHECK_FALSE(in_turn(4));
  CHECK(keys.find({.key = "dpk_", .turn = 4, .in_memory_only = true}).value() == nullptr);
}

TEST_CASE("A revoked key opens nothing any more, and its line still tells of it") {
  const TemporaryDirectory directory;
  const std::string path = directory.path().string();
  const std::string key = issue(directory, "check");
  const std::string other = issue(directory, "events", "other");
  const ApiKeys running(path);
  const std::string id = running.find(key)->id;
  CHECK(revoke_api_key(path, id, FakeClock().now()).name == "pipeline");
  CHECK_FALSE(running.find(key));
  CHECK(running.find(other));
  const ApiKeys later(path);
  CHECK_FALSE(later.find(key));
  CHECK(later.find(other));
  const ApiKeyFile file = read_api_key_file(api_key_path(path));
  CHECK(file.bad_line == 0);
  REQUIRE(file.keys.size() == 2);
  CHECK(file.keys[0].key.scopes.text() == "check");
  CHECK_FALSE(file.keys[0].created_at.empty());
  CHECK(file.keys[0].revoked_at == file.keys[0].created_at);  // the clock stood
  CHECK(file.keys[1].revoked_at.empty());
}

TEST_CASE("Only a key that opens can be revoked, once") {
  const TemporaryDirectory directory;
  const std::string path = directory.path().string();
  CHECK_THROWS_WITH(revoke_api_key(path, "00000000", {}), ContainsSubstring("consentd keys list"));
  issue(directory, "check");
  const std::string id = read_api_key_file(api_key_path(path)).keys.front().key.id;
  CHECK_THROWS_WITH(revoke_api_key(path, "pipeline", {}), ContainsSubstring("pipeline"));
  revoke_api_key(path, id, FakeClock().now());
  const std::string before = file_of(directory);
  CHECK_THROWS_WITH(revoke_api_key(path, id, {}), ContainsSubstring(id));
  CHECK(file_of(directory) == before);
}

TEST_CASE("A damaged line stops the start and names itself: later it only grants nothing") {
  const TemporaryDirectory directory;
  const std::string key = issue(directory, "check");
  const ApiKeys running(directory.path().string());
  const std::string bad = GENERATE(R"({"id": 1})", R"({"revoked": "00000000"})", "{");
  directory.write("keys/api_keys.jsonl", file_of(directory) + bad + "\n");
  CHECK_THROWS_WITH(ApiKeys(directory.path().string()), ContainsSubstring("api_keys.jsonl:2"));
  CHECK(running.find(key));
}

TEST_CASE("A key's name is checked") {
  const TemporaryDirectory directory;
  for (const std::string& bad :
       {std::string(), std::string("two words"), std::string("a\nb"), std::string(65, 'a')}) {
    CHECK_THROWS_WITH(issue(directory, "check", bad), ContainsSubstring("the name must be"));
  }
}
