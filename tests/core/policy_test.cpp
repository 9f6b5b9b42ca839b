#include "consent/policy.h"

#include "support/catch.h"

using consent::Choice;
using consent::Choices;
using consent::Purpose;

TEST_CASE("purposes and choices have one spelling") {
  CHECK(consent::parse_purpose("essential") == Purpose::essential);
  CHECK(consent::parse_purpose("analytics") == Purpose::analytics);
  CHECK(consent::parse_purpose("marketing") == Purpose::marketing);
  for (const char* text : {"", "Analytics", "analytics ", "ads", "essentia"}) {
    CHECK_FALSE(consent::parse_purpose(text));
  }
  CHECK(consent::parse_choice("granted") == Choice::granted);
  CHECK(consent::parse_choice("denied") == Choice::denied);
  for (const char* text : {"", "Granted", "yes", "true", "not_asked"}) {
    CHECK_FALSE(consent::parse_choice(text));
  }
  CHECK(consent::to_text(Choice::not_asked).empty());
  CHECK(consent::to_text(static_cast<Purpose>(3)).empty());
}

TEST_CASE("choices keep the purposes apart") {
  Choices choices;
  choices.set(Purpose::analytics, Choice::granted);
  choices.set(Purpose::marketing, Choice::denied);
  CHECK(choices.of(Purpose::analytics) == Choice::granted);
  CHECK(choices.of(Purpose::marketing) == Choice::denied);
  CHECK(choices.of(Purpose::essential) == Choice::not_asked);
  CHECK(choices.any_granted());
  choices.set(Purpose::analytics, Choice::denied);
  CHECK_FALSE(choices.any_granted());
}

TEST_CASE("of all bit patterns only meaningful choices are read") {
  unsigned accepted = 0;
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto choices = Choices::from_bits(static_cast<std::uint16_t>(bits));
    if (!choices) continue;
    ++accepted;
    REQUIRE(choices->bits() == bits);
    REQUIRE((bits & 3u) == 0);
    REQUIRE((bits >> 6) == 0);
  }
  CHECK(accepted == 9);  // three choices for each of two purposes
}
