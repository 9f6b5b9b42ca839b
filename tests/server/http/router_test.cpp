#include "http/router.h"

#include <stdexcept>

#include "support/catch.h"

using namespace consent::http;

namespace {

Handler says(std::string text) {
  return [text](const Request&) { return text_response(200, "text/plain", text); };
}

Response ask(const Router& router, std::string method, std::string path) {
  Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  return router.dispatch(request);
}

}  // namespace

TEST_CASE("The most specific route answers, whatever the order of registration") {
  Router router;
  router.add("GET", "/*", says("static"));
  router.add("GET", "/v1/notices/{id}", says("notice"));
  router.add("GET", "/v1/notices/latest", says("latest"));
  router.add("GET", "/v1/{anything}/*", says("deep"));
  CHECK(ask(router, "GET", "/v1/notices/latest").body == "latest");
  CHECK(ask(router, "GET", "/v1/notices/x").body == "notice");
  CHECK(ask(router, "GET", "/v1/notices/x/y").body == "deep");
  CHECK(ask(router, "GET", "/v2/x/y").body == "static");
  CHECK(ask(router, "GET", "/v1/other/y").body == "deep");
  CHECK(ask(router, "GET", "/").body == "static");
  CHECK(ask(router, "GET", "/index.html").body == "static");
}

TEST_CASE("Handlers read path parameters") {
  Router router;
  router.add("GET", "/a/{x}/b/{y}", [](const Request& request) {
    return text_response(
        200, "text/plain",
        std::string(request.path_parameter("x")) + "|" + std::string(request.path_parameter("y")));
  });
  router.add("GET", "/files/*", [](const Request& request) {
    return text_response(200, "text/plain", std::string(request.path_parameter("*")));
  });
  CHECK(ask(router, "GET", "/a/1/b/sha256:2").body == "1|sha256:2");
  CHECK(ask(router, "GET", "/a//b/2").status == 404);
  CHECK(ask(router, "GET", "/a/1/b/2/").status == 404);
  CHECK(ask(router, "GET", "/files/x/y.js").body == "x/y.js");
  CHECK(ask(router, "GET", "/files/").body.empty());
  CHECK(ask(router, "GET", "/files").status == 404);
}

TEST_CASE("What a wildcard leaves is never an absolute path") {
  Router router;
  router.add("GET", "/*", says("static"));
  CHECK(ask(router, "GET", "//etc/passwd").status == 404);
  CHECK(ask(router, "GET", "/a//b").status == 404);
}

