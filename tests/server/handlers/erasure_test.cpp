// An erasure destroys what is held, says so under the log's signature, and leaves nothing that
// could be read again.

#include "audit/log_origin.h"
#include "audit/signed_note.h"
#include "formats/timestamp.h"
#include "ledger/ledger.h"
#include "ledger/record_copies.h"
#include "rights/certificate.h"
#include "support/catch.h"
#include "support/test_service.h"
#include "visitor/subject_id.h"
#include "wire/json_writer.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Anna {
  explicit Anna(const TestService& service) {
    const JsonValue recorded =
        json_of(service.post_consent(service.consent("DE"), {{"Origin", kOrigin}}));
    token = text_of(recorded, "token");
    id = text_of(recorded, "record/subject");
    record = text_of(recorded, "record/id");
  }
  std::string token;
  std::string id;
  std::string record;
};

http::Response call(const TestService& service, std::string_view method, const std::string& token,
                    const std::string& origin = kOrigin) {
  http::Request request = service.request(method, "/v1/me");
  request.headers.emplace_back("Authorization", "Consent " + token);
  if (!origin.empty()) request.headers.emplace_back("Origin", origin);
  return service.outside(std::move(request));
}

JsonValue erased(const TestService& service, const std::string& token) {
  const http::Response response = call(service, "DELETE", token);
  INFO(response.body);
  REQUIRE(response.status == 200);
  return json_of(response);
}

// Of the only copy in a list, the member.
const JsonValue& of_copies(const JsonValue& json, std::string_view list, std::string_view name) {
  const JsonArray* copies = member(json, list)->array();
  REQUIRE(copies->size() == 1);
  return *copies->front().find(name);
}

http::Response office(TestService& service, std::string_view method, const std::string& path) {
  return service.inside(service.request(method, path), "privacy");
}

}  // namespace

TEST_CASE("An erased subject's records cannot be read again, and the pipeline is told") {
  TestService service;
  const Anna anna(service);
  const Anna bert(service);
  REQUIRE(service.post_events("\"" + anna.token + "\"", "[" + service.page_view() + "]").status ==
          202);
  REQUIRE(service.post_events("\"" + bert.token + "\"", "[" + service.page_view() + "]").status ==
          202);
  const JsonValue answer = erased(service, anna.token);
  CHECK(reason_of(service.check("subject", anna.id)) == "erased");
  CHECK(reason_of(service.check("token", anna.token)) == "erased");
  CHECK(reason_of(service.check("subject", bert.id)) == "granted");
  const auto history = service.service().ledger.history(kSite, parse_subject_id(anna.id).value());
  REQUIRE(history.records.size() == 2);
  CHECK(history.records[0].erased);
  CHECK(history.records[1].record.kind == RecordKind::erased);

  const JsonValue left = json_of(call(service, "GET", anna.token));
  CHECK(left.find("events")->array()->empty());
  CHECK(json_of(call(service, "GET", bert.token)).find("events")->array()->size() == 1);
  CHECK(member(answer, "certificate/scope/records")->integer() == 1);
  CHECK(member(answer, "certificate/scope/events")->integer() == 1);
}

TEST_CASE("The certificate says what was done, and no person") {
  TestService service;
  const Anna anna(service);
  const JsonValue answer = erased(service, anna.token);
  const auto history = service.service().ledger.history(kSite, parse_subject_id(anna.id).value());
  CHECK(text_of(answer, "certificate/id") == to_text(Uuid(history.records[1].record.id)));
  CHECK(text_of(answer, "certificate/zone") == "eu");
  CHECK(text_of(answer, "certificate/requested_by") == "data_subject");
  CHECK(text_of(answer, "certificate/regime") == "eu_gdpr");
  CHECK(text_of(answer, "certificate/legal_basis") == "GDPR art. 17(1)");
  CHECK(text_of(answer, "certificate/controller") ==
        service.site().in_force(service.clock().now()).controller);
  const JsonArray& keks = *member(answer, "certificate/method/key_was_wrapped_by")->array();
  REQUIRE(keks.size() == 1);
  CHECK(*keks[0].string() == "kek.1");
  CHECK(text_of(answer, "certificate/method/write_ahead_log") == "emptied");
  CHECK(member(answer, "certificate/verification/left")->integer() == 0);
  CHECK(member(answer, "certificate/verification/read")->integer() == 1);
  CHECK(text_of(answer, "certificate/started_at") == "2026-11-23T10:00:00.000Z");
  CHECK(member(answer, "certificate/backups/gone_by")->is_null());
  const std::string text = to_json(*answer.find("certificate"));
  for (const std::string& personal : {anna.id, anna.token, anna.record}) {
    CHECK_THAT(text, !ContainsSubstring(personal));
  }
}

