#pragma once
// The signed record the visitor carries: "1.<payload>.<mac>", both base64url without padding. Bit
// layout and what a reader must reject: core/FORMAT.md. This header knows the bytes; the MAC is
// made and checked by the service (HMAC-SHA-256 truncated to 16 bytes over token_signing_input),
// never in the browser.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "consent/record_state.h"

namespace consent {

using SubjectId = std::array<std::uint8_t, 16>;  // random; 22 characters base64url in JSON

enum class TokenKind : std::uint8_t {
  grant = 1,    // carries a subject
  refused = 2,  // the rest carry none, and a day instead of a time: the same for everyone that day
  opted_out = 3,
  gpc = 4,
  withdrawn = 5
};

struct Token {
  TokenKind kind = TokenKind::refused;
  std::uint8_t key_id = 0;  // 0..15, which MAC key; for rotation
  Instant decided_at{};     // whole days except for a grant
  PolicyVersion policy = 0;
  Choices choices;               // all optional purposes denied except for a grant
  Action action = Action::none;  // how a grant came about (accept_all, save, default_state); else
                                 // implied by kind
  Region region;                 // a grant's; unknown else
  bool gpc = false;
  SubjectId subject{};  // a grant's; zero else
};

inline constexpr std::size_t kTokenPayloadBytesMax = 40;
inline constexpr std::size_t kTokenMacBytes = 16;
inline constexpr std::size_t kTokenTextBytesMax = 96;  // longer input is refused unread

struct TokenPayload {
  std::array<std::uint8_t, kTokenPayloadBytesMax> bytes{};
  std::size_t size = 0;
  std::span<const std::uint8_t> view() const { return {bytes.data(), size}; }
};

enum class TokenError : std::uint8_t {
  too_long = 1,
  not_three_parts,
  unknown_version,
  bad_base64url,
  truncated,
  trailing_bytes,
  unknown_kind,
  bad_choices,
  bad_region,
  bad_action,
  bad_time,
  not_canonical
};
std::string_view to_text(TokenError error);

// Canonical: equal tokens give equal bytes, whatever stands in the fields a kind does not carry. An
// unlisted country is written as unknown, a time out of range as the nearest in range. Empty (size
// 0, which no reader accepts) when the token cannot be: a grant that grants nothing, or by an
// action that grants nothing.
TokenPayload encode_payload(const Token& token);

struct DecodedPayload {
  Token token;
  std::optional<TokenError> error;  // when set, `token` is meaningless
};
// Accepts exactly what encode_payload makes: encode_payload(decode_payload(b)) == b for every
// accepted b.
DecodedPayload decode_payload(std::span<const std::uint8_t> payload);

struct TokenText {
  std::array<char, kTokenTextBytesMax> characters{};
  std::size_t size = 0;
  std::string_view view() const { return {characters.data(), size}; }
};
TokenText format_token(std::span<const std::uint8_t> payload,
                       std::span<const std::uint8_t, kTokenMacBytes> mac);

// What the MAC covers: three fields, each behind its length as two bytes, high byte first:
// "consent-token-1", the site, the payload. A token of one site is so worthless on another. The
// number of bytes written; 0 when the site is empty or longer than kTokenSiteBytesMax, or `out` is
// too small.
inline constexpr std::string_view kTokenDomain = "consent-token-1";
inline constexpr std::size_t kTokenSiteBytesMax = 253;
inline constexpr std::size_t kTokenSigningBytesMax =
    3 * 2 + kTokenDomain.size() + kTokenSiteBytesMax + kTokenPayloadBytesMax;
std::size_t token_signing_input(std::string_view site, std::span<const std::uint8_t> payload,
                                std::span<std::uint8_t> out);

struct ParsedToken {
  Token token;
  TokenPayload payload;
  std::array<std::uint8_t, kTokenMacBytes> mac{};
  std::optional<TokenError> error;
};
// Splits and decodes. The MAC is not checked: a browser may act on it (it only steers the browser
// itself), a service must check it first.
ParsedToken parse_token(std::string_view text);

// What a token says, as a state to decide on.
RecordState state_of(const Token& token);

}  // namespace consent
