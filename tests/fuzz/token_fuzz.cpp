// A token that is accepted is canonical: formatting it again gives the same characters.

#include <cstdint>
#include <span>
#include <string_view>

#include "consent/token.h"
#include "property.h"

using namespace consent;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ParsedToken parsed = parse_token(text);
  if (!parsed.error) {
    PROPERTY(size <= kTokenTextBytesMax);
    const TokenPayload again = encode_payload(parsed.token);
    PROPERTY(again.size == parsed.payload.size && again.bytes == parsed.payload.bytes);
    PROPERTY(format_token(again.view(), parsed.mac).view() == text);
    PROPERTY((parsed.token.kind == TokenKind::grant) == parsed.token.choices.any_granted());
    PROPERTY(state_of(parsed.token).recorded());
    if (parsed.token.kind != TokenKind::grant) PROPERTY(parsed.token.subject == SubjectId{});
  }
  const DecodedPayload raw = decode_payload(std::span(data, size));
  if (!raw.error) {
    const TokenPayload again = encode_payload(raw.token);
    PROPERTY(again.size == size);
    for (std::size_t i = 0; i < size; ++i) PROPERTY(again.bytes[i] == data[i]);
  }
  return 0;
}
