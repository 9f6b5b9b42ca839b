// What the core answers natively: reads lines "target hex", prints one line of answer for each.
// tests/wasm/differential.test.mjs compares them with those of the WebAssembly modules.

#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/cookie_header.h"
#include "consent/decision.h"
#include "consent/event_reduction.h"
#include "consent/gpp.h"
#include "consent/ip_address.h"
#include "consent/ruleset.h"
#include "consent/signals.h"
#include "consent/token.h"
#include "consent/url_reduction.h"
#include "consent/user_agent.h"

using namespace consent;

namespace {

// One answer: numbers, and texts as hexadecimal, divided by blanks.
class Answer {
 public:
  Answer& number(std::int64_t value) { return word(std::to_string(value)); }
  Answer& text(std::string_view value) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex = "x";
    for (const char character : value) {
      const auto byte = static_cast<unsigned char>(character);
      hex += kDigits[byte >> 4];
      hex += kDigits[byte & 15];
    }
    return word(hex);
  }
  Answer& bytes(std::span<const std::uint8_t> value) {
    return text({reinterpret_cast<const char*>(value.data()), value.size()});
  }
  const std::string& line() const { return line_; }

 private:
  Answer& word(const std::string& value) {
    if (!line_.empty()) line_ += ' ';
    line_ += value;
    return *this;
  }
  std::string line_;
};

// Numbers out of an input, low byte first; zeros behind its end.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}
  std::uint8_t next() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  std::uint16_t next16() {
    const unsigned low = next();
    return static_cast<std::uint16_t>(low | static_cast<unsigned>(next()) << 8);
  }
  std::uint32_t next32() {
    const std::uint32_t low = next16();
    return low | static_cast<std::uint32_t>(next16()) << 16;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

struct Halves {
  std::string_view first;
  std::string_view second;
};

Halves halves(std::string_view input) {
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) return {input, {}};
  return {input.substr(0, end), input.substr(end + 1)};
}

Instant instant(std::uint32_t seconds) { return Instant{std::chrono::seconds{seconds}}; }
std::int64_t seconds(Instant time) { return time.time_since_epoch().count(); }

template <typename Enum>
std::int64_t code(Enum value) {
  return static_cast<std::int64_t>(value);
}

void answer_token(std::string_view input, Answer& answer) {
  const ParsedToken parsed = parse_token(input);
  answer.number(parsed.error ? -16 - code(*parsed.error) : code(parsed.token.kind));
  if (parsed.error) return;
  const Token& token = parsed.token;
  const RecordState state = state_of(token);
  answer.number(code(state.action)).number(code(state.model)).number(state.gpc ? 1 : 0);
  answer.number(state.choices.bits()).number(state.policy).number(seconds(state.decided_at));
  answer.number(seconds(token.decided_at)).number(token.policy).number(token.choices.bits());
  answer.number(token.key_id).number(code(token.action)).number(token.gpc ? 1 : 0);
  answer.bytes(token.subject).text(to_text(token.region).view());
  answer.bytes(encode_payload(token).view());
}

void answer_cookie(std::string_view input, Answer& answer) {
  const CookieValue found = find_cookie(input, "__Host-dp_consent");
  answer.number(code(found.lookup)).text(found.value);
}

void answer_region(std::string_view input, Answer& answer) {
  Bytes bytes(input);
  const Date day{std::chrono::days{static_cast<std::int32_t>(bytes.next32())}};
  const auto [country, subdivision] = halves(bytes.rest());
  answer.text(to_text(parse_region(country, subdivision)).view());
  const Region region = parse_region(bytes.rest());
  const Regime regime = regime_for(region, day);
  answer.number(code(regime.id)).number(code(regime.model)).number(code(regime.gdpr_scope));
  answer.number(code(zone_for(region, regime)));
}

void answer_signal(std::string_view input, Answer& answer) {
  answer.number(parse_sec_gpc(input) ? 1 : 0).number(parse_dnt(input) ? 1 : 0);
}

