// GET /v1/changes as a pipeline follows it.

#include "formats/uuid.h"
#include "ledger/ledger.h"
#include "ledger/sqlite_connection.h"
#include "support/catch.h"
#include "support/test_service.h"
#include "visitor/subject_id.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Feed {
  std::vector<JsonValue> changes;
  std::string cursor;
  bool more = false;
};

std::vector<std::string> lines_of(const std::string& body) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = body.find('\n', begin);
    REQUIRE(end != std::string::npos);
    lines.push_back(body.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

struct Reader {
  TestService& service;
  std::string key = service.api_key("check");

  http::Response ask(const http::Fields& query) const {
    http::Request request = service.request("GET", "/v1/changes");
    request.query = query;
    request.headers.emplace_back("Authorization", "Bearer " + key);
    return service.inside(std::move(request));
  }
  Feed read(const std::string& after, http::Fields query = {}) const {
    if (!after.empty()) query.emplace_back("after", after);
    const http::Response response = ask(query);
    REQUIRE(response.status == 200);
    CHECK(response.header("Content-Type") == "application/x-ndjson");
    CHECK(response.header("Cache-Control") == "private, no-store");
    Feed feed;
    for (const std::string& line : lines_of(response.body)) {
      JsonParse parsed = parse_json(line);
      REQUIRE_FALSE(parsed.error);
      feed.changes.push_back(std::move(parsed.value));
    }
    feed.cursor = text_of(feed.changes.back(), "cursor");
    feed.more = member(feed.changes.back(), "more")->boolean().value();
    feed.changes.pop_back();
    return feed;
  }
};

struct Person {
  std::string subject;
  std::string token;
};

Person arrive(TestService& service, std::string_view region) {
  const JsonValue answer = json_of(service.post_consent(service.consent(region)));
  return {text_of(answer, "record/subject"), text_of(answer, "token")};
}

void withdraw(TestService& service, const Person& person, std::string_view region) {
  service.clock().advance(std::chrono::seconds(1));
  ConsentBody body = service.consent(region);
  body.subject = "\"" + person.subject + "\"";
  body.choices = R"({"analytics": "denied", "marketing": "denied"})";
  body.action = "\"withdraw\"";
  REQUIRE(service.post_consent(body, {{"Authorization", "Consent " + person.token}}).status == 201);
}

std::string reason_now(const JsonValue& change) { return text_of(change, "now/analytics/reason"); }

}  // namespace

TEST_CASE("Each change of a subject is a line, in order, with what a check answers now") {
  TestService service;
  const Reader reader{service};
  CHECK(reader.read("").changes.empty());
  const Person person = arrive(service, "DE");
  Feed feed = reader.read("");
  REQUIRE(feed.changes.size() == 1);
  CHECK(text_of(feed.changes[0], "subject") == person.subject);
  CHECK(text_of(feed.changes[0], "zone") == "eu");
  CHECK(text_of(feed.changes[0], "kind") == "decision");
  CHECK(text_of(feed.changes[0], "action") == "accept_all");
  CHECK(text_of(feed.changes[0], "choices/analytics") == "granted");
  CHECK(reason_now(feed.changes[0]) == "granted");
  CHECK(text_of(feed.changes[0], "now/marketing/expires_at") != "");
  withdraw(service, person, "DE");
  const std::string key = text_of(feed.changes[0], "key");
  feed = reader.read(feed.cursor);
  REQUIRE(feed.changes.size() == 1);
  CHECK(text_of(feed.changes[0], "action") == "withdraw");
  CHECK(text_of(feed.changes[0], "key") == key);
  CHECK(reason_now(feed.changes[0]) == "withdrawn");
  CHECK(reader.read(feed.cursor).changes.empty());
  // Who reads the grant only now is not told that anything is allowed.
  CHECK(reason_now(reader.read("").changes[0]) == "withdrawn");
}

TEST_CASE("A refusal is nobody's change") {
  TestService service;
  const Reader reader{service};
  ConsentBody body = service.consent("DE");
  body.choices = R"({"analytics": "denied", "marketing": "denied"})";
  body.action = "\"reject_all\"";
  REQUIRE(service.post_consent(body).status == 201);
  CHECK(reader.read("").changes.empty());
}

