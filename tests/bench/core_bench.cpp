// Nanoseconds a call of what the service and the banner do most: decide, encode, decode, reduce.

#include <benchmark/benchmark.h>

#include <array>
#include <string_view>

#include "consent/cookie_header.h"
#include "consent/decision.h"
#include "consent/gpp.h"
#include "consent/ip_address.h"
#include "consent/ruleset.h"
#include "consent/token.h"
#include "consent/url_reduction.h"
#include "consent/user_agent.h"

using namespace consent;

namespace {

constexpr Instant kNow{std::chrono::seconds{1'795'000'000}};
const Date kToday = std::chrono::floor<std::chrono::days>(kNow);

Token grant() {
  Token token;
  token.kind = TokenKind::grant;
  token.decided_at = kNow - std::chrono::days{30};
  token.policy = 3;
  token.action = Action::accept_all;
  token.choices.set(Purpose::analytics, Choice::granted);
  token.choices.set(Purpose::marketing, Choice::denied);
  token.region = parse_region("US-CA");
  token.subject.fill(0x5a);
  return token;
}

void decide_granted(benchmark::State& state) {
  Question question;
  question.purpose = Purpose::analytics;
  question.policy = {3, {1, 1, 1}};
  question.state = state_of(grant());
  question.now = kNow;
  for (auto _ : state) {
    benchmark::DoNotOptimize(question);
    benchmark::DoNotOptimize(decide(question));
  }
}
BENCHMARK(decide_granted);

void must_ask_a_visitor(benchmark::State& state) {
  Question question;
  question.policy = {3, {1, 1, 1}};
  question.state = state_of(grant());
  question.now = kNow;
  for (auto _ : state) {
    benchmark::DoNotOptimize(question);
    benchmark::DoNotOptimize(must_ask(question));
  }
}
BENCHMARK(must_ask_a_visitor);

void regime_of_a_region(benchmark::State& state) {
  const std::array<Region, 4> regions = {parse_region("DE"), parse_region("US-CA"),
                                         parse_region("BR"), Region{}};
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(regime_for(regions[i++ & 3], kToday));
}
BENCHMARK(regime_of_a_region);

void parse_a_region(benchmark::State& state) {
  for (auto _ : state) {
    std::string_view country = "us", subdivision = "US-CA";
    benchmark::DoNotOptimize(country);
    benchmark::DoNotOptimize(parse_region(country, subdivision));
  }
}
BENCHMARK(parse_a_region);

void encode_a_token(benchmark::State& state) {
  const Token token = grant();
  const std::array<std::uint8_t, kTokenMacBytes> mac{};
  for (auto _ : state) {
    const TokenPayload payload = encode_payload(token);
    benchmark::DoNotOptimize(format_token(payload.view(), mac));
  }
}
BENCHMARK(encode_a_token);

void decode_a_token(benchmark::State& state) {
  const std::array<std::uint8_t, kTokenMacBytes> mac{};
  const TokenText text = format_token(encode_payload(grant()).view(), mac);
  for (auto _ : state) benchmark::DoNotOptimize(parse_token(text.view()));
}
BENCHMARK(decode_a_token);

void find_the_cookie(benchmark::State& state) {
  const std::string_view header =
      "session=0123456789abcdef; theme=dark; __Host-dp_consent=1.F2r9hsAAA2MCGxAw.AA0aJzRB; cart=3";
  for (auto _ : state) benchmark::DoNotOptimize(find_cookie(header, "__Host-dp_consent"));
}
BENCHMARK(find_the_cookie);

void reduce_a_url(benchmark::State& state) {
  std::array<char, kReducedUrlBytes> buffer{};
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        reduce_url("https://dialphone.com/orders/123e4567-e89b-42d3-a456-426614174000/"
                   "items?utm_source=newsletter"
                   "&utm_medium=email&utm_campaign=spring&gclid=abc#top",
                   buffer));
  }
}
BENCHMARK(reduce_a_url);

void reduce_a_user_agent(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(reduce_user_agent(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"));
  }
}
BENCHMARK(reduce_a_user_agent);

void reduce_a_referrer(benchmark::State& state) {
  std::array<char, kHostBytesMax> buffer{};
  for (auto _ : state) {
    benchmark::DoNotOptimize(reduce_referrer("https://www.search.example/results?q=consent",
                                             "https://dialphone.com/", buffer));
  }
}
BENCHMARK(reduce_a_referrer);

void encode_a_gpp_string(benchmark::State& state) {
  UsNational section = us_national(true, true, true);
  for (auto _ : state) {
    benchmark::DoNotOptimize(section);
    benchmark::DoNotOptimize(encode_gpp(section));
  }
}
BENCHMARK(encode_a_gpp_string);

void decode_a_gpp_string(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(decode_gpp("DBABLA~CVQVAAAAAACA.YA"));
}
BENCHMARK(decode_a_gpp_string);

void parse_an_address(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(IpAddress::parse("2001:db8:85a3::8a2e:370:7334"));
}
BENCHMARK(parse_an_address);

}  // namespace
