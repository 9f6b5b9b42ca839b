#include "keys/keyring.h"

#include <sys/stat.h>

#include <fstream>
#include <set>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Kind = Keyring::PseudonymKind;

namespace {

constexpr const char* kSite = "dialphone.com";
constexpr const char* kValue = "AAAAAAAAAAAAAAAAAAAAAQ";

Token grant_token() {
  Token token;
  token.kind = TokenKind::grant;
  token.decided_at = Instant(std::chrono::seconds(1'795'000'000));
  token.policy = 3;
  token.choices.set(Purpose::analytics, Choice::granted);
  token.choices.set(Purpose::marketing, Choice::denied);
  token.action = Action::save;
  token.region = parse_region("DE");
  token.subject.fill(9);
  return token;
}

Date day(std::string_view text) {
  return std::chrono::floor<std::chrono::days>(
      parse_rfc3339(std::string(text) + "T00:00:00Z").value());
}

std::string error_of(const std::string& data_dir) {
  try {
    const Keyring keyring(data_dir);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("A token verifies for its site and after a restart, and nowhere else") {
  const TemporaryDirectory directory;
  std::string text;
  {
    const Keyring keyring(directory.path().string());
    text = keyring.sign_token(kSite, grant_token());
  }
  const Keyring keyring(directory.path().string());
  const auto token = keyring.verify_token(kSite, text);
  REQUIRE(token);
  CHECK(token->subject == grant_token().subject);
  CHECK(token->choices == grant_token().choices);
  CHECK_FALSE(keyring.verify_token("another.example", text));
  const TemporaryDirectory elsewhere;
  CHECK_FALSE(Keyring(elsewhere.path().string()).verify_token(kSite, text));
}

TEST_CASE("Every flipped bit and every truncation of a token of any kind is refused") {
  const TemporaryDirectory directory;
  const Keyring keyring(directory.path().string());
  for (const TokenKind kind : {TokenKind::grant, TokenKind::refused, TokenKind::opted_out,
                               TokenKind::gpc, TokenKind::withdrawn}) {
    Token token = grant_token();
    token.kind = kind;
    const std::string text = keyring.sign_token(kSite, token);
    REQUIRE(keyring.verify_token(kSite, text)->kind == kind);
    for (std::size_t i = 0; i < text.size(); ++i) {
      CHECK_FALSE(keyring.verify_token(kSite, text.substr(0, i)));
      for (int bit = 0; bit < 8; ++bit) {
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
        if (keyring.verify_token(kSite, changed)) FAIL("bit " << bit << " of character " << i);
      }
    }
    CHECK_FALSE(keyring.verify_token(kSite, text + "A"));
  }
}

TEST_CASE("A newer token key signs, the older one still verifies") {
  const TemporaryDirectory directory;
  const std::string data_dir = directory.path().string();
  const std::string old_text = Keyring(data_dir).sign_token(kSite, grant_token());
  directory.write("keys/token.1.key", std::string(32, 'k'));
  chmod((data_dir + "/keys/token.1.key").c_str(), 0600);
  const Keyring keyring(data_dir);
  CHECK(keyring.verify_token(kSite, old_text)->key_id == 0);
  CHECK(keyring.verify_token(kSite, keyring.sign_token(kSite, grant_token()))->key_id == 1);
}

TEST_CASE("Key files are for their owner only, and others' are refused with the way out") {
  const TemporaryDirectory directory;
  const std::string data_dir = directory.path().string();
  { const Keyring keyring(data_dir); }
  const std::string key = data_dir + "/keys/token.0.key";
  struct stat status {};
  REQUIRE(stat(key.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(status.st_size == 32);

  chmod(key.c_str(), 0640);
  CHECK_THAT(error_of(data_dir), ContainsSubstring("chmod 600"));
  chmod(key.c_str(), 0600);
  chmod((data_dir + "/keys").c_str(), 0755);
  CHECK_THAT(error_of(data_dir), ContainsSubstring("chmod 700"));
  chmod((data_dir + "/keys").c_str(), 0700);
  CHECK(error_of(data_dir).empty());
}

TEST_CASE("A key that is too short, too long or empty is refused") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{31}, std::size_t{33}}) {
    const TemporaryDirectory directory;
    const std::string data_dir = directory.path().string();
    { const Keyring keyring(data_dir); }
    std::ofstream(data_dir + "/keys/token.0.key", std::ios::binary | std::ios::trunc)
        << std::string(size, 'k');
    CHECK_THAT(error_of(data_dir), ContainsSubstring("is not a key of 32 bytes"));
  }
}

TEST_CASE("A pseudonym is the same all day, also after a restart") {
  const TemporaryDirectory directory;
  std::optional<Pseudonym> first;
  {
    Keyring keyring(directory.path().string());
    first = keyring.pseudonym(Kind::visitor, kSite, Zone::eu, day("2026-11-23"), kValue);
    REQUIRE(first);
    CHECK(first->size() == 22);
    CHECK(first == keyring.pseudonym(Kind::visitor, kSite, Zone::eu, day("2026-11-23"), kValue));
  }
  Keyring keyring(directory.path().string());
  CHECK(first == keyring.pseudonym(Kind::visitor, kSite, Zone::eu, day("2026-11-23"), kValue));
}

TEST_CASE("Pseudonyms cannot be linked across days, sites, zones and kinds, nor with the value") {
  const TemporaryDirectory directory;
  Keyring keyring(directory.path().string());
  const Date today = day("2026-11-23");
  std::set<Pseudonym> all;
  all.insert(keyring.pseudonym(Kind::visitor, kSite, Zone::eu, today, kValue).value());
  all.insert(keyring.pseudonym(Kind::session, kSite, Zone::eu, today, kValue).value());
  all.insert(keyring.pseudonym(Kind::visitor, "other.example", Zone::eu, today, kValue).value());
  all.insert(keyring.pseudonym(Kind::visitor, kSite, Zone::us, today, kValue).value());
  all.insert(keyring.pseudonym(Kind::visitor, kSite, Zone::eu, day("2026-11-24"), kValue).value());
  all.insert(kValue);
  CHECK(all.size() == 6);
}

TEST_CASE("Keys of different sites are different keys") {
  const TemporaryDirectory directory;
  Keyring keyring(directory.path().string());
  // With one key and no lengths in front of the fields these two would be equal.
  CHECK(keyring.pseudonym(Kind::visitor, "ab", Zone::eu, day("2026-11-23"), "c") !=
        keyring.pseudonym(Kind::visitor, "a", Zone::eu, day("2026-11-23"), "bc"));
}

TEST_CASE("A key is destroyed 48 hours after its day, and never made again") {
  const TemporaryDirectory directory;
  Keyring keyring(directory.path().string());
  const auto pseudonym = [&] {
    return keyring.pseudonym(Kind::visitor, kSite, Zone::eu, day("2026-11-23"), kValue);
  };
  const std::string path =
      directory.path().string() + "/keys/pseudonym/2026-11-23.eu.dialphone.com.key";
  const auto first = pseudonym();
  REQUIRE(std::filesystem::exists(path));

  keyring.destroy_expired(day("2026-11-26") - 1ms);
  CHECK(pseudonym() == first);
  keyring.destroy_expired(day("2026-11-26"));
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_FALSE(pseudonym());
  CHECK_FALSE(std::filesystem::exists(path));
  keyring.destroy_expired(day("2026-11-23"));  // a clock that went back
  CHECK_FALSE(pseudonym());
}

TEST_CASE("Expired keys are destroyed by the next process, too") {
  const TemporaryDirectory directory;
  {
    Keyring keyring(directory.path().string());
    keyring.pseudonym(Kind::visitor, kSite, Zone::eu, day("2026-11-20"), kValue);
  }
  Keyring keyring(directory.path().string());
  keyring.destroy_expired(day("2026-11-23"));
  CHECK(std::filesystem::is_empty(directory.path() / "keys/pseudonym"));
}

TEST_CASE("Without a usable key there is no pseudonym") {
  const TemporaryDirectory directory;
  Keyring keyring(directory.path().string());
  directory.write("keys/pseudonym/2026-11-23.eu.dialphone.com.key", "short");
  CHECK_FALSE(keyring.pseudonym(Kind::visitor, kSite, Zone::eu, day("2026-11-23"), kValue));
  CHECK_FALSE(keyring.pseudonym(Kind::visitor, "../../etc", Zone::eu, day("2026-11-23"), kValue));
}

TEST_CASE("The pseudonyms that are still to be told are those whose keys are there") {
  const TemporaryDirectory directory;
  Keyring keyring(directory.path().string());
  CHECK(keyring.live_pseudonyms(Kind::visitor, kSite, kValue).empty());  // makes no key
  std::set<std::pair<Date, Pseudonym>> made;
  for (const char* date : {"2026-11-23", "2026-11-24"}) {
    for (const Zone zone : {Zone::eu, Zone::us}) {
      made.emplace(day(date),
                   keyring.pseudonym(Kind::visitor, kSite, zone, day(date), kValue).value());
    }
  }
  keyring.pseudonym(Kind::visitor, "other.example", Zone::eu, day("2026-11-23"), kValue);
  const auto told = [&] {
    std::set<std::pair<Date, Pseudonym>> found;
    for (const auto& one : keyring.live_pseudonyms(Kind::visitor, kSite, kValue)) {
      found.emplace(one.epoch, one.pseudonym);
    }
    return found;
  };
  CHECK(told() == made);
  keyring.destroy_expired(day("2026-11-26") + 1h);
  std::erase_if(made, [](const auto& one) { return one.first == day("2026-11-23"); });
  CHECK(told() == made);
}
