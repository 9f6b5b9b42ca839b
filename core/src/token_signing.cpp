// What a MAC covers and why a token was refused: the service's half of token.h.
#include "consent/token.h"

namespace consent {
namespace {

class FieldWriter {
 public:
  explicit FieldWriter(std::span<std::uint8_t> out) : out_(out) {}
  void put_size(std::size_t size) {
    out_[size_++] = static_cast<std::uint8_t>(size >> 8);
    out_[size_++] = static_cast<std::uint8_t>(size & 0xff);
  }
  void put(std::string_view text) {
    put_size(text.size());
    for (const char character : text) out_[size_++] = static_cast<std::uint8_t>(character);
  }
  void put(std::span<const std::uint8_t> bytes) {
    put_size(bytes.size());
    for (const std::uint8_t byte : bytes) out_[size_++] = byte;
  }
  std::size_t size() const { return size_; }

 private:
  std::span<std::uint8_t> out_;
  std::size_t size_ = 0;
};

}  // namespace

std::size_t token_signing_input(std::string_view site, std::span<const std::uint8_t> payload,
                                std::span<std::uint8_t> out) {
  if (site.empty() || site.size() > kTokenSiteBytesMax) return 0;
  if (payload.size() > kTokenPayloadBytesMax) return 0;
  if (out.size() < 3 * 2 + kTokenDomain.size() + site.size() + payload.size()) return 0;
  FieldWriter writer(out);
  writer.put(kTokenDomain);
  writer.put(site);
  writer.put(payload);
  return writer.size();
}

std::string_view to_text(TokenError error) {
  switch (error) {
    case TokenError::too_long:
      return "too_long";
    case TokenError::not_three_parts:
      return "not_three_parts";
    case TokenError::unknown_version:
      return "unknown_version";
    case TokenError::bad_base64url:
      return "bad_base64url";
    case TokenError::truncated:
      return "truncated";
    case TokenError::trailing_bytes:
      return "trailing_bytes";
    case TokenError::unknown_kind:
      return "unknown_kind";
    case TokenError::bad_choices:
      return "bad_choices";
    case TokenError::bad_region:
      return "bad_region";
    case TokenError::bad_action:
      return "bad_action";
    case TokenError::bad_time:
      return "bad_time";
    case TokenError::not_canonical:
      return "not_canonical";
  }
  return "unknown_kind";
}

}  // namespace consent
