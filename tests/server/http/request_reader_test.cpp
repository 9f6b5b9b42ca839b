#include "http/request_reader.h"

#include "support/catch.h"

using namespace consent::http;

namespace {

struct Outcome {
  bool complete = false;
  bool refused = false;
  int status = 0;
  std::string rest;
};

// Feeds pieces of `step` bytes, each from a heap block of exactly its size.
Outcome feed(RequestReader& reader, std::string_view bytes, std::size_t step) {
  while (!bytes.empty() && !reader.is_complete() && !reader.is_refused()) {
    const std::vector<char> piece(
        bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(step, bytes.size())));
    const std::size_t taken = reader.feed({piece.data(), piece.size()});
    bytes.remove_prefix(taken);
    if (taken < piece.size()) break;
  }
  return {reader.is_complete(), reader.is_refused(), reader.error().status, std::string(bytes)};
}

constexpr std::size_t kWhole = 1'000'000;

}  // namespace

TEST_CASE("A request reads the same however its bytes are cut") {
  const std::string bytes =
      "\r\nPOST /v1/a%20b?x=1&y=%C3%A9+z HTTP/1.1\r\nHost: a.example\r\nContent-Type:\t text/plain "
      "\r\n"
      "Empty:\r\nContent-Length: 11\r\n\r\nhello\r\nGET GET /next HTTP/1.1\r\n";
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, kWhole}) {
    CAPTURE(step);
    RequestReader reader({});
    const Outcome outcome = feed(reader, bytes, step);
    REQUIRE(outcome.complete);
    CHECK(outcome.rest == "GET /next HTTP/1.1\r\n");
    Request& request = reader.request();
    CHECK(request.method == "POST");
    CHECK(request.path == "/v1/a b");
    CHECK(request.query == Fields{{"x", "1"}, {"y", "\u00e9 z"}});
    CHECK(request.header("content-type") == "text/plain");
    CHECK(request.has_header("Empty"));
    CHECK(request.body == "hello\r\nGET ");
    CHECK(reader.keeps_alive());
  }
}

TEST_CASE("A chunked body reads the same however its bytes are cut") {
  const std::string bytes =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "5;name=value\r\nhello\r\n00A\r\n, chunked!\r\n0\r\nTrailer: x\r\n\r\nNEXT";
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, kWhole}) {
    CAPTURE(step);
    RequestReader reader({});
    const Outcome outcome = feed(reader, bytes, step);
    REQUIRE(outcome.complete);
    CHECK(outcome.rest == "NEXT");
    CHECK(reader.request().body == "hello, chunked!");
    CHECK_FALSE(reader.request().has_header("Trailer"));
  }
}

TEST_CASE("A reader that was reset keeps its memory, and nothing that was in it") {
  RequestReader reader({});
  const std::string mail = "jane.of.the.long.name@example.org";
  reader.feed("POST /x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 91.12.34.56\r\nContent-Length: " +
              std::to_string(mail.size()) + "\r\n\r\n" + mail);
  REQUIRE(reader.is_complete());
  const char* const body = reader.request().body.data();
  const char* const address = reader.request().headers[1].second.data();
  reader.reset();
  REQUIRE(reader.request().body.data() == body);
  REQUIRE(reader.request().headers.capacity() >= 2);
  CHECK(std::string_view(body, mail.size()) == std::string(mail.size(), '\0'));
  // Short texts stand in the vector's own memory, which it keeps.
  CHECK(std::string_view(address, 11) == std::string(11, '\0'));
}