TEST_CASE("The certificate is the text that the log's key has signed, and is in the log") {
  TestService service;
  const Anna anna(service);
  const JsonValue answer = erased(service, anna.token);
  const auto key = parse_verifier_key(text_of(answer, "key"));
  REQUIRE(key);
  CHECK(key->name() == log_origin(kSite, Zone::eu));
  const auto text = key->open(text_of(answer, "note"));
  REQUIRE(text);
  CHECK(*text == to_canonical_json(*answer.find("certificate")) + "\n");
  ZoneLog* log = service.service().logs->find(Zone::eu);
  const auto newest = log->newest(LogKind::certificate, 2);
  REQUIRE(newest.size() == 1);
  CHECK_THAT(newest.front(), ContainsSubstring(text->substr(0, text->size() - 1)));
}

TEST_CASE("Asked again, the same certificate is given, also to the privacy office") {
  TestService service;
  const Anna anna(service);
  const JsonValue first = erased(service, anna.token);
  service.clock().advance(std::chrono::hours(1));
  const JsonValue second = erased(service, anna.token);
  CHECK(text_of(first, "note") == text_of(second, "note"));
  const std::string id = text_of(first, "certificate/id");
  const http::Response again = office(service, "GET", "/v1/certificates/" + id);
  REQUIRE(again.status == 200);
  CHECK(text_of(json_of(again), "note") == text_of(first, "note"));
  const http::Response third = office(service, "POST", "/v1/subjects/" + anna.id + "/erase");
  CHECK(text_of(json_of(third), "note") == text_of(first, "note"));
  CHECK(office(service, "GET", "/v1/certificates/" + anna.record).status == 404);
  CHECK(office(service, "GET", "/v1/certificates/x").status == 404);
}

TEST_CASE("Afterwards the visitor holds a refusal without an identifier") {
  TestService service;
  const Anna anna(service);
  const http::Response response = call(service, "DELETE", anna.token);
  const std::string token = text_of(json_of(response), "token");
  const auto opened = service.keyring().verify_token(kSite, token);
  REQUIRE(opened);
  CHECK(opened->kind == TokenKind::withdrawn);
  CHECK(opened->subject == SubjectId{});
  CHECK_THAT(std::string(response.header("Set-Cookie")), ContainsSubstring(token));
  CHECK(call(service, "DELETE", token).status == 404);
}

TEST_CASE("Only the site's own pages erase") {
  TestService service;
  const Anna anna(service);
  for (const char* origin : {"", "https://elsewhere.example", "null"}) {
    INFO(origin);
    CHECK(call(service, "DELETE", anna.token, origin).status == 403);
  }
  CHECK(call(service, "DELETE", "1.x.y").status == 401);
  CHECK(reason_of(service.check("subject", anna.id)) == "granted");
}

TEST_CASE("The privacy office erases a subject it knows the id of") {
  TestService service;
  const Anna anna(service);
  const http::Response response = office(service, "POST", "/v1/subjects/" + anna.id + "/erase");
  REQUIRE(response.status == 200);
  CHECK(text_of(json_of(response), "certificate/requested_by") == "privacy_office");
  CHECK(reason_of(service.check("subject", anna.id)) == "erased");
  CHECK(office(service, "POST", "/v1/subjects/AAAAAAAAAAAAAAAAAAAAAQ/erase").status == 404);
  CHECK(office(service, "POST", "/v1/subjects/AAAAAAAAAAAAAAAAAAAAAA/erase").status == 404);
  CHECK(office(service, "POST", "/v1/subjects/x/erase").status == 422);
}

TEST_CASE("A legal hold keeps what an erasure would destroy, until it is lifted") {
  TestService service;
  const Anna anna(service);
  const std::string path = "/v1/subjects/" + anna.id;
  CHECK(office(service, "PUT", path + "/hold").body == R"({"legal_hold":true})");
  CHECK(call(service, "DELETE", anna.token).status == 409);
  CHECK(office(service, "POST", path + "/erase").status == 409);
  CHECK(reason_of(service.check("subject", anna.id)) == "granted");
  CHECK(office(service, "DELETE", path + "/hold").body == R"({"legal_hold":false})");
  erased(service, anna.token);
  CHECK(office(service, "PUT", path + "/hold").status == 404);
}