TEST_CASE("An unknown path is 404, an unknown method 405 with Allow") {
  Router router;
  router.add("GET", "/*", says("static"));
  router.add("POST", "/v1/consents", says("made"));
  router.add("GET", "/v1/check", says("get"));
  router.add("POST", "/v1/check", says("post"));
  const Response wrong = ask(router, "GET", "/v1/consents");
  CHECK(wrong.status == 405);
  CHECK(wrong.header("Allow") == "POST, OPTIONS");
  CHECK(wrong.header("Content-Type") == "application/problem+json");
  CHECK(ask(router, "DELETE", "/v1/check").header("Allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(ask(router, "HEAD", "/v1/consents").status == 405);

  const Response missing = ask(Router(), "GET", "/<script>");
  CHECK(missing.status == 404);
  CHECK(missing.body.find("script") == std::string::npos);
}

TEST_CASE("HEAD is GET without the body, with its length") {
  Router router;
  router.add("GET", "/a", says("hello"));
  router.add("GET", "/gone", [](const Request&) {
    Response response;
    response.status = 304;
    return response;
  });
  router.add("GET", "/shared", [](const Request&) {
    Response response;
    response.shared_body = std::make_shared<const std::string>("hello");
    return response;
  });
  for (const std::string path : {"/a", "/shared"}) {
    const Response response = ask(router, "HEAD", path);
    CHECK(response.status == 200);
    CHECK(response.content().empty());
    CHECK(response.header("Content-Length") == "5");
    CHECK(ask(router, "GET", path).content() == "hello");
  }
  CHECK(ask(router, "HEAD", "/gone").header("Content-Length").empty());
}

TEST_CASE("At once is answered what says so, and what there is no handler for") {
  Router router;
  int reports = 0;
  router.on_done([&](const Request&, const Response&) { ++reports; });
  router.add("GET", "/now", says("now"), Answers::at_once);
  router.add("GET", "/later", says("later"));
  const auto at_once = [&](std::string method, std::string path) {
    Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    return router.start_at_once(request).now;
  };
  CHECK(at_once("GET", "/now")->body == "now");
  CHECK(at_once("HEAD", "/now")->header("Content-Length") == "3");
  CHECK(at_once("GET", "/nowhere")->status == 404);
  CHECK(at_once("POST", "/later")->status == 405);
  CHECK(at_once("OPTIONS", "/later")->status == 204);
  CHECK(reports == 5);
  CHECK_FALSE(at_once("GET", "/later"));
  CHECK_FALSE(at_once("HEAD", "/later"));
  CHECK(reports == 5);
}

TEST_CASE("A handler may answer nothing only where it must not wait") {
  Router router;
  std::string reported;
  int reports = 0;
  router.on_failure([&](std::string_view, std::string_view what) { reported = what; });
  router.on_done([&](const Request&, const Response&) { ++reports; });
  router.add(
      "GET", "/read",
      [](const Request& request) -> std::optional<Response> {
        if (request.at_once) return std::nullopt;
        return text_response(200, "text/plain", "from a file");
      },
      Answers::at_once);
  router.add(
      "GET", "/never", [](const Request&) -> std::optional<Response> { return std::nullopt; },
      Answers::at_once);
  Request request;
  request.method = "GET";
  request.path = "/read";
  const Outcome nothing = router.start_at_once(request);
  CHECK_FALSE(nothing.now);
  CHECK_FALSE(nothing.later);
  CHECK(reports == 0);
  CHECK(router.dispatch(request).body == "from a file");
  CHECK(reports == 1);
  CHECK(ask(router, "GET", "/never").status == 500);
  CHECK(reported == "no answer");
}

TEST_CASE("An answer that comes later is waited for, or finished by who does not wait") {
  Router router;
  int reports = 0;
  int starts = 0;
  router.on_done([&](const Request&, const Response&) { ++reports; });
  const auto later = [&](const Request&) {
    Outcome outcome = Later{.start =
                                [&](const std::function<void()>& done) {
                                  ++starts;
                                  done();
                                },
                            .finish = [](const Request& request) -> std::optional<Response> {
                              if (request.at_once) return std::nullopt;
                              return text_response(201, "text/plain", "later");
                            }};
    outcome.amend([](Response& response) { response.set("X-Amended", "yes"); });
    return outcome;
  };
  router.add("GET", "/later", later);
  router.add("POST", "/later", later, Answers::at_once);
  const Response waited = ask(router, "HEAD", "/later");
  CHECK(waited.status == 201);
  CHECK(waited.header("Content-Length") == "5");
  CHECK(waited.header("X-Amended") == "yes");
  CHECK(starts == 1);
  CHECK(reports == 1);

  Request request;
  request.method = "GET";
  request.path = "/later";
  CHECK_FALSE(router.start_at_once(request).later);
  request.method = "POST";
  CHECK(router.start_at_once(request).later);
  request.method = "GET";
  const Outcome outcome = router.start(request);
  REQUIRE(outcome.later);
  CHECK(starts == 1);
  CHECK(reports == 1);
  request.at_once = true;
  CHECK_FALSE(router.finish(request, *outcome.later));
  CHECK(reports == 1);
  request.at_once = false;
  const auto finished = router.finish(request, *outcome.later);
  CHECK(finished->body == "later");
  CHECK(finished->header("X-Amended") == "yes");
  CHECK(reports == 2);
}

TEST_CASE("OPTIONS lists the methods unless the route answers it") {
  Router router;
  router.add("GET", "/a", says("a"));
  router.add("POST", "/b", says("b"));
  router.add("OPTIONS", "/b", says("preflight"));
  CHECK(ask(router, "OPTIONS", "/a").status == 204);
  CHECK(ask(router, "OPTIONS", "/a").header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(ask(router, "OPTIONS", "/b").body == "preflight");
  CHECK(ask(router, "OPTIONS", "*").status == 204);
  CHECK(ask(router, "OPTIONS", "/c").status == 404);
}

TEST_CASE("A failing handler becomes a 500 that tells nothing, and is reported") {
  Router router;
  std::string reported;
  router.on_failure([&](std::string_view pattern, std::string_view what) {
    reported = std::string(pattern) + ": " + std::string(what);
  });
  router.add("GET", "/throws/{id}",
             [](const Request&) -> Response { throw std::runtime_error("secret"); });
  router.add("GET", "/number", [](const Request&) -> Response { throw 7; });
  router.add("GET", "/header", [](const Request&) {
    Response response;
    response.headers.emplace_back("X", "a\r\nInjected: 1");
    return response;
  });
  router.add("GET", "/status", [](const Request&) {
    Response response;
    response.status = 1000;
    return response;
  });
  const Response response = ask(router, "GET", "/throws/1");
  CHECK(response.status == 500);
  CHECK(response.body == R"({"type":"about:blank","title":"Internal Server Error","status":500})");
  CHECK(reported == "/throws/{id}: secret");
  CHECK(ask(router, "GET", "/number").status == 500);
  CHECK(ask(router, "GET", "/header").status == 500);
  CHECK(ask(router, "GET", "/header").header("X").empty());
  CHECK(ask(router, "GET", "/status").status == 500);
}

TEST_CASE("Every dispatch is reported by pattern, never by path") {
  Router router;
  std::vector<std::string> done;
  router.on_done([&](const Request& request, const Response& response) {
    CHECK(request.arrived != decltype(request.arrived){});
    done.push_back(request.method + " " + std::string(request.route) + " " +
                   std::to_string(response.status));
  });
  router.add("GET", "/v1/notices/{id}", says("x"));
  ask(router, "GET", "/v1/notices/abc");
  ask(router, "POST", "/v1/notices/abc");
  ask(router, "GET", "/nothing");
  CHECK(done == std::vector<std::string>{"GET /v1/notices/{id} 200", "POST /v1/notices/{id} 405",
                                         "GET  404"});
}

TEST_CASE("Mistakes in the table stop the start") {
  Router router;
  router.add("GET", "/a/{x}", says("x"));
  CHECK_THROWS_AS(router.add("GET", "/a/{x}", says("x")), std::logic_error);
  CHECK_THROWS_AS(router.add("POST", "/a/{y}", says("x")), std::logic_error);
  CHECK_THROWS_AS(router.add("GET", "/*/a", says("x")), std::logic_error);
  CHECK_THROWS_AS(router.add("GET", "a", says("x")), std::logic_error);
  CHECK_THROWS_AS(router.add("G T", "/b", says("x")), std::logic_error);
  CHECK_THROWS_AS(router.add("GET", "/b", nullptr), std::logic_error);
}
