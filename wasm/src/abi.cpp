// The consent module: C functions over the core. See abi_page.h for the calling convention.

#include <optional>

#include "abi_page.h"
#include "abi_records.h"
#include "consent/cookie_header.h"
#include "consent/region.h"
#include "consent/ruleset.h"
#include "consent/signals.h"

namespace consent::abi {

unsigned char page_in[kPageInBytes];
unsigned char page_out[kPageOutBytes];

namespace {

Instant instant(std::int64_t seconds) { return Instant{std::chrono::seconds{seconds}}; }

StateRecord to_record(const RecordState& state) {
  return {static_cast<std::uint8_t>(state.action),
          static_cast<std::uint8_t>(state.hold),
          static_cast<std::uint8_t>(state.model),
          static_cast<std::uint8_t>(state.gpc),
          state.choices.bits(),
          state.policy,
          state.decided_at.time_since_epoch().count(),
          state.denied_event_ms};
}

// The region is left out: a decision is made under the model of the question.
std::optional<RecordState> to_state(const StateRecord& record) {
  const std::optional<Choices> choices = Choices::from_bits(record.choices);
  if (!choices || record.action > static_cast<std::uint8_t>(Action::default_state) ||
      record.hold > static_cast<std::uint8_t>(Hold::erased) || record.model > 1 || record.gpc > 1) {
    return std::nullopt;
  }
  RecordState state;
  state.choices = *choices;
  state.action = static_cast<Action>(record.action);
  state.decided_at = instant(record.decided_at_s);
  state.denied_event_ms = record.denied_event_ms;
  state.policy = record.policy;
  state.model = static_cast<Model>(record.model);
  state.gpc = record.gpc != 0;
  state.hold = static_cast<Hold>(record.hold);
  return state;
}

std::optional<Question> question_in() {
  const auto record = record_in<QuestionRecord>();
  const std::optional<RecordState> state = to_state(record.state);
  if (!state || record.purpose >= kPurposes || record.model > 1 || record.signals > 3)
    return std::nullopt;
  Question question;
  question.purpose = static_cast<Purpose>(record.purpose);
  question.model = static_cast<Model>(record.model);
  question.policy.version = record.policy;
  for (std::size_t i = 0; i < kPurposes; ++i) {
    question.policy.material_since[i] = record.material_since[i];
  }
  question.state = *state;
  question.signals = {.gpc = (record.signals & 1) != 0, .dnt = (record.signals & 2) != 0};
  question.now = instant(record.now_s);
  return question;
}

TokenRecord to_record(const Token& token) {
  TokenRecord record{};
  record.state = to_record(state_of(token));
  record.decided_at_s = token.decided_at.time_since_epoch().count();
  record.policy = token.policy;
  record.choices = token.choices.bits();
  record.kind = static_cast<std::uint8_t>(token.kind);
  record.key_id = token.key_id;
  record.action = static_cast<std::uint8_t>(token.action);
  record.gpc = static_cast<std::uint8_t>(token.gpc);
  std::memcpy(record.subject, token.subject.data(), token.subject.size());
  const RegionText region = to_text(token.region);
  record.region_size = region.size;
  std::memcpy(record.region, region.characters.data(), region.characters.size());
  return record;
}

std::optional<Token> to_token(const TokenRecord& record) {
  const std::optional<Choices> choices = Choices::from_bits(record.choices);
  if (!choices || record.kind < static_cast<std::uint8_t>(TokenKind::grant) ||
      record.kind > static_cast<std::uint8_t>(TokenKind::withdrawn) || record.key_id > 15 ||
      record.action > static_cast<std::uint8_t>(Action::default_state) || record.gpc > 1 ||
      record.region_size > sizeof record.region) {
    return std::nullopt;
  }
  Token token;
  token.kind = static_cast<TokenKind>(record.kind);
  token.key_id = record.key_id;
  token.decided_at = instant(record.decided_at_s);
  token.policy = record.policy;
  token.choices = *choices;
  token.action = static_cast<Action>(record.action);
  token.region = parse_region(std::string_view{record.region, record.region_size});
  token.gpc = record.gpc != 0;
  std::memcpy(token.subject.data(), record.subject, token.subject.size());
  return token;
}

}  // namespace
}  // namespace consent::abi