TEST_CASE("Restriction, release and erasure are changes, and an erasure leaves the key alone") {
  TestService service;
  const Reader reader{service};
  const Person person = arrive(service, "DE");
  const std::string key = text_of(reader.read("").changes[0], "key");
  Ledger& ledger = service.service().ledger;
  const SubjectId subject = parse_subject_id(person.subject).value();
  const TimePoint now = service.clock().now();
  REQUIRE(ledger.mark(kSite, subject, RecordKind::restricted, now).found);
  Feed feed = reader.read("");
  REQUIRE(feed.changes.size() == 2);
  CHECK(text_of(feed.changes[1], "kind") == "restricted");
  CHECK(text_of(feed.changes[1], "subject") == person.subject);
  CHECK(member(feed.changes[1], "choices")->is_null());
  CHECK(reason_now(feed.changes[1]) == "restricted");
  REQUIRE(ledger.mark(kSite, subject, RecordKind::released, now).found);
  const std::string before = reader.read("").cursor;
  REQUIRE(ledger.erase(kSite, subject, ErasureCause::request, now).outcome ==
          Erasure::Outcome::erased);
  for (const std::string& after : {std::string(), before}) {
    feed = reader.read(after);
    REQUIRE(feed.changes.size() == 1);
    CHECK(text_of(feed.changes[0], "kind") == "erased");
    CHECK(text_of(feed.changes[0], "key") == key);
    CHECK(member(feed.changes[0], "subject")->is_null());
    CHECK(reason_now(feed.changes[0]) == "erased");
  }
}

TEST_CASE("Page by page nothing is missed and nothing comes twice, in two zones") {
  TestService service;
  const Reader reader{service};
  std::vector<std::string> expected;
  for (int i = 0; i < 5; ++i) {
    for (const char* region : {"DE", "US-CA", "US-CA"}) {
      service.clock().advance(std::chrono::seconds(1));
      ConsentBody body = service.consent(region);
      expected.push_back(text_of(json_of(service.post_consent(body)), "record/subject"));
    }
  }
  for (const char* limit : {"1", "2", "4", "15", "10000"}) {
    INFO(limit);
    std::vector<std::string> seen;
    Feed feed;
    do {
      feed = reader.read(feed.cursor, {{"limit", limit}});
      CHECK(feed.changes.size() <= std::stoul(limit));
      for (const JsonValue& change : feed.changes) seen.push_back(text_of(change, "subject"));
    } while (feed.more);
    CHECK(seen == expected);
  }
  const Feed american = reader.read("", {{"zone", "us"}});
  CHECK(american.changes.size() == 10);
  // The other zone's place in the cursor has not moved.
  const Feed rest = reader.read(american.cursor);
  REQUIRE(rest.changes.size() == 5);
  CHECK(text_of(rest.changes[0], "zone") == "eu");
}

TEST_CASE("A record that does not open is said to be unreadable, not left out") {
  TestService service;
  const Reader reader{service};
  arrive(service, "DE");
  const Person second = arrive(service, "DE");
  {
    SqliteConnection file(zone_file_path(service.data_dir(), Zone::eu),
                          SqliteConnection::Mode::read_write);
    file.execute("UPDATE subjects SET wrapped_key = zeroblob(60) WHERE newest = 1");
  }
  const Feed feed = reader.read("");
  REQUIRE(feed.changes.size() == 2);
  CHECK(text_of(feed.changes[0], "kind") == "unreadable");
  CHECK(member(feed.changes[0], "subject")->is_null());
  CHECK(reason_now(feed.changes[0]) == "no_record");
  CHECK(text_of(feed.changes[1], "subject") == second.subject);
}

TEST_CASE("A cursor of a ledger that was put back is refused, one of nobody too") {
  TestService service;
  TestService other;
  const Reader reader{service};
  const Reader foreign{other};
  arrive(service, "DE");
  arrive(other, "DE");
  const std::string cursor = foreign.read("").cursor;
  const http::Response gone = reader.ask({{"after", cursor}});
  CHECK(gone.status == 409);
  CHECK_THAT(gone.body, ContainsSubstring("begin without after"));
  arrive(other, "DE");
  CHECK(reader.ask({{"after", foreign.read("").cursor}}).status == 409);
  const std::string own = reader.read("").cursor;
  const std::vector<http::Fields> wrong = {{{"after", "x"}},
                                           {{"after", own + "A"}},
                                           {{"after", own}, {"after", own}},
                                           {{"limit", "0"}},
                                           {{"limit", "10001"}},
                                           {{"limit", "-1"}},
                                           {{"wait", "31"}},
                                           {{"wait", "soon"}},
                                           {{"zone", "mars"}},
                                           {{"zone", "eu"}, {"zone", "us"}}};
  for (const http::Fields& query : wrong) {
    INFO(query[0].first << '=' << query[0].second);
    const http::Response refused = reader.ask(query);
    CHECK(refused.status == 422);
    CHECK_THAT(refused.body, ContainsSubstring("\"/" + query[0].first + "\""));
  }
}

TEST_CASE("Changes need the scope of the check") {
  TestService service;
  CHECK(Reader{service, service.api_key("events,privacy,admin,metrics")}.ask({}).status == 403);
}
