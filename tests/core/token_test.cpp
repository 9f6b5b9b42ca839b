#include "consent/token.h"

#include <string>
#include <vector>

#include "consent/base64url.h"
#include "support/catch.h"

using consent::Action;
using consent::Choice;
using consent::decode_payload;
using consent::encode_payload;
using consent::Instant;
using consent::parse_token;
using consent::Purpose;
using consent::Token;
using consent::TokenError;
using consent::TokenKind;
using consent::TokenPayload;
using std::chrono::days;
using std::chrono::seconds;

namespace {

using Bytes = std::vector<std::uint8_t>;

Token grant() {
  Token token;
  token.kind = TokenKind::grant;
  token.key_id = 5;
  token.decided_at = Instant{seconds{1'795'428'000}};  // 2026-11-23T10:00:00Z
  token.policy = 3;
  token.choices.set(Purpose::analytics, Choice::granted);
  token.choices.set(Purpose::marketing, Choice::denied);
  token.action = Action::save;
  token.region = consent::parse_region("US-CA");
  for (std::size_t i = 0; i < token.subject.size(); ++i)
    token.subject[i] = static_cast<std::uint8_t>(i);
  return token;
}

Token refusal(TokenKind kind) {
  Token token;
  token.kind = kind;
  token.key_id = 1;
  token.decided_at = Instant{days{20'780}};
  token.policy = 3;
  return token;
}

Bytes bytes_of(const TokenPayload& payload) {
  return {payload.view().begin(), payload.view().end()};
}

std::optional<TokenError> error_of(const Bytes& bytes) { return decode_payload(bytes).error; }

Bytes with(Bytes bytes, std::size_t at, unsigned value) {
  bytes[at] = static_cast<std::uint8_t>(value);
  return bytes;
}

constexpr std::array<std::uint8_t, consent::kTokenMacBytes> kMac{1, 2, 3};

std::string text_of(const Token& token) {
  return std::string(consent::format_token(encode_payload(token).view(), kMac).view());
}

}  // namespace

TEST_CASE("the examples of FORMAT.md, byte for byte") {
  CHECK(bytes_of(encode_payload(grant())) ==
        Bytes{0x15, 0x6b, 0x04, 0x0e, 0xa0, 0x00, 0x03, 0x66, 0x02, 0x1b, 0x10, 0x30, 0,  1,
              2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12,   13,   14, 15});
  CHECK(bytes_of(encode_payload(refusal(TokenKind::refused))) ==
        Bytes{0x21, 0x51, 0x2c, 0x00, 0x03});
}

TEST_CASE("a grant reads back as it was written") {
  const auto decoded = decode_payload(encode_payload(grant()).view());
  REQUIRE_FALSE(decoded.error);
  const Token& token = decoded.token;
  CHECK(token.kind == TokenKind::grant);
  CHECK(token.key_id == 5);
  CHECK(token.decided_at == grant().decided_at);
  CHECK(token.policy == 3);
  CHECK(token.choices == grant().choices);
  CHECK(token.action == Action::save);
  CHECK(token.region == grant().region);
  CHECK_FALSE(token.gpc);
  CHECK(token.subject == grant().subject);
}

TEST_CASE("every region survives a grant") {
  for (const char* code : {"", "DE", "US-CA", "FR-IDF", "FR-75", "GB-A", "ES-0", "ZW", "AD-Z9"}) {
    Token token = grant();
    token.region = consent::parse_region(code);
    CAPTURE(code);
    CHECK(decode_payload(encode_payload(token).view()).token.region == token.region);
  }
  Token unlisted = grant();
  unlisted.region.country = consent::CountryCode::from_letters('Q', 'Q');
  CHECK_FALSE(decode_payload(encode_payload(unlisted).view()).token.region.country.known());
}

TEST_CASE("a refusal is the same for everyone that day and carries no identifier") {
  for (unsigned number = 2; number <= 5; ++number) {
    Token token = refusal(static_cast<TokenKind>(number));
    const auto expected = bytes_of(encode_payload(token));
    CHECK(expected.size() == 5);
    token.decided_at += seconds{86'399};
    token.subject.fill(7);
    token.region = consent::parse_region("DE");
    token.choices.set(Purpose::analytics, Choice::granted);
    token.action = Action::accept_all;
    token.gpc = true;
    CHECK(bytes_of(encode_payload(token)) == expected);
    const auto decoded = decode_payload(expected);
    REQUIRE_FALSE(decoded.error);
    CHECK_FALSE(decoded.token.choices.any_granted());
    CHECK(decoded.token.subject == consent::SubjectId{});
    CHECK(decoded.token.decided_at == Instant{days{20'780}});
  }
}

TEST_CASE("what cannot be a token is not encoded") {
  Token nothing_granted = grant();
  nothing_granted.choices = {};
  CHECK(encode_payload(nothing_granted).size == 0);
  for (const Action action : {Action::none, Action::reject_all, Action::withdraw, Action::gpc}) {
    Token token = grant();
    token.action = action;
    CHECK(encode_payload(token).size == 0);
  }
  Token key = grant();
  key.key_id = 16;
  CHECK(encode_payload(key).size == 0);
  CHECK(encode_payload(refusal(static_cast<TokenKind>(0))).size == 0);
  CHECK(encode_payload(refusal(static_cast<TokenKind>(6))).size == 0);
}

TEST_CASE("a time out of range becomes the nearest in range") {
  Token early = grant();
  early.decided_at = Instant{seconds{-5}};
  CHECK(decode_payload(encode_payload(early).view()).token.decided_at == Instant{seconds{1}});
  Token late = grant();
  late.decided_at = Instant{seconds{1} * 0x1'0000'0000};
  CHECK(decode_payload(encode_payload(late).view()).token.decided_at ==
        Instant{seconds{0xffffffff}});
  Token refused = refusal(TokenKind::refused);
  refused.decided_at = Instant{days{1'000'000}};
  CHECK(decode_payload(encode_payload(refused).view()).token.decided_at == Instant{days{0xffff}});
}

TEST_CASE("each thing a reader must refuse has its error") {
  const Bytes valid = bytes_of(encode_payload(grant()));
  const Bytes refused = bytes_of(encode_payload(refusal(TokenKind::refused)));
  CHECK(error_of({}) == TokenError::truncated);
  CHECK(error_of(with(valid, 0, 0x05)) == TokenError::unknown_kind);
  CHECK(error_of(with(valid, 0, 0x65)) == TokenError::unknown_kind);
  CHECK(error_of(with(valid, 0, 0x25)) == TokenError::trailing_bytes);
  CHECK(error_of(with(refused, 0, 0x11)) == TokenError::truncated);
  CHECK(error_of(with(valid, 7, 0x56)) == TokenError::bad_choices);  // nothing granted
  CHECK(error_of(with(valid, 7, 0xb6)) == TokenError::bad_choices);  // a choice of 3
  CHECK(error_of(with(valid, 7, 0x60)) == TokenError::bad_action);
  CHECK(error_of(with(valid, 7, 0x64)) == TokenError::bad_action);
  CHECK(error_of(with(valid, 7, 0x6e)) == TokenError::bad_action);
  CHECK(error_of(with(valid, 8, 0xff)) == TokenError::bad_region);
  CHECK(error_of(with(with(valid, 8, 0), 9, 1)) == TokenError::bad_region);     // AA is no country
  CHECK(error_of(with(with(valid, 8, 0), 9, 0)) == TokenError::not_canonical);  // a part of nowhere
  CHECK(error_of(with(valid, 10, 0xff)) == TokenError::bad_region);
  CHECK(error_of(with(with(valid, 10, 0), 11, 1)) ==
        TokenError::not_canonical);  // a gap before "A"
  Bytes timeless = valid;
  for (std::size_t i = 1; i < 5; ++i) timeless[i] = 0;
  CHECK(error_of(timeless) == TokenError::bad_time);
  CHECK(error_of(with(with(refused, 1, 0), 2, 0)) == TokenError::bad_time);
}

TEST_CASE("every truncation and every trailing byte is refused") {
  for (const Bytes& valid :
       {bytes_of(encode_payload(grant())), bytes_of(encode_payload(refusal(TokenKind::gpc)))}) {
    for (std::size_t size = 0; size < valid.size(); ++size) {
      CHECK(error_of(Bytes(valid.begin(), valid.begin() + static_cast<long>(size))) ==
            TokenError::truncated);
    }
    for (unsigned byte = 0; byte < 256; ++byte) {
      Bytes longer = valid;
      longer.push_back(static_cast<std::uint8_t>(byte));
      CHECK(error_of(longer) == TokenError::trailing_bytes);
    }
  }
}

TEST_CASE("every changed byte is refused or means exactly itself") {
  for (const Bytes& valid :
       {bytes_of(encode_payload(grant())), bytes_of(encode_payload(refusal(TokenKind::refused)))}) {
    for (std::size_t at = 0; at < valid.size(); ++at) {
      for (unsigned value = 0; value < 256; ++value) {
        const Bytes changed = with(valid, at, value);
        const auto decoded = decode_payload(changed);
        if (!decoded.error) REQUIRE(bytes_of(encode_payload(decoded.token)) == changed);
      }
    }
  }
}

TEST_CASE("every pair of region bytes is refused or means exactly itself") {
  const Bytes valid = bytes_of(encode_payload(grant()));
  for (unsigned value = 0; value < 0x10000; ++value) {
    for (const std::size_t at : {std::size_t{8}, std::size_t{10}}) {
      const Bytes changed = with(with(valid, at, value >> 8), at + 1, value & 0xff);
      const auto decoded = decode_payload(changed);
      if (!decoded.error) REQUIRE(bytes_of(encode_payload(decoded.token)) == changed);
    }
  }
}

TEST_CASE("the text is short and reads back") {
  const std::string text = text_of(grant());
  CHECK(text.size() <= consent::kTokenTextBytesMax);
  CHECK(text.size() == 2 + 38 + 1 + 22);
  CHECK(text.rfind("1.", 0) == 0);
  const auto parsed = parse_token(text);
  REQUIRE_FALSE(parsed.error);
  CHECK(parsed.mac == kMac);
  CHECK(bytes_of(parsed.payload) == bytes_of(encode_payload(grant())));
  CHECK(parsed.token.subject == grant().subject);
  CHECK(text_of(refusal(TokenKind::withdrawn)).size() == 2 + 7 + 1 + 22);
}

TEST_CASE("a malformed text has its error") {
  const std::string valid = text_of(refusal(TokenKind::refused));
  const std::string payload = valid.substr(2, 7);
  const std::string mac = valid.substr(10);
  const auto error = [](const std::string& text) { return parse_token(text).error; };
  CHECK_FALSE(error(valid));
  CHECK(error("") == TokenError::not_three_parts);
  CHECK(error("1." + payload) == TokenError::not_three_parts);
  CHECK(error(valid + ".") == TokenError::not_three_parts);
  CHECK(error("1." + payload + ".." + mac) == TokenError::not_three_parts);
  CHECK(error("2." + payload + "." + mac) == TokenError::unknown_version);
  CHECK(error("01." + payload + "." + mac) == TokenError::unknown_version);
  CHECK(error("." + payload + "." + mac) == TokenError::unknown_version);
  CHECK(error("1.." + mac) == TokenError::truncated);
  CHECK(error("1." + payload + ".") == TokenError::truncated);
  CHECK(error("1." + payload + "=." + mac) == TokenError::bad_base64url);
  CHECK(error("1." + payload + "." + mac.substr(0, 21)) == TokenError::bad_base64url);
  CHECK(error("1." + payload + "." + mac.substr(0, 20)) == TokenError::truncated);
  CHECK(error("1." + payload + "." + mac.substr(0, 20) + "AAAA") == TokenError::trailing_bytes);
  CHECK(error("1." + payload + "AA." + mac) == TokenError::bad_base64url);
  CHECK(error("1." + payload.substr(0, 6) + "MA." + mac) == TokenError::trailing_bytes);
  CHECK(error(" " + valid) == TokenError::unknown_version);
  CHECK(error(valid + " ") == TokenError::bad_base64url);
  CHECK(error("1." + std::string(71, 'A') + "." + mac) == TokenError::unknown_kind);
  CHECK(error("1." + std::string(72, 'A') + "." + mac) == TokenError::too_long);
  CHECK(error(std::string(97, '1')) == TokenError::too_long);
}

TEST_CASE("every truncation of the text is refused") {
  for (const std::string& valid : {text_of(grant()), text_of(refusal(TokenKind::opted_out))}) {
    for (std::size_t size = 0; size < valid.size(); ++size)
      CHECK(parse_token(valid.substr(0, size)).error);
    for (unsigned byte = 0; byte < 256; ++byte)
      CHECK(parse_token(valid + static_cast<char>(byte)).error);
  }
}

TEST_CASE("a token says what it stands for") {
  const auto state = consent::state_of(grant());
  CHECK(state.action == Action::save);
  CHECK(state.choices == grant().choices);
  CHECK(state.decided_at == grant().decided_at);
  CHECK(state.model == consent::Model::opt_out);  // California
  Token german = grant();
  german.region = consent::parse_region("DE");
  CHECK(consent::state_of(german).model == consent::Model::opt_in);
  struct Case {
    TokenKind kind;
    Action action;
    consent::Model model;
  };
  for (const Case& entry : {Case{TokenKind::refused, Action::reject_all, consent::Model::opt_in},
                            Case{TokenKind::opted_out, Action::reject_all, consent::Model::opt_out},
                            Case{TokenKind::gpc, Action::gpc, consent::Model::opt_out},
                            Case{TokenKind::withdrawn, Action::withdraw, consent::Model::opt_in}}) {
    const auto refused = consent::state_of(refusal(entry.kind));
    CHECK(refused.action == entry.action);
    CHECK(refused.model == entry.model);
    CHECK(refused.choices.of(Purpose::analytics) == Choice::denied);
    CHECK(refused.choices.of(Purpose::marketing) == Choice::denied);
  }
}

TEST_CASE("the MAC covers the domain, the site and the payload, each behind its length") {
  std::array<std::uint8_t, consent::kTokenSigningBytesMax> out{};
  const auto payload = encode_payload(refusal(TokenKind::refused));
  const std::size_t size = consent::token_signing_input("a.example", payload.view(), out);
  const std::string text(out.begin(), out.begin() + static_cast<long>(size));
  CHECK(text == std::string("\0\x0f"
                            "consent-token-1"
                            "\0\x09"
                            "a.example"
                            "\0\x05"
                            "\x21\x51\x2c\0\x03",
                            35));
  CHECK(consent::token_signing_input("", payload.view(), out) == 0);
  CHECK(consent::token_signing_input(std::string(254, 'a'), payload.view(), out) == 0);
  CHECK(consent::token_signing_input(std::string(253, 'a'), payload.view(), out) != 0);
  CHECK(consent::token_signing_input("a.example", payload.view(), std::span(out).first(34)) == 0);
  CHECK(consent::token_signing_input("a.example", Bytes(41), out) == 0);
}

TEST_CASE("every error has a name") {
  for (unsigned number = 1; number <= 12; ++number) {
    CHECK_FALSE(consent::to_text(static_cast<TokenError>(number)).empty());
  }
}
