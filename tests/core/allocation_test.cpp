// Nothing on the way from a token to a decision allocates.
#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>

#include "consent/cookie_header.h"
#include "consent/decision.h"
#include "consent/event_reduction.h"
#include "consent/gpp.h"
#include "consent/ip_address.h"
#include "consent/signals.h"
#include "consent/token.h"
#include "consent/url_reduction.h"
#include "consent/user_agent.h"
#include "support/catch.h"

namespace {

thread_local unsigned long allocations = 0;

}  // namespace

// All of them: a mixture of these and a sanitizer's own would free what the other allocated.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
  return operator new(size, tag);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

TEST_CASE("an allocation is counted") {
  const unsigned long before = allocations;
  const auto text = std::make_unique<char[]>(100);
  CHECK(text != nullptr);
  CHECK(allocations > before);
}

TEST_CASE("decide, encode, decode and reduce do not allocate") {
  consent::Token token;
  token.kind = consent::TokenKind::grant;
  token.action = consent::Action::accept_all;
  token.choices.set(consent::Purpose::analytics, consent::Choice::granted);
  token.choices.set(consent::Purpose::marketing, consent::Choice::denied);
  token.region = consent::parse_region("US-CA");
  token.decided_at = consent::Instant{std::chrono::days{20'000}};
  token.policy = 1;
  const std::array<std::uint8_t, consent::kTokenMacBytes> mac{};
  std::array<char, consent::kReducedUrlBytes> url_buffer{};
  std::array<char, consent::kHostBytesMax> host_buffer{};

  const unsigned long before = allocations;
  const auto text = consent::format_token(consent::encode_payload(token).view(), mac);
  const auto parsed = consent::parse_token(text.view());
  consent::Question question;
  question.purpose = consent::Purpose::analytics;
  question.policy.version = 1;
  question.policy.material_since = {1, 1, 1};
  question.state = consent::state_of(parsed.token);
  question.now = token.decided_at;
  const bool allowed = consent::decide(question).allowed() && !consent::must_ask(question);
  const bool found = consent::find_cookie("a=b; c=d", "c").value == "d";
  const auto url = consent::reduce_url("https://a.example/b/c@d.example?utm_source=e", url_buffer);
  const auto host =
      consent::reduce_referrer("https://b.example/", "https://a.example/", host_buffer);
  const auto agent = consent::reduce_user_agent(
      "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
  const unsigned long after = allocations;

  CHECK(after == before);
  CHECK(allowed);
  CHECK(found);
  CHECK(url.path == "/b/:email");
  CHECK(host == "b.example");
  CHECK(agent.browser_major == 140);
}

// What a reader refuses it refuses without memory, too: every prefix and every flipped bit.
TEST_CASE("reading what is malformed does not allocate") {
  constexpr std::string_view kTexts[] = {
      "1.FWsEDqAAA2YCGxAwAAECAwQFBgcICQoLDA0ODw.AQIDAAAAAAAAAAAAAAAAAA",
      "1.IVEsAAM.AQIDAAAAAAAAAAAAAAAAAA",
      "DBABLA~CVQVAAAAAACA.YA",
      "us-ca",
      "0, 1;x=y, 1",
      "2001:db8::1%eth0",
      "[2001:db8::1]:443",
      "/a/%2561%40b.example/4111111111111111?utm_source=x%00",
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) CriOS/142.0"};
  unsigned long read = 0;
  const unsigned long before = allocations;
  for (const std::string_view text : kTexts) {
    std::array<char, 128> bytes{};
    std::array<char, consent::kReducedUrlBytes> url_buffer{};
    std::array<char, consent::kHostBytesMax> host_buffer{};
    for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
      text.copy(bytes.data(), text.size());
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
      for (const std::size_t size : {bit / 8, text.size()}) {
        const std::string_view input(bytes.data(), size);
        const auto parsed = consent::parse_token(input);
        const auto region = consent::parse_region(input);
        const auto regime = consent::regime_for(region, consent::Date{consent::Date::max()});
        const auto section = consent::decode_gpp(input);
        read += parsed.error ? 1u : 2u;
        read += regime.model == consent::Model::opt_in ? 1u : 2u;
        read += section ? consent::encode_gpp(*section).size : 1u;
        read += consent::parse_sec_gpc(input) || consent::parse_dnt(input) ? 1u : 2u;
        read += consent::IpAddress::parse(input) || consent::Cidr::parse(input) ? 1u : 2u;
        read += consent::reduce_url(input, url_buffer).path.size();
        read += consent::reduce_referrer(input, "https://a.example/", host_buffer).size();
        read += consent::reduce_user_agent(input).browser.size();
        read += consent::find_cookie(input, "c").value.size();
        read += consent::is_event_name(input) ? 1u : 2u;
      }
    }
  }
  const unsigned long after = allocations;
  CHECK(after == before);
  CHECK(read > 0);
}
