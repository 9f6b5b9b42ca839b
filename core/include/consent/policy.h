#pragma once
// Purposes, and what a site's policy says about them that a decision depends on.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace consent {

enum class Purpose : std::uint8_t { essential = 0, analytics = 1, marketing = 2 };
inline constexpr std::size_t kPurposes = 3;
std::optional<Purpose> parse_purpose(std::string_view text);  // exact spelling
std::string_view to_text(Purpose purpose);

enum class Choice : std::uint8_t { not_asked = 0, denied = 1, granted = 2 };
std::optional<Choice> parse_choice(std::string_view text);  // "granted" or "denied"
std::string_view to_text(Choice choice);                    // "" for not_asked

// One choice per optional purpose, two bits each (bits 0-1 belong to essential and stay 0).
class Choices {
 public:
  constexpr Choice of(Purpose purpose) const {
    return static_cast<Choice>((bits_ >> (2 * static_cast<unsigned>(purpose))) & 3u);
  }
  constexpr void set(Purpose purpose, Choice choice) {
    const unsigned shift = 2 * static_cast<unsigned>(purpose);
    bits_ = static_cast<std::uint16_t>((bits_ & ~(3u << shift)) |
                                       (static_cast<unsigned>(choice) << shift));
  }
  constexpr bool any_granted() const { return (bits_ & 0xaaaau) != 0; }
  constexpr std::uint16_t bits() const { return bits_; }
  // Empty when a bit pair is 3, essential is set, or a purpose is set that does not exist.
  static std::optional<Choices> from_bits(std::uint16_t bits);
  friend constexpr bool operator==(Choices, Choices) = default;

 private:
  std::uint16_t bits_ = 0;
};

using PolicyVersion = std::uint16_t;  // 0 = none

// The policy in force, reduced to what decides. `material_since[p]`: the oldest version whose
// purposes, recipients, controller and legal basis for p are the same as today's; a grant given
// under an older one no longer counts for p. 0 means the policy does not use the purpose.
struct PolicyInForce {
  PolicyVersion version = 0;
  std::array<PolicyVersion, kPurposes> material_since{};
};

}  // namespace consent
