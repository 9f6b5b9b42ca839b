#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>

#include "crypto/clean_memory.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "crypto/random_pool.h"
#include "crypto/secret_key.h"
#include "crypto/sha256.h"
#include "formats/hexadecimal.h"
#include "support/catch.h"

using namespace consent::server;

namespace {

template <typename T, typename = void>
struct is_streamable : std::false_type {};
template <typename T>
struct is_streamable<
    T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const T&>())>>
    : std::true_type {};

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// A key given in RFC 4231, padded with zeros as HMAC pads it.
HmacSha256 keyed(std::string_view key) {
  std::array<std::uint8_t, SecretKey::kBytes> padded{};
  std::copy(key.begin(), key.end(), padded.begin());
  return HmacSha256(SecretKey::from_bytes(padded));
}

}  // namespace

static_assert(!is_streamable<SecretKey>::value);
static_assert(!std::is_copy_constructible_v<SecretKey>);
static_assert(!std::is_copy_assignable_v<SecretKey>);

TEST_CASE("SHA-256 of FIPS 180's examples") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("HMAC-SHA-256 of RFC 4231") {
  CHECK(to_hex(keyed(std::string(20, '\x0b')).mac(bytes("Hi There"))) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(keyed("Jefe").mac(bytes("what do ya want for nothing?"))) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(keyed(std::string(20, '\xaa')).mac(bytes(std::string(50, '\xdd')))) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
}

TEST_CASE("The same key gives the same MAC again and again") {
  const HmacSha256 key = keyed("Jefe");
  const auto first = key.mac(bytes("a"));
  key.mac(bytes("b"));
  CHECK(key.mac(bytes("a")) == first);
  CHECK(equal_in_constant_time(first, key.mac(bytes("a"))));
  CHECK_FALSE(equal_in_constant_time(first, key.mac(bytes("b"))));
  CHECK_FALSE(equal_in_constant_time(first, std::span(first).first<31>()));
}

TEST_CASE("Random keys differ, and a moved-from key is empty") {
  SecretKey a = SecretKey::random();
  const SecretKey b = SecretKey::random();
  CHECK_FALSE(equal_in_constant_time(a.bytes(), b.bytes()));
  const SecretKey moved = std::move(a);
  const std::array<std::uint8_t, SecretKey::kBytes> zeros{};
  CHECK(equal_in_constant_time(a.bytes(),
                               zeros));  // NOLINT(bugprone-use-after-move): wiped is the promise
  CHECK_FALSE(equal_in_constant_time(moved.bytes(), zeros));
}

TEST_CASE("A pool gives each of its bytes once, and more than it has from a new draw") {
  RandomPool pool;
  std::set<std::array<std::uint8_t, 12>> given;
  for (int i = 0; i < 2000; ++i) given.insert(pool.bytes<12>());
  CHECK(given.size() == 2000);
  CHECK(given.find({}) == given.end());
  std::array<std::uint8_t, 4096> all{};
  pool.fill(all);
  CHECK(std::count(all.begin(), all.end(), 0) < 100);
  std::array<std::uint8_t, 4097> more{};
  CHECK_THROWS_AS(pool.fill(more), std::invalid_argument);
  CHECK(RandomPool().bytes<32>() != RandomPool().bytes<32>());
}

TEST_CASE("A wiped text is empty, and so is the memory behind its end") {
  std::string text = "an address, an agent, a key: whatever";
  const char* const memory = text.data();
  const std::size_t size = text.size();
  text.resize(2);
  wipe_text(text);
  CHECK(text.empty());
  REQUIRE(text.data() == memory);
  CHECK(std::string_view(memory, size) == std::string(size, '\0'));
}

TEST_CASE("Hidden pages are zeros, and in no core dump") {
  const HiddenPages pages = hidden_pages(100'000);
  const auto begin = reinterpret_cast<std::uintptr_t>(pages.get());
  CHECK(static_cast<const char*>(pages.get())[99'999] == 0);
  std::ifstream regions("/proc/self/smaps");
  std::string line;
  std::string flags;
  bool is_here = false;
  while (flags.empty() && std::getline(regions, line)) {
    std::uintptr_t first = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    if (std::istringstream(line) >> std::hex >> first >> dash >> end && dash == '-') {
      is_here = first <= begin && begin < end;
    } else if (is_here && line.starts_with("VmFlags:")) {
      flags = line + ' ';
    }
  }
  CHECK(flags.find(" dd ") != std::string::npos);
}

TEST_CASE("Hexadecimal there and back") {
  std::array<std::uint8_t, 2> out{};
  CHECK(parse_hex("00ff", out));
  CHECK(to_hex(out) == "00ff");
  for (const char* bad : {"00f", "00fff", "00FF", "00fg", ""}) CHECK_FALSE(parse_hex(bad, out));
}
