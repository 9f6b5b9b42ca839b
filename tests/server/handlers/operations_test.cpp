#include <stdexcept>

#include "ledger/record_copies.h"
#include "ledger/request_register.h"
#include "support/catch.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

class DeadRegister final : public RequestRegister {
 public:
  RequestPut put(const RightsRequest&) override { return RequestPut::failed; }
  std::optional<RightsRequest> find(const RecordId&) override { fail(); }
  std::vector<RightsRequest> list(const std::string&, const RequestQuestion&) override { fail(); }
  RequestCounts counts(TimePoint) override { fail(); }
  std::uint64_t count_closed(Zone, const ClosedBefore&) override { fail(); }
  std::uint64_t remove_closed(Zone, const ClosedBefore&, TimePoint) override { fail(); }

 private:
  [[noreturn]] static void fail() { throw std::runtime_error("the disk is gone"); }
};

class DeadCopies final : public RecordCopies {
 public:
  CopyStep copy(const std::string&, CopyDirection, std::size_t, TimePoint) override { fail(); }
  CopyReview review(CopyDirection, std::uint64_t, std::size_t, bool, TimePoint) override { fail(); }
  std::vector<HeldCopies> held(const std::string&, const SubjectId&) override { fail(); }

 private:
  [[noreturn]] static void fail() { throw std::runtime_error("the disk is gone"); }
};

// Says no to everything, as a ledger on a dead disk does.
class DeadLedger final : public Ledger {
 public:
  Appended append(Record record) override {
    return {.record = std::move(record), .repeated = false, .failure = no()};
  }
  Appended count_refusal(Record record) override { return append(std::move(record)); }
  void append_first(Record record, Done done) override { done(append(std::move(record))); }
  std::optional<Record> find_event(const EventId&) override {
    ++asked;
    return std::nullopt;
  }
  StateRead state_of(const std::string&, const SubjectId&) override {
    return {.state = {}, .failure = no()};
  }
  std::optional<Record> latest(const std::string&, const SubjectId&) override {
    return std::nullopt;
  }
  bool holds(Zone) const override { return true; }
  History history(const std::string&, const SubjectId&) override {
    return {.records = {}, .failure = no()};
  }
  History history(const SubjectPlace&) override { return {.records = {}, .failure = no()}; }
  Marked mark(const std::string&, const SubjectId&, RecordKind, TimePoint) override {
    return {.failure = no()};
  }
  Marked set_legal_hold(const std::string&, const SubjectId&, bool, TimePoint) override {
    return {.failure = no()};
  }
  Erasure erase(const std::string&, const SubjectId&, ErasureCause, TimePoint) override {
    return {.failure = no()};
  }
  Erasure erase(const SubjectPlace&, ErasureCause, TimePoint) override { return {.failure = no()}; }
  Erasure erase_over(const SubjectSummary&, TimePoint) override { return {.failure = no()}; }
  Erasure erase_superseded(const SubjectSummary&, std::uint64_t) override {
    return {.failure = no()};
  }
  ExpiredEntries expired_entries(Zone, std::uint64_t, const IsOver&, std::size_t) override {
    throw std::runtime_error(no().detail);
  }
  EntriesDestroyed destroy_entries(Zone, std::vector<ExpiredEntry>) override {
    return {.entries = 0, .failure = no()};
  }
  bool empty_log(Zone) override { return false; }
  std::vector<RecordDay> record_days(Zone) override { return {}; }
  std::optional<StoreFailure> keep_record_days(Zone, std::vector<RecordDay>) override { return {}; }
  SubjectsOfRecords subjects_of_records(Zone, std::uint64_t, std::uint64_t, std::size_t) override {
    return {};
  }
  std::vector<SubjectSummary> subjects(Zone, const std::optional<SubjectPlace>&,
                                       std::size_t) override {
    return {};
  }
  std::vector<StateChange> changes(Zone, std::uint64_t, std::size_t) override {
    throw std::runtime_error(no().detail);
  }
  std::optional<RecordId> record_at(Zone, std::uint64_t) override {
    throw std::runtime_error(no().detail);
  }
  ChangeSignal& change_signal() override { return signal_; }
  std::optional<StoreFailure> log(const LogEntry&) override { return no(); }
  RequestRegister& requests() override { return requests_; }
  RecordCopies& copies() override { return copies_; }
  void count_serving(Zone, const Serving&) override {}
  std::vector<ConsentCount> consent_counts(const std::string&, Date, Date) override {
    throw std::runtime_error(no().detail);
  }
  void keep_notice(Zone, const std::string&, const std::string&, NoticeKept kept) override {
    kept(no());
  }
  std::optional<std::string> find_notice(const std::string&) override { return std::nullopt; }
  std::optional<StoreFailure> probe() override { return no(); }
  std::vector<Zone> zones_being_checked() override { return {}; }

  static inline int asked = 0;

 private:
  static StoreFailure no() {
    ++asked;
    return {"the disk is gone"};
  }
  ChangeSignal signal_;
  DeadRegister requests_;
  DeadCopies copies_;
};