using namespace consent;       // NOLINT: this file is the boundary, it has no names of its own
using namespace consent::abi;  // NOLINT

extern "C" {

std::int32_t consent_abi_version() { return 1; }
unsigned char* consent_page_in() { return page_in; }
unsigned char* consent_page_out() { return page_out; }

// In: a country and, behind it, a subdivision. Out: "", "DE" or "US-CA".
std::int32_t consent_region(std::int32_t country_size, std::int32_t subdivision_size) {
  if (!fits(country_size, subdivision_size)) return kBadSize;
  const Region region =
      parse_region(text_in(0, country_size), text_in(country_size, subdivision_size));
  return text_out(to_text(region).view());
}

// In: "DE" or "US-CA". `day` counts from 1970-01-01. The result is id | model << 8 | scope << 16 |
// zone << 24.
std::int32_t consent_regime(std::int32_t region_size, std::int32_t day) {
  if (!fits(region_size)) return kBadSize;
  const Region region = parse_region(text_in(0, region_size));
  const Regime regime = regime_for(region, Date{std::chrono::days{day}});
  return static_cast<std::int32_t>(regime.id) | static_cast<std::int32_t>(regime.model) << 8 |
         static_cast<std::int32_t>(regime.gdpr_scope) << 16 |
         static_cast<std::int32_t>(zone_for(region, regime)) << 24;
}

// In: a QuestionRecord. Out: expires_at in seconds, i64. The result is a Reason.
std::int32_t consent_decide() {
  const std::optional<Question> question = question_in();
  if (!question) return kBadRecord;
  const Decision decision = decide(*question);
  record_out<std::int64_t>(decision.expires_at.time_since_epoch().count());
  return static_cast<std::int32_t>(decision.reason);
}

// In: a QuestionRecord. 0 or 1.
std::int32_t consent_must_ask() {
  const std::optional<Question> question = question_in();
  if (!question) return kBadRecord;
  return must_ask(*question) ? 1 : 0;
}

// In: a token's text. Out: a TokenRecord. The result is its kind.
std::int32_t consent_token_parse(std::int32_t size) {
  if (!fits(size)) return kBadSize;
  const ParsedToken parsed = parse_token(text_in(0, size));
  if (parsed.error) return kToken - static_cast<std::int32_t>(*parsed.error);
  record_out(to_record(parsed.token));
  return static_cast<std::int32_t>(parsed.token.kind);
}

// In: a TokenRecord. Out: the payload. The result is its length.
std::int32_t consent_token_encode() {
  const std::optional<Token> token = to_token(record_in<TokenRecord>());
  if (!token) return kBadRecord;
  const TokenPayload payload = encode_payload(*token);
  record_out(payload.bytes);
  return static_cast<std::int32_t>(payload.size);
}

// In: a cookie name and, behind it, the cookies. Out: the value; the result is its length.
std::int32_t consent_cookie_find(std::int32_t name_size, std::int32_t cookies_size) {
  if (!fits(name_size, cookies_size)) return kBadSize;
  const CookieValue found = find_cookie(text_in(name_size, cookies_size), text_in(0, name_size));
  if (found.lookup == CookieLookup::absent) return kAbsent;
  if (found.lookup == CookieLookup::ambiguous) return kAmbiguous;
  return text_out(found.value);
}

// In: the value of a Sec-GPC or DNT field. 0 or 1.
std::int32_t consent_gpc_parse(std::int32_t size) {
  return fits(size) ? static_cast<std::int32_t>(parse_sec_gpc(text_in(0, size))) : kBadSize;
}
std::int32_t consent_dnt_parse(std::int32_t size) {
  return fits(size) ? static_cast<std::int32_t>(parse_dnt(text_in(0, size))) : kBadSize;
}

}  // extern "C"
