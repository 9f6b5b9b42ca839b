#include "visitor/subject_id.h"

#include <array>

#include "consent/base64url.h"
#include "crypto/random.h"

namespace consent::server {
namespace {

constexpr std::uint8_t kNoDigit = 64;

constexpr std::array<std::uint8_t, 256> digits() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> kDigits = digits();

}  // namespace

SubjectId make_subject_id() { return random_bytes<16>(); }

// A pipeline asks for thousands at once: what base64url_decode() answers, without a branch a
// character.
std::optional<SubjectId> parse_subject_id(std::string_view text) {
  SubjectId subject{};
  constexpr std::size_t kTextSize = base64url_size(sizeof(SubjectId));
  constexpr std::size_t kWhole = kTextSize / 4;  // groups of three bytes
  if (text.size() != kTextSize) return std::nullopt;
  const auto digit = [&](std::size_t at) -> std::uint32_t {
    return kDigits[static_cast<unsigned char>(text[at])];
  };
  std::uint32_t all = 0;
  for (std::size_t group = 0; group < kWhole; ++group) {
    const std::uint32_t a = digit(4 * group);
    const std::uint32_t b = digit(4 * group + 1);
    const std::uint32_t c = digit(4 * group + 2);
    const std::uint32_t d = digit(4 * group + 3);
    all |= a | b | c | d;
    const std::uint32_t bits = a << 18U | b << 12U | c << 6U | d;
    subject[3 * group] = static_cast<std::uint8_t>(bits >> 16U);
    subject[3 * group + 1] = static_cast<std::uint8_t>(bits >> 8U);
    subject[3 * group + 2] = static_cast<std::uint8_t>(bits);
  }
  const std::uint32_t high = digit(kTextSize - 2);
  const std::uint32_t low = digit(kTextSize - 1);
  subject[3 * kWhole] = static_cast<std::uint8_t>(high << 2U | low >> 4U);
  const bool stray_bits = (low & 15U) != 0;
  if ((all | high | low) >= kNoDigit || stray_bits || subject == SubjectId{}) return std::nullopt;
  return subject;
}

std::string subject_text(const SubjectId& subject) {
  std::array<char, base64url_size(16)> text{};
  base64url_encode(subject, text);
  return {text.data(), text.size()};
}

}  // namespace consent::server
