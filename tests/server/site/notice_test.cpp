#include "site/notice.h"

#include <set>

#include "crypto/sha256.h"
#include "sample_site.h"
#include "support/catch.h"
#include "wire/json_writer.h"

using namespace consent::server;
using namespace consent::server::testing;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("A notice is the same bytes each time it is rendered") {
  const NoticeBook once(load(sample_site_text()));
  const NoticeBook again(load(sample_site_text()));
  const Notice& notice = once.find(2, "de");
  CHECK(notice.canonical_json == again.find(2, "de").canonical_json);
  CHECK(notice.id == again.find(2, "de").id);
  CHECK(notice.id == "sha256:" + sha256_hex(notice.canonical_json));
  CHECK(once.find_by_id(notice.id) == &notice);
  CHECK(once.find_by_id("sha256:0") == nullptr);
}

TEST_CASE("A notice is in canonical form: reading and writing it again changes nothing") {
  const NoticeBook book(load(sample_site_text()));
  const Notice& notice = book.find(5, "de");
  const JsonParse parse = parse_json(notice.canonical_json);
  REQUIRE_FALSE(parse.error);
  CHECK(to_canonical_json(parse.value) == notice.canonical_json);
  CHECK_THAT(notice.canonical_json,
             Catch::Matchers::StartsWith(R"({"language":"de","policy":5,"purposes":[{)"));
  CHECK_THAT(notice.canonical_json, ContainsSubstring("N\xc3\xb6tig."));
  CHECK(to_canonical_json(*parse.value.find("text")) == notice.text_json);
}

TEST_CASE("The order of members in the site file changes nothing") {
  const std::string text = with(sample_site_text(), R"({"en": "Necessary", "de": "Notwendig"})",
                                R"({"de": "Notwendig", "en": "Necessary"})");
  const NoticeBook a(load(sample_site_text()));
  const NoticeBook b(load(text));
  CHECK(a.find(1, "en").id == b.find(1, "en").id);
}

TEST_CASE("Every version and language has a notice of its own") {
  const NoticeBook book(load(sample_site_text()));
  std::set<std::string> ids;
  for (const std::uint16_t version : std::initializer_list<std::uint16_t>{1, 2, 5}) {
    for (const char* language : {"en", "de"}) ids.insert(book.find(version, language).id);
  }
  CHECK(ids.size() == 6);
}

TEST_CASE("A notice names the storage of a key, and says nothing of the kind of a cookie") {
  const std::string text = with(sample_site_text(), R"("_a", "provider")",
                                R"("_a", "kind": "local_storage", "provider")");
  const NoticeBook cookie(load(sample_site_text()));
  const NoticeBook key(load(text));
  CHECK_THAT(key.find(1, "en").purposes_json, ContainsSubstring(R"("kind":"local_storage")"));
  CHECK_THAT(cookie.find(1, "en").purposes_json, !ContainsSubstring("kind"));
}

TEST_CASE("A notice names the service of a cookie that belongs to one") {
  const std::string text =
      with(sample_site_text(), R"("_a", "provider")", R"("_a", "service": "stats", "provider")");
  const NoticeBook one(load(text));
  const NoticeBook all(load(sample_site_text()));
  CHECK_THAT(one.find(1, "en").purposes_json, ContainsSubstring(R"("service":"stats")"));
  CHECK_THAT(all.find(1, "en").purposes_json, !ContainsSubstring(R"("service":)"));
}

TEST_CASE("A changed word is another notice") {
  const NoticeBook a(load(sample_site_text()));
  const NoticeBook b(load(with(sample_site_text(), "\"en title\"", "\"en caption\"")));
  CHECK(a.find(1, "en").id != b.find(1, "en").id);
  CHECK(a.find(1, "de").id == b.find(1, "de").id);
}

TEST_CASE("Defaults are served, but no part of the notice") {
  const NoticeBook book(load(sample_site_text()));
  const Notice& notice = book.find(5, "en");
  CHECK(notice.canonical_json.find("\"default\"") == std::string::npos);
  const JsonValue opt_in = parse_json(notice.purposes_json).value;
  const JsonValue opt_out = parse_json(notice.purposes_json_opt_out).value;
  CHECK(*opt_in.array()->at(0).find("default")->string() == "granted");
  CHECK(*opt_in.array()->at(1).find("default")->string() == "denied");
  CHECK(*opt_out.array()->at(1).find("default")->string() == "granted");
  CHECK(opt_in.array()->at(0).find("required")->boolean() == true);
  CHECK(opt_in.array()->at(1).find("required")->boolean() == false);
}

TEST_CASE("Cookies' lifetimes are worded in the notice's language") {
  const NoticeBook book(load(with(sample_site_text(), "\"{n} months\"", "\"about {n} months\"")));
  CHECK_THAT(book.find(5, "en").purposes_json,
             ContainsSubstring(R"("lifetime":"about 13 months")"));
  CHECK(book.find(5, "en").text_json.find("lifetime_months") == std::string::npos);
  CHECK_THAT(book.find(5, "en").text_json,
             ContainsSubstring(R"("controller":"en controller Example Ltd")"));
}
