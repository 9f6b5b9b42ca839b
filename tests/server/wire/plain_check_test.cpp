#include "wire/plain_check.h"

#include <string>

#include "support/catch.h"

using namespace consent::server;

namespace {

constexpr std::string_view kId = "AAAAAAAAAAAAAAAAAAAAAQ";

std::string question(const std::string& subjects) {
  return R"({"site":"dialphone.com","purpose":"analytics","subjects":)" + subjects + "}";
}

bool is_taken(const std::string& body) { return read_plain_check(body).has_value(); }

}  // namespace

TEST_CASE("A plain question is read as the strict reader reads it") {
  const std::string bodies[] = {
      question("[]"),
      question(R"(["AAAAAAAAAAAAAAAAAAAAAQ","","not an id"])"),
      " {\r\n\t\"tokens\" : [ \"1.a.b\" , \"2\" ] , \"purpose\" : \"\" , \"site\" : \"x y\" }\n ",
      R"({"subjects":["{","}]","[,:"],"site":"a","purpose":"b"})",
  };
  for (const std::string& body : bodies) {
    CAPTURE(body);
    const auto plain = read_plain_check(body);
    REQUIRE(plain);
    const JsonParse parsed = parse_json(body);
    REQUIRE_FALSE(parsed.error);
    const CheckRequestRead strict = read_check(parsed.value);
    REQUIRE(strict.errors.empty());
    CHECK(plain->site == strict.request.site);
    CHECK(plain->purpose == strict.request.purpose);
    CHECK(plain->by == strict.request.by);
    CHECK(plain->entries == strict.request.entries);
  }
}

TEST_CASE("What could mean anything else is left to the strict reader") {
  const std::string bodies[] = {
      "",
      "{}",
      "[]",
      "nonsense",
      question("[") + "]",
      question("[1]"),
      question("[null]"),
      question("[[\"a\"]]"),
      question("[\"a\",]"),
      question("[\"a\" \"b\"]"),
      question("[,\"a\"]"),
      question("\"a\""),
      question("[\"a\\u0041\"]"),
      question("[\"a\\\"b\"]"),
      question("[\"a\nb\"]"),
      question("[\"\xc3\xa9\"]"),
      question("[\"\x7f\"]"),
      question("[\"a\"]") + "x",
      question("[\"a\"]").substr(1),
      question("[\"a\"],\"subjects\":[\"b\"]"),
      question("[\"a\"],\"tokens\":[\"b\"]"),
      question("[\"a\"],\"site\":\"b\""),
      question("[\"a\"],\"extra\":\"b\""),
      question("[\"a\"],"),
      R"({"site":"a","subjects":[]})",
      R"({"purpose":"a","subjects":[]})",
      R"({"site":"a","purpose":"b"})",
      R"({"site":1,"purpose":"b","subjects":[]})",
  };
  for (const std::string& body : bodies) {
    CAPTURE(body);
    CHECK_FALSE(is_taken(body));
  }
}

TEST_CASE("Every cut of a plain question is left to the strict reader") {
  const std::string body = question("[\"" + std::string(kId) + "\",\"b\"]");
  REQUIRE(is_taken(body));
  for (std::size_t size = 0; size < body.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(is_taken(body.substr(0, size)));
  }
}

TEST_CASE("A plain question has at most as many entries as the strict one") {
  const auto of = [](std::size_t count) {
    std::string entries = "[";
    for (std::size_t i = 0; i < count; ++i) entries += i == 0 ? "\"a\"" : ",\"a\"";
    return question(entries + "]");
  };
  const auto most = read_plain_check(of(kCheckEntriesMax));
  REQUIRE(most);
  CHECK(most->entries.size() == kCheckEntriesMax);
  CHECK_FALSE(is_taken(of(kCheckEntriesMax + 1)));
}

TEST_CASE("An answer is written with every member, whatever is known") {
  std::string out = "[";
  write_check_answer({}, out);
  CHECK(out == R"([{"allowed":false,"reason":"no_record","policy":null,"expires_at":null})");
  CheckAnswer granted;
  granted.reason = consent::Reason::granted;
  granted.policy = consent::PolicyVersion{3};
  granted.expires_at = consent::Instant(std::chrono::seconds(1'795'428'005));
  out.clear();
  write_check_answer(granted, out);
  CHECK(
      out ==
      R"({"allowed":true,"reason":"granted","policy":3,"expires_at":"2026-11-23T10:00:05.000Z"})");
}