TEST_CASE("A reader that was reset reads the next request afresh") {
  RequestReader reader({});
  feed(reader, "POST /a?b=c HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
       kWhole);
  REQUIRE(reader.is_complete());
  CHECK(reader.is_http_1_0());
  CHECK(reader.keeps_alive());
  reader.reset();
  CHECK(reader.is_untouched());
  feed(reader, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", kWhole);
  REQUIRE(reader.is_complete());
  CHECK(reader.request().query.empty());
  CHECK(reader.request().body.empty());
  CHECK(reader.request().headers == Fields{{"Host", "a"}});
  CHECK_FALSE(reader.is_http_1_0());
}

TEST_CASE("Connection and version decide whether the connection stays") {
  struct Case {
    const char* version;
    const char* connection;
    bool keeps_alive;
  };
  for (const Case& c :
       {Case{"1.1", "", true}, Case{"1.1", "close", false}, Case{"1.1", "Upgrade, CLOSE", false},
        Case{"1.1", "closed", true}, Case{"1.0", "", false}, Case{"1.0", "Keep-Alive", true},
        Case{"1.0", "keep-alive, close", false}}) {
    CAPTURE(c.version, c.connection);
    RequestReader reader({});
    feed(reader,
         std::string("GET / HTTP/") + c.version + "\r\nHost: a\r\nConnection: " + c.connection +
             "\r\n\r\n",
         kWhole);
    REQUIRE(reader.is_complete());
    CHECK(reader.keeps_alive() == c.keeps_alive);
  }
}

TEST_CASE("An absolute-form target's host replaces the Host field") {
  RequestReader reader({});
  feed(reader, "GET HTTP://Real.example:81/a?b=c HTTP/1.1\r\nHost: other\r\n\r\n", kWhole);
  REQUIRE(reader.is_complete());
  CHECK(reader.request().path == "/a");
  CHECK(reader.request().query == Fields{{"b", "c"}});
  CHECK(reader.request().header("Host") == "Real.example:81");

  RequestReader bare({});
  feed(bare, "GET https://[::1]?q=1 HTTP/1.0\r\n\r\n", kWhole);
  REQUIRE(bare.is_complete());
  CHECK(bare.request().path == "/");
  CHECK(bare.request().parameter("q") == "1");
  CHECK(bare.request().header("Host") == "[::1]");
}

TEST_CASE("OPTIONS takes the asterisk") {
  RequestReader reader({});
  feed(reader, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", kWhole);
  REQUIRE(reader.is_complete());
  CHECK(reader.request().path == "*");
}

TEST_CASE("A client that expects 100-continue waits only while a body is due") {
  RequestReader reader({});
  feed(reader, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n",
       kWhole);
  CHECK(reader.has_head());
  CHECK(reader.expects_continue());
  reader.feed("x");
  CHECK_FALSE(reader.expects_continue());

  RequestReader chunked({});
  feed(chunked,
       "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
       kWhole);
  CHECK(chunked.expects_continue());

  RequestReader empty({});
  feed(empty, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", kWhole);
  CHECK(empty.is_complete());

  RequestReader old({});
  feed(old, "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", kWhole);
  CHECK_FALSE(old.expects_continue());
}

TEST_CASE("Limits hold at their value and refuse one more") {
  ReaderLimits limits;
  limits.header_bytes_max = 200;
  limits.body_bytes_max = 10;
  limits.target_bytes_max = 20;
  limits.fields_max = 3;
  limits.chunk_extension_bytes_max = 4;
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  const auto status = [&](const std::string& bytes, std::size_t step) {
    RequestReader reader(limits);
    const Outcome outcome = feed(reader, bytes, step);
    return outcome.complete ? 200 : outcome.status;
  };
  for (const std::size_t step : {std::size_t{1}, kWhole}) {
    CAPTURE(step);
    CHECK(status("GET /" + std::string(19, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", step) == 200);
    CHECK(status("GET /" + std::string(20, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", step) == 414);
    CHECK(status("GET /" + std::string(100, 'a'), step) == 414);
    CHECK(status(head + "A: " + std::string(200 - head.size() - 7, 'a') + "\r\n\r\n", step) == 200);
    CHECK(status(head + "A: " + std::string(200 - head.size() - 6, 'a') + "\r\n\r\n", step) == 431);
    CHECK(status(head + std::string(300, 'a'), step) == 431);
    CHECK(status(head + "A: 1\r\nB: 2\r\n\r\n", step) == 200);
    CHECK(status(head + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n", step) == 431);
    CHECK(status(head + "Content-Length: 10\r\n\r\n0123456789", step) == 200);
    CHECK(status(head + "Content-Length: 11\r\n\r\n", step) == 413);
    CHECK(status(head + "Content-Length: 99999999999999999999999999\r\n\r\n", step) == 413);
    CHECK(status(chunked + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", step) == 200);
    CHECK(status(chunked + "5\r\n01234\r\n6\r\n", step) == 413);
    CHECK(status(chunked + "ffffffffffffffff\r\n", step) == 413);
    CHECK(status(chunked + "1;ab\r\na\r\n0;\r\n\r\n", step) == 200);
    CHECK(status(chunked + "1;ab\r\na\r\n0;b\r\n\r\n", step) == 400);
    CHECK(status(chunked + "0\r\n" + std::string(200, 'a'), step) == 431);
    CHECK(status(chunked + "0\r\nA: 1\r\nB: 1\r\nC: 1\r\n\r\n", step) == 200);
    CHECK(status(chunked + "0\r\nA: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\n\r\n", step) == 431);
  }
}