TEST_CASE(
    "What a crash interrupted between erasure and certificate is certified when asked again") {
  TestService service;
  const Anna anna(service);
  Ledger& ledger = service.service().ledger;
  const Erasure done = ledger.erase(kSite, parse_subject_id(anna.id).value(), ErasureCause::request,
                                    service.clock().now());
  REQUIRE(done.outcome == Erasure::Outcome::erased);
  const JsonValue answer = erased(service, anna.token);
  CHECK(text_of(answer, "certificate/id") == to_text(Uuid(done.entry.id)));
  CHECK(member(answer, "certificate/regime")->is_null());
  CHECK(member(answer, "certificate/scope/records")->integer() == 1);
}

TEST_CASE("The root over what was destroyed is that of RFC 6962") {
  CHECK(tree_root({}) == sha256({}));
  std::vector<Uuid> leaves(3);
  for (std::uint8_t i = 0; i < 3; ++i) leaves[i].fill(i);
  const auto leaf = [&](std::size_t i) {
    return sha256(std::string(1, '\0') + std::string(leaves[i].begin(), leaves[i].end()));
  };
  const auto node = [](const Sha256Digest& left, const Sha256Digest& right) {
    return sha256(std::string(1, '\1') + std::string(left.begin(), left.end()) +
                  std::string(right.begin(), right.end()));
  };
  CHECK(tree_root({leaves[0]}) == leaf(0));
  CHECK(tree_root(leaves) == node(node(leaf(0), leaf(1)), leaf(2)));
}

TEST_CASE("The certificate's own entry has an id that is made of the erasure's") {
  const Uuid id = parse_uuid_v7("019aaf2b-4c00-7abc-8def-0123456789ab").value();
  const Uuid entry = certificate_entry_id(id);
  CHECK(entry != id);
  CHECK(entry == certificate_entry_id(id));
  CHECK(time_of(entry) == time_of(id));
  CHECK(parse_uuid_v7(to_text(entry)) == entry);
}

TEST_CASE("The visitor is told of copies in another zone, and an erasure certifies their end") {
  TestService service;
  const Anna anna(service);
  const Anna bert(service);
  const Service& all = service.service();
  const auto copy = [&] {
    return all.ledger.copies().copy(kSite, {Zone::eu, Zone::us}, 100, service.clock().now());
  };
  CHECK(json_of(call(service, "GET", anna.token)).find("copies")->array()->empty());
  REQUIRE(copy().copied == 2);
  const JsonValue held = json_of(call(service, "GET", anna.token));
  CHECK(*of_copies(held, "copies", "zone").string() == "us");
  CHECK(of_copies(held, "copies", "records").integer() == 1);
  CHECK(*of_copies(held, "copies", "since").string() == to_rfc3339(service.clock().now()));
  const JsonValue answer = erased(service, anna.token);
  CHECK(*of_copies(answer, "certificate/copies", "zone").string() == "us");
  CHECK(of_copies(answer, "certificate/copies", "records").integer() == 1);
  const JsonArray& keks = *of_copies(answer, "certificate/copies", "key_was_wrapped_by").array();
  REQUIRE(keks.size() == 1);
  CHECK(*keks.front().string() == "kek.1");
  CHECK(text_of(answer, "certificate/method/write_ahead_log") == "emptied");
  CHECK(json_of(call(service, "GET", anna.token)).find("copies")->array()->empty());
  CHECK(json_of(call(service, "GET", bert.token)).find("copies")->array()->size() == 1);
  REQUIRE_FALSE(copy().failure);
  const auto subject = parse_subject_id(anna.id).value();
  CHECK(all.ledger.copies().held(kSite, subject).empty());
}

TEST_CASE("A certificate names copies that an attempt before it has destroyed") {
  TestService service;
  const Anna anna(service);
  const Service& all = service.service();
  all.ledger.copies().copy(kSite, {Zone::eu, Zone::us}, 100, service.clock().now());
  const auto subject = parse_subject_id(anna.id).value();
  // As by an attempt that ended before its certificate.
  all.ledger.erase(kSite, subject, ErasureCause::request, service.clock().now());
  const JsonValue answer = erased(service, anna.token);
  CHECK(of_copies(answer, "certificate/copies", "records").integer() == 1);
  CHECK(of_copies(answer, "certificate/copies", "key_was_wrapped_by").array()->empty());
}

TEST_CASE("Where nothing was copied the certificate says so") {
  TestService service;
  const Anna anna(service);
  CHECK(member(erased(service, anna.token), "certificate/copies")->array()->empty());
}