TestService::Parts dead() {
  TestService::Parts parts;
  parts.ledger = std::make_unique<DeadLedger>();
  return parts;
}

}  // namespace

TEST_CASE("Health needs no key: readiness proves that storing works") {
  TestService service;
  CHECK(service.inside(service.request("GET", "/healthz")).status == 200);
  CHECK(service.inside(service.request("GET", "/readyz")).status == 200);
}

TEST_CASE("Metrics need their scope and count what happened") {
  TestService service;
  CHECK(service.inside(service.request("GET", "/metrics")).status == 401);
  service.post_consent(service.consent("DE"));
  service.check("subject", "x");
  const http::Response response = service.inside(service.request("GET", "/metrics"), "metrics");
  CHECK(response.status == 200);
  CHECK_THAT(response.body,
             ContainsSubstring("consent_ledger_appends_total{outcome=\"stored\"} 1"));
  CHECK_THAT(response.body, ContainsSubstring("consent_decisions_total{reason=\"no_record\"} 1"));
  CHECK_THAT(
      response.body,
      ContainsSubstring(
          "consent_http_requests_total{route=\"/v1/consents\",method=\"POST\",status=\"201\"} 1"));
}

TEST_CASE("With a dead ledger nothing is acknowledged and nothing allowed") {
  TestService service(dead());
  CHECK(service.inside(service.request("GET", "/healthz")).status == 200);
  const http::Response ready = service.inside(service.request("GET", "/readyz"));
  CHECK(ready.status == 503);
  CHECK_THAT(ready.body, ContainsSubstring("the disk is gone"));

  const http::Response write = service.post_consent(service.consent("DE"));
  CHECK(write.status == 503);
  CHECK(write.header("Retry-After") == "5");
  CHECK(write.header("Set-Cookie").empty());
  ConsentBody refusal = service.consent("DE");
  refusal.action = "\"reject_all\"";
  refusal.choices = R"({"analytics": "denied", "marketing": "denied"})";
  CHECK(service.post_consent(refusal).status == 503);

  CHECK(reason_of(service.check("subject", "AAAAAAAAAAAAAAAAAAAAAQ")) == "no_record");
  Token token;
  token.kind = TokenKind::grant;
  token.decided_at = std::chrono::floor<std::chrono::seconds>(service.clock().now());
  token.choices.set(Purpose::analytics, Choice::granted);
  token.action = Action::save;
  token.subject.fill(3);
  const std::string text = service.keyring().sign_token(kSite, token);
  CHECK(reason_of(service.check("token", text)) == "no_record");
  CHECK(service.post_events("\"" + text + "\"", "[" + service.page_view() + "]").status == 503);
}

TEST_CASE("What no notice led to is refused before the ledger is asked anything") {
  TestService service(dead());
  const ConsentBody good = service.consent("DE");
  const std::string ticket = good.ticket.substr(1, good.ticket.size() - 2);
  const std::size_t dot = ticket.find('.');
  DeadLedger::asked = 0;
  for (const std::string& forged :
       {std::string("x"), ticket.substr(0, dot), ticket.substr(0, dot + 1), 'A' + ticket.substr(1),
        ticket.substr(0, ticket.size() - 2) + (ticket.ends_with("AA") ? "BA" : "AA"), ticket + ".",
        ticket.substr(dot)}) {
    CAPTURE(forged);
    ConsentBody body = service.consent("DE");
    body.ticket = '"' + forged + '"';
    const http::Response response = service.post_consent(body);
    CHECK(response.status == 422);
    CHECK_THAT(response.body, ContainsSubstring("/ticket"));
  }
  for (const char* broken : {"{", "[]", "{}", "null"}) {
    http::Request request = service.request("POST", "/v1/consents", broken);
    CHECK(service.outside(std::move(request)).status >= 400);
  }
  http::Request events = service.request(
      "POST", "/v1/events", R"({"site": "dialphone.com", "token": "1.AAAA.BBBB", "events": []})");
  CHECK(service.outside(std::move(events)).status == 202);
  CHECK(DeadLedger::asked == 0);

  CHECK(service.post_consent(good).status == 503);
  CHECK(DeadLedger::asked > 0);
}

TEST_CASE("With a dead ledger no request of a data subject is registered, told or counted") {
  TestService service(dead());
  const auto office = [&](std::string_view method, const std::string& path, std::string body) {
    return service.inside(service.request(method, path, std::move(body)), "privacy,metrics");
  };
  const std::string one = "/v1/requests/019c1347-2a00-7e1b-9c52-0d6f4b7d2e11";
  for (const http::Response& response :
       {office("POST", "/v1/requests", R"({"right": "access"})"), office("GET", "/v1/requests", ""),
        office("GET", one, ""), office("PATCH", one, R"({"state": "completed"})")}) {
    CHECK(response.status == 503);
    CHECK(response.header("Retry-After") == "5");
  }
  const http::Response metrics = office("GET", "/metrics", "");
  CHECK(metrics.status == 200);
  CHECK(metrics.body.find("consent_rights_requests") == std::string::npos);
}
