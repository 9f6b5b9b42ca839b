#include "consent/token.h"

#include "characters.h"
#include "consent/base64url.h"
#include "regime_table.h"

namespace consent {
namespace {

constexpr std::size_t kGrantBytes = 28;
constexpr std::size_t kRefusalBytes = 5;
constexpr unsigned kKeyIds = 16;
constexpr unsigned kSubdivisionBase = 37;  // 0 = no character, 1-26 = A-Z, 27-36 = 0-9
constexpr unsigned kSubdivisionNumbers = kSubdivisionBase * kSubdivisionBase * kSubdivisionBase;

class ByteWriter {
 public:
  explicit ByteWriter(TokenPayload& payload) : payload_(payload) {}
  void put(unsigned value) {
    payload_.bytes[payload_.size++] = static_cast<std::uint8_t>(value & 0xff);
  }
  void put16(unsigned value) { put(value >> 8), put(value); }
  void put32(std::uint32_t value) { put16(value >> 16), put16(value & 0xffff); }

 private:
  TokenPayload& payload_;
};

// The caller has checked the size.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : next_(bytes.data()) {}
  unsigned take() { return *next_++; }
  unsigned take16() {
    const unsigned high = take();
    return high << 8 | take();
  }
  std::uint32_t take32() {
    const std::uint32_t high = take16();
    return high << 16 | take16();
  }

 private:
  const std::uint8_t* next_;
};

std::uint32_t within(std::int64_t value, std::uint32_t most) {
  return value < 1 ? 1 : value > most ? most : static_cast<std::uint32_t>(value);
}

// Towards 1970: what lies before it is out of range anyway, and floor() is ten times the code.
std::chrono::days days_of(Instant instant) {
  return std::chrono::duration_cast<std::chrono::days>(instant.time_since_epoch());
}

bool can_grant(Action action) {
  return action == Action::accept_all || action == Action::save || action == Action::default_state;
}

unsigned country_number(CountryCode country) {
  return is_listed(country) ? letter_pair(country.text()) + 1 : 0;
}

unsigned character_number(char character) {
  if (character >= 'A') return static_cast<unsigned>(character - 'A') + 1;
  return static_cast<unsigned>(character - '0') + 27;
}

char numbered_character(unsigned number) {
  if (number <= kLetters) return static_cast<char>('A' + number - 1);
  return static_cast<char>('0' + number - 27);
}

unsigned subdivision_number(const SubdivisionCode& subdivision) {
  const std::string_view text = subdivision.text();
  unsigned number = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    number = number * kSubdivisionBase + (i < text.size() ? character_number(text[i]) : 0);
  }
  return number;
}

std::optional<TokenError> read_region(unsigned country, unsigned subdivision, Region& region) {
  if (country > kLetterPairs || subdivision >= kSubdivisionNumbers) return TokenError::bad_region;
  if (country == 0) {
    if (subdivision != 0) return TokenError::not_canonical;
    return std::nullopt;
  }
  const unsigned pair = country - 1;
  region.country = CountryCode::from_letters(static_cast<char>('A' + pair / kLetters),
                                             static_cast<char>('A' + pair % kLetters));
  if (!is_listed(region.country)) return TokenError::bad_region;
  std::array<char, 3> characters{};
  std::size_t size = 0;
  for (unsigned unit = kSubdivisionBase * kSubdivisionBase; unit != 0; unit /= kSubdivisionBase) {
    const unsigned number = subdivision / unit % kSubdivisionBase;
    if (number != 0) characters[size++] = numbered_character(number);
  }
  region.subdivision = SubdivisionCode::parse({characters.data(), size});
  if (subdivision_number(region.subdivision) != subdivision) return TokenError::not_canonical;
  return std::nullopt;
}

std::optional<TokenError> read_grant(ByteReader& reader, Token& token) {
  const std::uint32_t seconds = reader.take32();
  token.decided_at = Instant{std::chrono::seconds{seconds}};
  token.policy = static_cast<PolicyVersion>(reader.take16());
  const unsigned flags = reader.take();
  const auto choices = Choices::from_bits(static_cast<std::uint16_t>((flags >> 4) << 2));
  token.action = static_cast<Action>((flags >> 1) & 7);
  token.gpc = (flags & 1) != 0;
  const unsigned country = reader.take16();
  const unsigned subdivision = reader.take16();
  if (seconds == 0) return TokenError::bad_time;
  if (!choices || !choices->any_granted()) return TokenError::bad_choices;
  token.choices = *choices;
  if (!can_grant(token.action)) return TokenError::bad_action;
  if (const auto error = read_region(country, subdivision, token.region)) return error;
  for (std::uint8_t& byte : token.subject) byte = static_cast<std::uint8_t>(reader.take());
  return std::nullopt;
}

std::optional<TokenError> read_refusal(ByteReader& reader, Token& token) {
  const unsigned day = reader.take16();
  token.decided_at = Instant{std::chrono::days{day}};
  token.policy = static_cast<PolicyVersion>(reader.take16());
  token.choices.set(Purpose::analytics, Choice::denied);
  token.choices.set(Purpose::marketing, Choice::denied);
  token.gpc = token.kind == TokenKind::gpc;
  if (day == 0) return TokenError::bad_time;
  return std::nullopt;
}

