#include "consent/policy.h"

namespace consent {

std::optional<Purpose> parse_purpose(std::string_view text) {
  for (const Purpose purpose : {Purpose::essential, Purpose::analytics, Purpose::marketing}) {
    if (text == to_text(purpose)) return purpose;
  }
  return std::nullopt;
}

std::string_view to_text(Purpose purpose) {
  switch (purpose) {
    case Purpose::essential:
      return "essential";
    case Purpose::analytics:
      return "analytics";
    case Purpose::marketing:
      return "marketing";
  }
  return "";
}

std::optional<Choice> parse_choice(std::string_view text) {
  if (text == "granted") return Choice::granted;
  if (text == "denied") return Choice::denied;
  return std::nullopt;
}

std::string_view to_text(Choice choice) {
  switch (choice) {
    case Choice::granted:
      return "granted";
    case Choice::denied:
      return "denied";
    case Choice::not_asked:
      break;
  }
  return "";
}

std::optional<Choices> Choices::from_bits(std::uint16_t bits) {
  const unsigned known = ((1u << (2 * kPurposes)) - 1) & ~3u;
  const unsigned both = bits & (bits >> 1) & 0x5555u;
  if ((bits & ~known) != 0 || both != 0) return std::nullopt;
  Choices choices;
  choices.bits_ = bits;
  return choices;
}

}  // namespace consent
