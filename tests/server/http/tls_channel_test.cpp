// TLS over memory, without a connection.

#include <string>

#include "crypto/tls.h"
#include "support/catch.h"
#include "support/heap.h"
#include "support/temporary_directory.h"
#include "support/tls_client.h"

using namespace consent;
using consent::testing::heap_bytes;
using consent::testing::TemporaryDirectory;
using consent::testing::TlsClient;

namespace {

// Both ends, behind the handshake.
struct Ends {
  Ends() {
    std::string plain;
    for (std::string out = client.receive(""); !out.empty();) {
      std::string wire;
      server.receive(out, plain, wire);
      out = client.receive(wire);
    }
  }
  TemporaryDirectory directory;
  tls::Context context{testing::make_certificate(directory)};
  tls::Channel server{context};
  TlsClient client;
};

}  // namespace

TEST_CASE("What is sealed arrives whole, whatever its length, and nothing behind the goodbye") {
  Ends ends;
  std::string all;
  for (const std::size_t size : {0U, 1U, 8'191U, 8'192U, 8'193U, 16'384U, 200'000U}) {
    const std::string text(size, static_cast<char>('a' + size % 26));
    std::string wire;
    REQUIRE(ends.server.seal(text, wire));
    ends.client.receive(wire);
    all += text;
    CHECK(ends.client.received() == all);
  }
  std::string wire;
  ends.server.finish(wire);
  ends.client.receive(wire);
  CHECK(ends.client.has_goodbye());
  CHECK_FALSE(ends.server.seal("more", wire));
}

TEST_CASE("A channel keeps no room for a long text that it has sealed") {
  Ends ends;
  const std::string text(200'000, 'x');
  const std::size_t before = heap_bytes();
  {
    std::string wire;
    REQUIRE(ends.server.seal(text, wire));
  }
  CHECK(heap_bytes() < before + 1'024);
}

TEST_CASE("A channel keeps no room for a long text that it has opened") {
  Ends ends;
  const std::string sealed = ends.client.seal(std::string(200'000, 'x'));
  const std::size_t before = heap_bytes();
  {
    std::string plain;
    std::string wire;
    for (std::size_t at = 0; at < sealed.size(); at += 1'000) {
      ends.server.receive(std::string_view(sealed).substr(at, 1'000), plain, wire);
    }
    CHECK(plain.size() == 200'000);
  }
  CHECK(heap_bytes() < before + 1'024);
}