std::optional<TokenError> read_payload(std::span<const std::uint8_t> payload, Token& token) {
  if (payload.empty()) return TokenError::truncated;
  ByteReader reader(payload);
  const unsigned first = reader.take();
  const unsigned kind = first >> 4;
  if (kind < 1 || kind > 5) return TokenError::unknown_kind;
  const std::size_t size = kind == 1 ? kGrantBytes : kRefusalBytes;
  if (payload.size() < size) return TokenError::truncated;
  if (payload.size() > size) return TokenError::trailing_bytes;
  token.kind = static_cast<TokenKind>(kind);
  token.key_id = static_cast<std::uint8_t>(first & (kKeyIds - 1));
  return kind == 1 ? read_grant(reader, token) : read_refusal(reader, token);
}

void write_grant(ByteWriter& writer, const Token& token) {
  writer.put32(within(token.decided_at.time_since_epoch().count(), 0xffffffff));
  writer.put16(token.policy);
  const unsigned choices = token.choices.bits() >> 2;
  writer.put(choices << 4 | static_cast<unsigned>(token.action) << 1 | (token.gpc ? 1u : 0u));
  const unsigned country = country_number(token.region.country);
  writer.put16(country);
  writer.put16(country == 0 ? 0 : subdivision_number(token.region.subdivision));
  for (const std::uint8_t byte : token.subject) writer.put(byte);
}

Action action_of(const Token& token) {
  switch (token.kind) {
    case TokenKind::grant:
      return token.action;
    case TokenKind::gpc:
      return Action::gpc;
    case TokenKind::withdrawn:
      return Action::withdraw;
    case TokenKind::refused:
    case TokenKind::opted_out:
      break;
  }
  return Action::reject_all;
}

Model model_of(const Token& token) {
  if (token.kind == TokenKind::grant) {
    return regime_for(token.region, Date{days_of(token.decided_at)}).model;
  }
  const bool opt_out = token.kind == TokenKind::opted_out || token.kind == TokenKind::gpc;
  return opt_out ? Model::opt_out : Model::opt_in;
}

std::optional<TokenError> decode_part(std::string_view text, std::span<std::uint8_t> out,
                                      std::size_t& size) {
  const auto decoded = base64url_decode(text, out);
  if (!decoded) return TokenError::bad_base64url;
  size = *decoded;
  return std::nullopt;
}

}  // namespace

TokenPayload encode_payload(const Token& token) {
  TokenPayload payload;
  const auto kind = static_cast<unsigned>(token.kind);
  if (kind < 1 || kind > 5 || token.key_id >= kKeyIds) return payload;
  const bool grant = token.kind == TokenKind::grant;
  if (grant && !(token.choices.any_granted() && can_grant(token.action))) return payload;
  ByteWriter writer(payload);
  writer.put(kind << 4 | token.key_id);
  if (grant) {
    write_grant(writer, token);
  } else {
    writer.put16(within(days_of(token.decided_at).count(), 0xffff));
    writer.put16(token.policy);
  }
  return payload;
}

DecodedPayload decode_payload(std::span<const std::uint8_t> payload) {
  DecodedPayload decoded;
  decoded.error = read_payload(payload, decoded.token);
  return decoded;
}

TokenText format_token(std::span<const std::uint8_t> payload,
                       std::span<const std::uint8_t, kTokenMacBytes> mac) {
  TokenText text;
  const std::size_t mac_size = base64url_size(kTokenMacBytes);
  const std::size_t payload_size = base64url_size(payload.size());
  if (payload.size() > kTokenPayloadBytesMax) return text;
  const std::span<char> out{text.characters};
  out[0] = '1';
  out[1] = '.';
  base64url_encode(payload, out.subspan(2, payload_size));
  out[2 + payload_size] = '.';
  base64url_encode(mac, out.subspan(3 + payload_size, mac_size));
  text.size = 3 + payload_size + mac_size;
  return text;
}

ParsedToken parse_token(std::string_view text) {
  ParsedToken parsed;
  const auto fail = [&](TokenError error) {
    parsed.error = error;
    return parsed;
  };
  if (text.size() > kTokenTextBytesMax) return fail(TokenError::too_long);
  std::size_t dots = 0;
  for (const char character : text) dots += character == '.' ? 1u : 0u;
  if (dots != 2) return fail(TokenError::not_three_parts);
  std::string_view tail = text;
  const std::string_view version = take_until(tail, '.');
  const std::string_view middle = take_until(tail, '.');
  if (version.size() != 1 || version[0] != '1') return fail(TokenError::unknown_version);

  std::array<std::uint8_t, kTokenTextBytesMax> bytes{};
  std::size_t size = 0;
  if (const auto error = decode_part(tail, bytes, size)) return fail(*error);
  if (size < kTokenMacBytes) return fail(TokenError::truncated);
  if (size > kTokenMacBytes) return fail(TokenError::trailing_bytes);
  for (std::size_t i = 0; i < kTokenMacBytes; ++i) parsed.mac[i] = bytes[i];
  if (const auto error = decode_part(middle, bytes, size)) return fail(*error);
  parsed.error = read_payload({bytes.data(), size}, parsed.token);
  if (parsed.error) return parsed;
  parsed.payload.size = size;
  for (std::size_t i = 0; i < size; ++i) parsed.payload.bytes[i] = bytes[i];
  return parsed;
}

RecordState state_of(const Token& token) {
  RecordState state;
  state.choices = token.choices;
  state.action = action_of(token);
  state.decided_at = token.decided_at;
  state.policy = token.policy;
  state.region = token.region;
  state.gpc = token.gpc;
  state.model = model_of(token);
  if (token.kind == TokenKind::grant) return state;
  state.choices = {};
  state.choices.set(Purpose::analytics, Choice::denied);
  state.choices.set(Purpose::marketing, Choice::denied);
  return state;
}

}  // namespace consent
