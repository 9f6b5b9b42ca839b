#include "consent/url_reduction.h"

#include <string>

#include "support/catch.h"

namespace {

struct Reduced {
  std::string path;
  std::string source;
  std::string medium;
  std::string name;
};

Reduced reduce(std::string_view url) {
  std::array<char, consent::kReducedUrlBytes> buffer{};
  const auto reduced = consent::reduce_url(url, buffer);
  return {std::string(reduced.path), std::string(reduced.campaign_source),
          std::string(reduced.campaign_medium), std::string(reduced.campaign_name)};
}

std::string referrer(std::string_view url,
                     std::string_view page = "https://dialphone.com/pricing") {
  std::array<char, consent::kHostBytesMax> buffer{};
  return std::string(consent::reduce_referrer(url, page, buffer));
}

struct Case {
  std::string_view url;
  std::string_view path;
};

constexpr Case kPaths[] = {
    {"/", "/"},
    {"https://dialphone.com", "/"},
    {"https://dialphone.com/pricing", "/pricing"},
    {"HTTPS://dialphone.com/pricing/", "/pricing/"},
    {"http://user:pass@dialphone.com:8080/a/b", "/a/b"},
    {"/a//b///c", "/a/b/c"},
    {"//host.example/a", "/a"},
    {"https://dialphone.com\\a\\b", "/a/b"},
    {"/a?x=1#y", "/a"},
    {"/a#x/c@d.example", "/a"},
    {"https://dialphone.com?x=/b", "/"},
    {"/a;jsessionid=1A2B/b;x", "/a/b"},
    {"/;jsessionid=1A2B", "/"},
    // e-mail
    {"/u/jo@example.com", "/u/:email"},
    {"/u/jo%40example.com", "/u/:email"},
    {"/u/jo%2540example.com", "/u/:email"},
    {"/u/jo%252540example.com/x", "/u/:email/x"},
    {"/u/am9AZXhhbXBsZS5jb20", "/u/:email"},
    // phone
    {"/call/+49-30-1234567", "/call/:phone"},
    {"/call/%2B49%2030%201234567", "/call/:phone"},
    {"/call/(030)123.45.67", "/call/:phone"},
    {"/call/1234567", "/call/:phone"},
    {"/call/123456", "/call/123456"},
    // ids
    {"/x/550e8400-e29b-41d4-a716-446655440000", "/x/:id"},
    {"/x/order-550E8400-E29B-41D4-A716-446655440000", "/x/:id"},
    {"/x/deadbeefdeadbeef", "/x/:id"},
    {"/x/deadbeefdeadbee", "/x/deadbeefdeadbee"},
    {"/x/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "/x/:id"},
    {"/x/greyJacket", "/x/greyJacket"},
    {"/x/4111-1111-1111-1111", "/x/:id"},
    {"/x/378282246310005", "/x/:id"},
    {"/x/Zk3vQ9xT7mLp2RwB8nYc", "/x/:id"},
    {"/x/k3vq9xt7mlp2rwb8nycd", "/x/:id"},
    {"/x/192.168.10.20", "/x/:id"},
    {"/x/2001:db8::1", "/x/:id"},
    {"/x/[::1]", "/x/:id"},
    {"/x/%FF", "/x/:id"},
    {"/x/%00", "/x/:id"},
    {"/x/a%25252525b", "/x/:id"},
    {"/go/https://shop.example/jo/x", "/go/:id"},
    {"/go/https%3A%2F%2Fshop.example%2Fjo/x", "/go/:id"},
    {"/go/https%3A%2F%2Fshop.example%2F%3Fu=a%40b.example/x", "/go/:email"},
    // words
    {"/blog/2026/11/23/how-to-record-consent-properly",
     "/blog/2026/11/23/how-to-record-consent-properly"},
    {"/datenschutzgrundverordnung", "/datenschutzgrundverordnung"},
    {"/docs/MyVeryLongDocumentTitlePage", "/docs/MyVeryLongDocumentTitlePage"},
    {"/blog/10-tips-for-b2b-sales-in-2026", "/blog/10-tips-for-b2b-sales-in-2026"},
    {"/std::vector", "/std::vector"},
    {"/caf%C3%A9", "/caf%C3%A9"},
    {"/preise/gr\xc3\xb6\xc3\x9f"
     "e",
     "/preise/gr\xc3\xb6\xc3\x9f"
     "e"},
    {"/100%", "/100%"},
    {"/a%20b", "/a%20b"},
    {"/a b/c", "/:id/c"},
};

}  // namespace

TEST_CASE("a path keeps its words and loses its people") {
  for (const Case& entry : kPaths) {
    CAPTURE(entry.url);
    CHECK(reduce(entry.url).path == entry.path);
  }
}

// Drawn by a fixed generator; a share may look like words by chance, and is measured here.
TEST_CASE("identifiers of this service are recognised but for one in fifty") {
  const std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::uint32_t seed = 7;
  unsigned missed = 0;
  for (int round = 0; round < 10'000; ++round) {
    std::string id = "/";
    for (int i = 0; i < 22; ++i) {
      seed = seed * 1'664'525 + 1'013'904'223;
      id += alphabet[seed >> 26];
    }
    if (reduce(id).path != "/:id") ++missed;
  }
  CHECK(missed < 200);
}

TEST_CASE("a reduced path reduces to itself") {
  for (const Case& entry : kPaths) {
    CAPTURE(entry.path);
    CHECK(reduce(entry.path).path == entry.path);
  }
}

TEST_CASE("what is no page of the web is reduced to nothing") {
  for (const char* url : {"", "pricing", "javascript:alert(1)", "data:text/html,x",
                          "blob:https://a.example/x", "about:blank", "file:///etc/passwd", "https:",
                          "https:/a", "https:///a", "//", "ftp://a.example/b", "?a", "#a"}) {
    CAPTURE(url);
    CHECK(reduce(url).path.empty());
  }
}

TEST_CASE("three campaign parameters survive, decoded, if they name nobody") {
  const auto reduced =
      reduce("/?utm_source=news+letter&UTM_Medium=e%2Dmail&utm_campaign=spring&utm_term=x&gclid=y");
  CHECK(reduced.source == "news letter");
  CHECK(reduced.medium == "e-mail");
  CHECK(reduced.name == "spring");
  CHECK(reduce("/?utm_source=a&utm_source=b").source == "a");
  CHECK(reduce("/?utm_source=&utm_source=b").source.empty());
  CHECK(reduce("/?utm_source=a;utm_medium=b").medium == "b");
  CHECK(reduce("/?xutm_source=a").source.empty());
  CHECK(reduce("/#?utm_source=a").source.empty());
  for (const char* value :
       {"jo%40example.com", "jo%2540example.com", "%2B49301234567", "https://a.example/jo",
        "550e8400-e29b-41d4-a716-446655440000", "am9AZXhhbXBsZS5jb20", "%ff", "a%00b"}) {
    CAPTURE(value);
    CHECK(reduce("/?utm_source=" + std::string(value)).source.empty());
    CHECK(reduce("/?utm_source=" + std::string(value) + "&utm_source=b").source.empty());
  }
  CHECK(reduce("/?utm_source=" + std::string(64, 'o')).source.size() == 64);
  CHECK(reduce("/?utm_source=" + std::string(65, 'o')).source.empty());
}

TEST_CASE("a long path is cut at a segment, an over-long URL is reduced to nothing") {
  std::string path;
  while (path.size() < 2'000) path += "/word";
  const auto reduced = reduce(path).path;
  CHECK(reduced.size() == 510);
  CHECK(reduce(reduced).path == reduced);
  CHECK(reduce("/" + std::string(513, 'o')).path == "/:id");
  CHECK(reduce("/" + std::string(512, 'o')).path == "/");
  CHECK(reduce("/" + std::string(4'096, 'a')).path.empty());
}

TEST_CASE("of a referrer only a foreign host is kept") {
  CHECK(referrer("https://News.Example/a?b#c") == "news.example");
  CHECK(referrer("https://user:p@ss@news.example:8443/") == "news.example");
  CHECK(referrer("https://news.example.") == "news.example");
  CHECK(referrer("https://dialphone.com/other").empty());
  CHECK(referrer("https://DIALPHONE.com:443/other").empty());
  CHECK(referrer("https://www.dialphone.com/") == "www.dialphone.com");
  CHECK(referrer("android-app://com.example.reader/https/x") == "com.example.reader");
  for (const char* url : {"", "/a", "https://192.0.2.1/", "https://[2001:db8::1]/",
                          "https://0x7f.1/", "https://2130706433/", "https://a..b/", "https://.a/",
                          "https://a%40b.example/", "https://a b.example/", "about:blank",
                          "https://user1234567.example/", "https:///x", "ftp://a.example/",
                          "https://b\xc3\xbc"
                          "cher.example/"}) {
    CAPTURE(url);
    CHECK(referrer(url).empty());
  }
  CHECK(referrer("https://" + std::string(254, 'a')).empty());
  CHECK(referrer("https://news.example/", "").size() == 12);
}

TEST_CASE("any bytes reduce to a path that reduces to itself") {
  std::uint32_t seed = 1;
  const std::string_view alphabet = "/%;?#&=@:.-_+\\aA0159zfF\xc3\xa4\xff\x01 ~[]()";
  for (int round = 0; round < 20'000; ++round) {
    std::string url = "/";
    for (int i = 0; i < 40; ++i) {
      seed = seed * 1'664'525 + 1'013'904'223;
      url += alphabet[(seed >> 16) % alphabet.size()];
    }
    const auto path = reduce(url).path;
    CAPTURE(url);
    REQUIRE(reduce(path).path == path);
  }
}
