// Decisions as the event loop takes them: begun without a worker, answered with the same bytes.

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

constexpr const char* kDenied = R"({"analytics": "denied", "marketing": "denied"})";

http::Request post(const TestService& service, const ConsentBody& body) {
  return service.request("POST", "/v1/consents", body.json());
}

ConsentBody refusal(const TestService& service) {
  ConsentBody body = service.consent("DE");
  body.action = "\"reject_all\"";
  body.choices = kDenied;
  return body;
}

struct Answered {
  http::Response response;
  bool by_loop = false;  // no worker was asked
};

// As the loop does it, which must be able to begin the request.
Answered from_loop(const TestService& service, http::Request request) {
  http::Outcome outcome = service.outside_started_at_once(request);
  if (outcome.now) return {std::move(*outcome.now), true};
  REQUIRE(outcome.later);
  std::promise<void> done;
  outcome.later->start([&done] { done.set_value(); });
  done.get_future().wait();
  request.at_once = true;
  auto response = service.outside_finished(request, *outcome.later);
  if (response) return {std::move(*response), true};
  request.at_once = false;
  return {service.outside_finished(request, *outcome.later).value(), false};
}

void check_same(const http::Response& one, const http::Response& other) {
  CHECK(one.body == other.body);
  CHECK(one.headers == other.headers);
}

bool is_left_to_a_worker(const TestService& service, http::Request request) {
  const http::Outcome outcome = service.outside_started_at_once(request);
  return !outcome.now && !outcome.later;
}

}  // namespace

TEST_CASE("A small decision is begun and answered by the loop, in the bytes of a worker") {
  TestService service;
  ConsentBody named = service.consent("DE");
  named.subject = "\"AAAAAAAAAAAAAAAAAAAAAQ\"";
  for (const ConsentBody& body : {service.consent("DE"), named, refusal(service)}) {
    const Answered first = from_loop(service, post(service, body));
    CHECK(first.by_loop);
    CHECK(first.response.status == 201);
    // The same event again has the first one's answer.
    const http::Response again = service.outside(post(service, body));
    CHECK(again.status == 200);
    check_same(first.response, again);
    const Answered by_loop = from_loop(service, post(service, body));
    CHECK(by_loop.response.status == 200);
    check_same(first.response, by_loop.response);
  }
}

TEST_CASE("What is refused is refused by the loop as by a worker") {
  TestService service;
  std::vector<ConsentBody> bodies(9, service.consent("DE"));
  bodies[0].site = "7";
  bodies[1].site = "\"elsewhere.example\"";
  bodies[2].ticket = "\"forged\"";
  bodies[3].client_time = "\"2020-01-01T00:00:00Z\"";
  bodies[4].policy = "17";
  bodies[5].notice = "\"sha256:" + std::string(64, '0') + "\"";
  bodies[6].extra = ", \"member\": 1";
  bodies[7].extra = ", \"site\": \"dialphone.com\"";
  bodies[8] = refusal(service);
  bodies[8].subject = "\"AAAAAAAAAAAAAAAAAAAAAQ\"";  // whose token did not come
  for (const ConsentBody& body : bodies) {
    INFO(body.json());
    const Answered by_loop = from_loop(service, post(service, body));
    const http::Response by_worker = service.outside(post(service, body));
    CHECK(by_loop.response.status >= 400);
    CHECK(by_loop.response.status == by_worker.status);
    check_same(by_loop.response, by_worker);
  }
}

TEST_CASE("A refused decision that was recorded when it came first is answered with that record") {
  TestService service;
  const ConsentBody body = service.consent("DE");
  const Answered first = from_loop(service, post(service, body));
  REQUIRE(first.response.status == 201);
  service.clock().advance(std::chrono::hours(30));
  const Answered late = from_loop(service, post(service, body));
  CHECK_FALSE(late.by_loop);
  CHECK(late.response.status == 200);
  check_same(first.response, late.response);
}

TEST_CASE(
    "What is long, a form, or about a subject that is known is a worker's, and counted once") {
  TestService::Parts parts;
  parts.limits.network = {.per_second = 0.001, .burst = 3};
  TestService service(std::move(parts));
  const Answered granted = from_loop(service, post(service, service.consent("DE")));
  REQUIRE(granted.response.status == 201);

  http::Request large = post(service, service.consent("DE"));
  large.body.append(4097 - large.body.size(), ' ');
  http::Request known = post(service, service.consent("DE"));
  known.headers.emplace_back("Authorization",
                             "Consent " + text_of(json_of(granted.response), "token"));
  http::Request form = service.request("POST", "/v1/consents", "site=dialphone.com");
  form.headers.back().second = "application/x-www-form-urlencoded";
  for (int i = 0; i < 3; ++i) {
    CHECK(is_left_to_a_worker(service, large));
    CHECK(is_left_to_a_worker(service, known));
    CHECK(is_left_to_a_worker(service, form));
  }
  CHECK(service.outside(large).status == 201);
  CHECK(service.outside(known).status == 201);
  const Answered refused = from_loop(service, post(service, service.consent("DE")));
  CHECK(refused.by_loop);
  CHECK(refused.response.status == 429);
}
