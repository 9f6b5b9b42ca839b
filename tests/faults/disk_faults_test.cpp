// The whole service on a disk that refuses: 503 for what cannot be stored, the reason where the
// operator looks, answers from what is there, and no hand needed when the cause is gone. Prints
// what it counted. CONSENT_FAULT_ROUNDS repeats each fault, on the same ledger.

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "audit/ledger_audit.h"
#include "audit/tree_log.h"
#include "support/catch.h"
#include "support/fault_disk.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr int kStoredEachRound = 5;
constexpr int kRefusedEachRound = 5;

int rounds() {
  const char* const asked = std::getenv("CONSENT_FAULT_ROUNDS");
  return asked == nullptr ? 2 : std::max(1, std::atoi(asked));
}

struct Counts {
  int acknowledged = 0;
  int refused = 0;
  int answered = 0;
  int denied = 0;
  int recovered = 0;
  int lost = 0;
  int twice = 0;
};

class FaultyService {
 public:
  explicit FaultyService(const FaultDisk& /*made before*/) { restart(); }

  // Nothing is in memory any more.
  void restart() {
    service_.reset();
    TestService::Parts parts;
    parts.ledger =
        open_sqlite_ledger({.data_dir = data_dir_, .change_log = [this](Zone zone) {
                              return std::make_unique<TreeLog>(zone_directory(data_dir_, zone));
                            }});
    service_.emplace(std::move(parts));
    key_ = service_->api_key("check");
  }
  const Counts& counts() const { return counts_; }

  // A grant that is stored, and answered so.
  void store() {
    const ConsentBody body = service_->consent("DE");
    const http::Response answer = service_->post_consent(body);
    REQUIRE(answer.status == 201);
    stored_.push_back(text_of(json_of(answer), "record/subject"));
    counts_.acknowledged += 1;
  }
  // A grant and a refusal that cannot be stored.
  void be_refused() {
    refused_.push_back(service_->consent("DE"));
    ConsentBody no = service_->consent("DE");
    no.choices = R"({"analytics": "denied", "marketing": "denied"})";
    no.action = "\"reject_all\"";
    for (const ConsentBody& body : {refused_.back(), no}) {
      const http::Response answer = service_->post_consent(body);
      CHECK(answer.status == 503);
      CHECK(answer.header("Retry-After") == "5");
      CHECK_THAT(answer.body, !ContainsSubstring(data_dir_));
      counts_.refused += 1;
    }
  }
  http::Response ready() { return service_->inside(service_->request("GET", "/readyz")); }
  // Every subject so far, by what is known of it.
  void check_answers() {
    for (const std::string& subject : stored_) {
      const http::Response answer = ask(subject);
      REQUIRE(answer.status == 200);
      CHECK(reason_of(json_of(answer)) == "granted");
      counts_.answered += 1;
    }
  }
  // While nothing can be read, nobody is allowed anything.
  void check_nothing_is_allowed() {
    for (const std::string& subject : stored_) {
      const http::Response answer = ask(subject);
      REQUIRE(answer.status == 200);
      CHECK(reason_of(json_of(answer)) == "no_record");
      counts_.denied += 1;
    }
  }
  // The same events again, as a browser sends them: stored now, each once.
  void recover() {
    CHECK(ready().status == 200);
    for (const ConsentBody& body : refused_) {
      const http::Response first = service_->post_consent(body);
      REQUIRE((first.status == 201 || first.status == 200));
      const std::string subject = text_of(json_of(first), "record/subject");
      const http::Response again = service_->post_consent(body);
      counts_.twice += again.status == 200 ? 0 : 1;
      counts_.lost += text_of(json_of(again), "record/subject") == subject ? 0 : 1;
      stored_.push_back(subject);
      counts_.acknowledged += 1;
      counts_.recovered += 1;
    }
    refused_.clear();
  }
  AuditReport audit() const {
    return audit_ledger(zone_directory(data_dir_, Zone::eu), {},
                        [](std::uint64_t, std::uint64_t) {});
  }

 private:
  http::Response ask(const std::string& subject) {
    http::Request request = service_->request("GET", "/v1/check");
    request.query = {{"site", kSite}, {"purpose", "analytics"}, {"subject", subject}};
    request.headers.emplace_back("Authorization", "Bearer " + key_);
    return service_->inside(std::move(request));
  }

  TemporaryDirectory directory_;
  std::string data_dir_ = directory_.path().string();
  std::optional<TestService> service_;
  std::string key_;
  std::vector<std::string> stored_;
  std::vector<ConsentBody> refused_;
  Counts counts_;
};

void finish(const char* name, const FaultyService& service) {
  const AuditReport found = service.audit();
  CHECK(found.failure == "");
  const Counts& counts = service.counts();
  CHECK(found.records == static_cast<std::uint64_t>(counts.acknowledged));
  CHECK(counts.lost == 0);
  CHECK(counts.twice == 0);
  std::printf(
      "%-14s %d acknowledged, %d refused with 503, %d answered from what is there, %d not allowed "
      "meanwhile, %d stored when sent again, %d lost, %d twice; %llu entries audited\n",
      name, counts.acknowledged, counts.refused, counts.answered, counts.denied, counts.recovered,
      counts.lost, counts.twice, static_cast<unsigned long long>(found.head.size));
}

void run(const char* name, FaultDisk::Fault fault, const char* reason) {
  FaultDisk disk;
  FaultyService service(disk);
  for (int round = 0; round < rounds(); ++round) {
    for (int i = 0; i < kStoredEachRound; ++i) service.store();
    disk.set(fault);
    for (int i = 0; i < kRefusedEachRound; ++i) service.be_refused();
    const http::Response ready = service.ready();
    CHECK(ready.status == 503);
    CHECK_THAT(ready.body, ContainsSubstring(reason));
    service.check_answers();
    disk.set(FaultDisk::Fault::none);
    service.recover();
    service.check_answers();
  }
  finish(name, service);
}

}  // namespace

TEST_CASE("A failing sync is 503, and over when it is over") {
  run("failing sync", FaultDisk::Fault::sync, "disk I/O error");
}

TEST_CASE("A failing write is 503, and over when it is over") {
  run("failing write", FaultDisk::Fault::write, "disk I/O error");
}

TEST_CASE("A full disk is 503, and over when there is room") {
  run("full disk", FaultDisk::Fault::full, "free some space, nothing else is needed");
}

TEST_CASE("A read-only disk is 503, and over when it is writable") {
  run("read-only disk", FaultDisk::Fault::read_only, "make both writable for this user");
}

TEST_CASE("A corrupt page allows nobody anything, and is read again when it is whole") {
  FaultDisk disk;
  FaultyService service(disk);
  for (int round = 0; round < rounds(); ++round) {
    for (int i = 0; i < kStoredEachRound; ++i) service.store();
    service.restart();
    disk.tear_reads(true);
    service.check_nothing_is_allowed();
    disk.tear_reads(false);
    service.check_answers();
  }
  service.restart();
  finish("corrupt pages", service);
}
