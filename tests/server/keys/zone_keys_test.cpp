#include "keys/zone_keys.h"

#include <cstdlib>
#include <fstream>

#include "consent/base64url.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kOne = std::string(42, 'A') + "E";
const std::string kTwo = std::string(42, 'B') + "E";
const std::string kThree = std::string(42, 'C') + "E";

std::string text_of(const SecretKey& key) {
  std::string text(base64url_size(SecretKey::kBytes), '\0');
  base64url_encode(key.bytes(), text);
  return text;
}

ZoneKeys keys_from(const std::string& source) {
  return {Zone::us, "/nowhere", parse_key_source(source).value(), MissingKeys::make};
}

std::string error_of(const std::string& source) {
  try {
    keys_from(source);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("A source of keys is a file, a variable or a command") {
  CHECK(parse_key_source("file")->kind == KeySource::Kind::file);
  CHECK(parse_key_source("env:KEYS")->name == "KEYS");
  CHECK(parse_key_source("command:kms get")->name == "kms get");
  for (const char* text : {"", "files", "env:", "command:", "env", "vault:x"}) {
    INFO(text);
    CHECK_FALSE(parse_key_source(text));
  }
}

TEST_CASE("Keys of a variable: the highest wraps, all are there, of this zone") {
  setenv("TEST_KEYS_us", ("lookup=" + kOne + ",kek.1=" + kTwo + "\nkek.12=" + kThree).c_str(), 1);
  const ZoneKeys keys = keys_from("env:TEST_KEYS_{zone}");
  CHECK(keys.newest_kek() == 12);
  CHECK(text_of(*keys.kek(1)) == kTwo);
  CHECK(text_of(*keys.kek(12)) == kThree);
  CHECK_FALSE(keys.kek(2));
  CHECK(keys.fingerprint(0));
  CHECK(keys.fingerprint(1) != keys.fingerprint(12));
  CHECK_FALSE(keys.fingerprint(2));
}

TEST_CASE("Keys of a command are asked for again when one is not known") {
  const TemporaryDirectory directory;
  const std::string file = directory.write("keys", "lookup=" + kOne + " kek.1=" + kTwo);
  const ZoneKeys keys = keys_from("command:cat " + file);
  CHECK_FALSE(keys.kek(2));
  directory.write("keys", "lookup=" + kOne + " kek.1=" + kTwo + " kek.2=" + kThree);
  REQUIRE(keys.kek(2));
  CHECK(text_of(*keys.kek(2)) == kThree);
  CHECK(keys.newest_kek() == 2);
}

TEST_CASE("What gives no keys is refused, without a word of them") {
  CHECK_THAT(error_of("env:TEST_KEYS_NOBODY_SET"), ContainsSubstring("restore the keys"));
  CHECK_THAT(error_of("command:false"), ContainsSubstring("the command of --zone-keys failed"));
  for (const std::string& text : {"lookup=" + kOne, "kek.1=" + kOne}) {
    setenv("TEST_KEYS_BAD", text.c_str(), 1);
    CHECK_THAT(error_of("env:TEST_KEYS_BAD"), ContainsSubstring("restore the keys"));
  }
  const std::string good = "lookup=" + kOne + " ";
  for (const std::string& bad :
       {"kek.1=" + kTwo + "A", std::string("kek.1=short"), "kek.0=" + kTwo, "kek.01=" + kTwo,
        "kek.10000=" + kTwo, "kek=" + kTwo, "other=" + kTwo, kTwo, std::string("kek.1")}) {
    INFO(bad);
    setenv("TEST_KEYS_BAD", (good + bad).c_str(), 1);
    const std::string error = error_of("env:TEST_KEYS_BAD");
    CHECK_THAT(error, ContainsSubstring("is no key"));
    CHECK_THAT(error, !ContainsSubstring(kTwo));
  }
}

TEST_CASE("Key files are made for a new ledger, and only for one") {
  const TemporaryDirectory directory;
  const std::string place = (directory.path() / "keys").string();
  CHECK_THROWS_WITH(ZoneKeys(Zone::eu, place, {}, MissingKeys::refuse),
                    ContainsSubstring("restore the keys"));
  const ZoneKeys made(Zone::eu, place, {}, MissingKeys::make);
  CHECK(made.newest_kek() == 1);
  const ZoneKeys read(Zone::eu, place, {}, MissingKeys::refuse);
  CHECK(read.fingerprint(0) == made.fingerprint(0));
  CHECK(read.fingerprint(1) == made.fingerprint(1));
}
