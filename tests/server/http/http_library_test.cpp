#include "http/http_library.h"

#include "http/listener.h"
#include "http/problem.h"
#include "support/catch.h"

using namespace consent::http;

namespace {

std::string without_date(std::string wire) {
  const std::size_t date = wire.find("Date: ");
  REQUIRE(date != std::string::npos);
  return wire.replace(date, wire.find("\r\n", date) - date, "Date: now");
}

// By the library; what is written without it must be the same, byte for byte.
std::string answer(const Processed& request, const Response& response) {
  Outgoing wired;
  const HttpLibrary library;
  CHECK(library.process(
      request, [&] { return response; }, wired));
  Outgoing written;
  append_answer(request, response, written);
  CHECK(without_date(written.wire) == without_date(wired.wire));
  CHECK(written.rest == wired.rest);
  return without_date(wired.wire) + (wired.rest == nullptr ? std::string() : *wired.rest);
}

}  // namespace

TEST_CASE("An answer carries exactly the handler's fields and the listener's own") {
  Response response = text_response(200, "application/json", "{}");
  response.add("Set-Cookie", "a=1").add("Set-Cookie", "b=2");
  response.set("Content-Length", "99").set("Server", "x").set("Connection", "upgrade");
  CHECK(
      answer({"GET", Persistence::keep_alive}, response) ==
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
      "Content-Length: 2\r\nDate: now\r\nX-Content-Type-Options: nosniff\r\n"
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n\r\n{}");
}

TEST_CASE("Data is told to run nothing: scripts and pages have their own say") {
  const auto policy_of = [](std::string_view type) {
    const std::string wire =
        answer({"GET", Persistence::keep_alive}, text_response(200, type, "x"));
    return wire.find("Content-Security-Policy: default-src 'none'") != std::string::npos;
  };
  CHECK(policy_of("application/problem+json"));
  CHECK(policy_of("application/ld+json"));
  CHECK(policy_of("text/plain; charset=utf-8"));
  CHECK_FALSE(policy_of("text/html; charset=utf-8"));
  CHECK_FALSE(policy_of("text/javascript; charset=utf-8"));
  CHECK_FALSE(policy_of("application/wasm"));
}

TEST_CASE("Persistence decides the Connection field, not the status") {
  const Response missing = text_response(404, "text/plain", "no");
  CHECK(answer({"GET", Persistence::keep_alive}, missing).find("Connection") == std::string::npos);
  CHECK(answer({"GET", Persistence::close}, missing).find("\r\nConnection: close\r\n") !=
        std::string::npos);
  CHECK(answer({"POST", Persistence::keep_alive_1_0}, missing)
            .find("\r\nConnection: keep-alive\r\n") != std::string::npos);
}

TEST_CASE("Answers without a body have no length or the right one") {
  Response response;
  response.status = 304;
  CHECK(answer({"GET", Persistence::keep_alive}, response).find("Content-Length") ==
        std::string::npos);
  response.status = 204;
  CHECK(answer({"OPTIONS", Persistence::keep_alive}, response).find("Content-Length") ==
        std::string::npos);
  response.status = 200;
  response.set("Content-Length", "5");
  CHECK(answer({"HEAD", Persistence::keep_alive}, response).find("Content-Length: 5\r\n") !=
        std::string::npos);
  CHECK(answer({"GET", Persistence::keep_alive}, response).find("Content-Length: 0\r\n") !=
        std::string::npos);
}

TEST_CASE("Every status code is named as the problem document names it") {
  for (const int status :
       {200, 201, 202, 204, 303, 304, 400, 401, 403, 404, 405, 406, 408, 409, 410,
        411, 412, 413, 414, 415, 416, 417, 421, 422, 429, 431, 500, 501, 503, 505}) {
    const std::string name(reason_phrase(status));
    Response response = status < 400 ? Response{} : problem(status, "");
    response.status = status;
    const std::string wire = answer({"GET", Persistence::keep_alive}, response);
    CHECK(wire.starts_with("HTTP/1.1 " + std::to_string(status) + " " + name + "\r\n"));
    if (status >= 400) CHECK(wire.find("\"title\":\"" + name + "\"") != std::string::npos);
  }
}

TEST_CASE("An answer to HEAD has the fields of the one to GET, and no body") {
  const Response response = text_response(200, "text/html; charset=utf-8", "<p>page</p>");
  const std::string whole = answer({"GET", Persistence::close}, response);
  const std::string head = answer({"HEAD", Persistence::close}, response);
  CHECK(head + "<p>page</p>" == whole);
}

TEST_CASE("A shared body is the body, whether it is copied or sent from where it stands") {
  for (const std::size_t size : {0U, 5U, 16'384U, 16'385U, 200'000U}) {
    const std::string text(size, 'x');
    Response shared = text_response(200, "text/plain", "not this");
    shared.shared_body = std::make_shared<const std::string>(text);
    CHECK(stays_in_place(shared) == (size > 16'384));
    for (const std::string_view method : {"GET", "HEAD"}) {
      const Processed request{method, Persistence::keep_alive};
      CHECK(answer(request, shared) == answer(request, text_response(200, "text/plain", text)));
    }
  }
}

TEST_CASE("A handler that throws through still leaves a whole answer") {
  Outgoing answer;
  const HttpLibrary library;
  const bool usable = library.process(
      {}, []() -> Response { throw 7; }, answer);
  const std::string& wire = answer.wire;
  CHECK_FALSE(usable);
  CHECK(answer.rest == nullptr);
  CHECK(wire.starts_with("HTTP/1.1 500 "));
  CHECK(wire.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("The library's version is stated") {
  CHECK(http_library_version().starts_with("cpp-httplib 0."));
}
