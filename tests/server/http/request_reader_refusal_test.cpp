#include <string>

#include "http/request_reader.h"
#include "support/catch.h"

using namespace consent::http;
using namespace std::string_literals;

namespace {

struct Refusal {
  const char* name;
  int status;
  std::string bytes;
};

const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";

// Everything two HTTP readers could understand differently, and what no client sends by accident.
const Refusal kRefusals[] = {
    {"two lengths that differ", 400, kPost + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"},
    {"two lengths that agree", 400, kPost + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"},
    {"a list of lengths", 400, kPost + "Content-Length: 1, 1\r\n\r\n"},
    {"a signed length", 400, kPost + "Content-Length: +1\r\n\r\n"},
    {"a negative length", 400, kPost + "Content-Length: -1\r\n\r\n"},
    {"a hexadecimal length", 400, kPost + "Content-Length: 0x1\r\n\r\n"},
    {"an empty length", 400, kPost + "Content-Length:\r\n\r\n"},
    {"a length with a space", 400, kPost + "Content-Length: 1 1\r\n\r\n"},
    {"length and chunked", 400, kPost + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"chunked and length", 400, kPost + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n"},
    {"chunked twice", 400, kPost + "Transfer-Encoding: chunked, chunked\r\n\r\n"},
    {"two codings", 400, kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n"},
    {"chunked in two fields", 400,
     kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"identity", 400, kPost + "Transfer-Encoding: identity\r\n\r\n"},
    {"an unknown coding", 400, kPost + "Transfer-Encoding: xchunked\r\n\r\n"},
    {"chunked behind a vertical tab", 400,
     kPost + "Transfer-Encoding: \x0b"
             "chunked\r\n\r\n"},
    {"an empty coding", 400, kPost + "Transfer-Encoding:\r\n\r\n"},
    {"chunked in HTTP/1.0", 400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"a space before the colon", 400, kPost + "Content-Length : 1\r\n\r\n"},
    {"a tab before the colon", 400, kPost + "Content-Length\t: 1\r\n\r\n"},
    {"a folded field", 400, kPost + "A: b\r\n c: d\r\n\r\n"},
    {"a first field that is folded", 400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
    {"a field without a colon", 400, kPost + "nothing\r\n\r\n"},
    {"a field without a name", 400, kPost + ": x\r\n\r\n"},
    {"a name with a space", 400, kPost + "A b: c\r\n\r\n"},
    {"a name beyond ASCII", 400, kPost + "\xc3\xa9: c\r\n\r\n"},
    {"a bare LF in the head", 400, "GET / HTTP/1.1\nHost: a\r\n\r\n"},
    {"a bare LF between fields", 400, kPost + "A: b\nC: d\r\n\r\n"},
    {"a head that ends in LF LF", 400, kPost + "A: b\n\n"},
    {"a bare CR in a value", 400, kPost + "A: b\rC: d\r\n\r\n"},
    {"a bare CR in the request line", 400, "GET /\rHTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"CR CR LF", 400, kPost + "A: b\r\r\n\r\n"},
    {"NUL in a value", 400, kPost + "A: b\0c\r\n\r\n"s},
    {"NUL in a name", 400, kPost + "A\0: c\r\n\r\n"s},
    {"NUL in the target", 400, "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s},
    {"DEL in a value", 400, kPost + "A: b\x7f\r\n\r\n"},
    {"no Host", 400, "GET / HTTP/1.1\r\n\r\n"},
    {"two Hosts", 400, kPost + "Host: a\r\n\r\n"},
    {"a list of Hosts", 400, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"},
    {"a Host with a path", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
    {"a Host with a user", 400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
    {"a Host with a space", 400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
    {"no version", 400, "GET /\r\n\r\n"},
    {"a lower-case version", 400, "GET / http/1.1\r\n\r\n"},
    {"a version with two digits", 400, "GET / HTTP/1.10\r\n\r\n"},
    {"a version without digits", 400, "GET / HTTP/a.b\r\n\r\n"},
    {"HTTP/0.9", 505, "GET / HTTP/0.9\r\n\r\n"},
    {"HTTP/1.2", 505, "GET / HTTP/1.2\r\n\r\n"},
    {"the preface of HTTP/2", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"a TLS hello", 400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s},
    {"a proxy's preamble", 400, "\r\n\r\n\0\r\nQUIT\n"s},
    {"two empty lines", 400, "\r\n\r\nGET / HTTP/1.1\r\n\r\n"},
    {"a space before the method", 400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"two spaces", 400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a space behind the version", 400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
    {"a tab in the request line", 400, "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a space in the target", 400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"an unknown method", 501, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a lower-case method", 501, "get / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"CONNECT", 501, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"TRACE", 501, "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a method that is no token", 400, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a relative target", 400, "GET a HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"the asterisk for GET", 400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a fragment", 400, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"raw UTF-8 in the target", 400, "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"escaped bytes that are not UTF-8", 400, "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a query that is not UTF-8", 400, "GET /?a=%c3%28 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"an escaped NUL", 400, "GET /?a=%00 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a broken escape", 400, "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"an escaped dot segment", 400, "GET /%2e%2e/a HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"an escaped slash", 400, "GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"another scheme", 400, "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"an absolute target without a host", 400, "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"an absolute target with a user", 400, "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"another expectation", 417, kPost + "Expect: coffee\r\nContent-Length: 1\r\n\r\n"},
    {"a chunk without a size", 400, kChunked + "\r\n"},
    {"a chunk with a signed size", 400, kChunked + "+1\r\na\r\n"},
    {"a chunk with a negative size", 400, kChunked + "-1\r\na\r\n"},
    {"a chunk with 0x", 400, kChunked + "0x1\r\na\r\n"},
    {"a chunk with a space", 400, kChunked + "1 \r\na\r\n"},
    {"a chunk size that overflows", 400, kChunked + "10000000000000001\r\n"},
    {"a chunk size with a bare LF", 400, kChunked + "1\na\r\n"},
    {"a bare LF in an extension", 400, kChunked + "1;a\nb\r\na\r\n"},
    {"a bare CR in an extension", 400, kChunked + "1;a\rb\r\na\r\n"},
    {"a long extension", 400, kChunked + "1;" + std::string(2000, 'a') + "\r\na\r\n"},
    {"a chunk longer than it says", 400, kChunked + "1\r\nab\r\n"},
    {"a chunk that ends in LF", 400, kChunked + "1\r\na\n0\r\n\r\n"},
    {"a malformed trailer", 400, kChunked + "0\r\nA b: c\r\n\r\n"},
    {"a folded trailer", 400, kChunked + "0\r\nA: c\r\n d\r\n\r\n"},
    {"a trailer with NUL", 400, kChunked + "0\r\nA: \0\r\n\r\n"s},
};

}  // namespace

TEST_CASE("Malformed and ambiguous requests are refused, in one go and byte by byte") {
  for (const Refusal& refusal : kRefusals) {
    CAPTURE(refusal.name);
    RequestReader whole({});
    whole.feed(refusal.bytes);
    CHECK(whole.is_refused());
    CHECK(whole.error().status == refusal.status);
    CHECK_FALSE(whole.error().detail.empty());

    RequestReader slow({});
    for (const char byte : refusal.bytes) slow.feed({&byte, 1});
    CHECK(slow.is_refused());
    CHECK(slow.error().status == refusal.status);
  }
}

TEST_CASE("A refused reader takes nothing more, so that no second request hides behind the first") {
  RequestReader reader({});
  reader.feed("GET / HTTP/1.1\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(reader.is_refused());
  CHECK(reader.feed("GET /admin HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
  CHECK(reader.is_refused());
}