void answer_decision(std::string_view input, Answer& answer) {
  Bytes bytes(input);
  Question question;
  RecordState& state = question.state;
  state.action = static_cast<Action>(bytes.next() % 7);
  state.hold = static_cast<Hold>(bytes.next() % 3);
  state.model = static_cast<Model>(bytes.next() % 2);
  state.gpc = bytes.next() % 2 == 1;
  state.choices.set(Purpose::analytics, static_cast<Choice>(bytes.next() % 3));
  state.choices.set(Purpose::marketing, static_cast<Choice>(bytes.next() % 3));
  state.policy = bytes.next16();
  state.decided_at = instant(bytes.next32());
  question.now = instant(bytes.next32());
  question.policy.version = bytes.next16();
  for (PolicyVersion& since : question.policy.material_since) since = bytes.next16();
  question.purpose = static_cast<Purpose>(bytes.next() % kPurposes);
  question.model = static_cast<Model>(bytes.next() % 2);
  const auto signals = bytes.next();
  question.signals = {.gpc = signals % 2 == 1, .dnt = (signals & 2) != 0};
  const Decision decision = decide(question);
  answer.number(code(decision.reason)).number(seconds(decision.expires_at));
  answer.number(must_ask(question) ? 1 : 0);
}

void answer_url(std::string_view input, Answer& answer) {
  std::array<char, kReducedUrlBytes> buffer{};
  const ReducedUrl url = reduce_url(input, buffer);
  answer.text(url.path).text(url.campaign_source).text(url.campaign_medium).text(url.campaign_name);
}

void answer_referrer(std::string_view input, Answer& answer) {
  std::array<char, kHostBytesMax> buffer{};
  const auto [referrer, page] = halves(input);
  answer.text(reduce_referrer(referrer, page, buffer));
}

void answer_user_agent(std::string_view input, Answer& answer) {
  const ReducedUserAgent agent = reduce_user_agent(input);
  answer.number(agent.browser_major).text(agent.browser).text(agent.os).text(agent.device);
}

void answer_address(std::string_view input, Answer& answer) {
  const std::optional<IpAddress> address = IpAddress::parse(input);
  if (address) {
    answer.bytes(address->truncated().bytes());
  } else {
    answer.number(-2);
  }
}

void answer_duration(std::string_view input, Answer& answer) {
  Bytes bytes(input);
  const std::uint64_t low = bytes.next32();
  const std::uint64_t high = bytes.next32();
  answer.text(duration_bucket(static_cast<std::int64_t>(low | high << 32)));
}

void answer_event_name(std::string_view input, Answer& answer) {
  answer.number(is_event_name(input) ? 1 : 0);
}

void answer_gpp(std::string_view input, Answer& answer) {
  const std::optional<UsNational> section = decode_gpp(input);
  if (!section) {
    answer.number(-2);
    return;
  }
  answer.text(encode_gpp(*section).view());
}

using Answerer = std::function<void(std::string_view, Answer&)>;

const std::map<std::string, Answerer, std::less<>> kTargets = {
    {"address", answer_address},
    {"cookie", answer_cookie},
    {"decision", answer_decision},
    {"duration", answer_duration},
    {"event_name", answer_event_name},
    {"gpp", answer_gpp},
    {"referrer", answer_referrer},
    {"region", answer_region},
    {"signal", answer_signal},
    {"token", answer_token},
    {"url", answer_url},
    {"user_agent", answer_user_agent},
};

std::optional<unsigned> digit(char character) {
  if (character >= '0' && character <= '9') return static_cast<unsigned>(character - '0');
  if (character >= 'a' && character <= 'f') return static_cast<unsigned>(character - 'a') + 10;
  return std::nullopt;
}

std::optional<std::vector<char>> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::vector<char> bytes(hex.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto high = digit(hex[2 * i]);
    const auto low = digit(hex[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    bytes[i] = static_cast<char>(static_cast<unsigned char>(*high << 4 | *low));
  }
  bytes.shrink_to_fit();
  return bytes;
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    const std::string_view text = line;
    const std::size_t blank = text.find(' ');
    const auto target = kTargets.find(text.substr(0, blank));
    const auto input =
        from_hex(blank == std::string_view::npos ? std::string_view{} : text.substr(blank + 1));
    if (target == kTargets.end() || !input) {
      std::fprintf(stderr, "core_answers: not a line \"target hex\": %.40s\n", line.c_str());
      return 2;
    }
    Answer answer;
    target->second({input->data(), input->size()}, answer);
    std::cout << answer.line() << '\n';
  }
  return 0;
}
