#include "consent/base64url.h"
#include "consent/token.h"
#include "support/catch.h"
#include "vector_file.h"

namespace consent::vectors {
namespace {

std::string kind_text(TokenKind kind) {
  switch (kind) {
    case TokenKind::grant:
      return "grant";
    case TokenKind::refused:
      return "refused";
    case TokenKind::opted_out:
      return "opted_out";
    case TokenKind::gpc:
      return "gpc";
    case TokenKind::withdrawn:
      return "withdrawn";
  }
  return "";
}

std::string choice_text(Choice choice) {
  return choice == Choice::not_asked ? "not_asked" : std::string(to_text(choice));
}

Json token_json(const Token& token) {
  Json subject = nullptr;
  if (token.kind == TokenKind::grant) {
    std::string text(base64url_size(token.subject.size()), '\0');
    base64url_encode(token.subject, text);
    subject = text;
  }
  const RecordState state = state_of(token);
  return {{"kind", kind_text(token.kind)},
          {"key_id", token.key_id},
          {"decided_at", rfc3339(token.decided_at)},
          {"policy", token.policy},
          {"choices",
           {{"analytics", choice_text(state.choices.of(Purpose::analytics))},
            {"marketing", choice_text(state.choices.of(Purpose::marketing))}}},
          {"action", std::string(to_text(state.action))},
          {"region", region_json(token.region)},
          {"gpc", token.gpc},
          {"subject", subject}};
}

void check_readable(const ParsedToken& parsed, const std::string& text, Json expected) {
  expected.erase("mac");  // who holds no key cannot know
  REQUIRE_FALSE(parsed.error.has_value());
  CHECK(token_json(parsed.token) == expected);
  const TokenPayload again = encode_payload(parsed.token);
  CHECK(again.size == parsed.payload.size);
  CHECK(again.bytes == parsed.payload.bytes);
  CHECK(format_token(again.view(), parsed.mac).view() == text);
}

}  // namespace

TEST_CASE("every token vector is read as its fields or refused with its error") {
  for_each_vector("token", [](const Json& vector, const Json&) {
    const std::string text = vector.at("input").at("token").get<std::string>();
    const ParsedToken parsed = parse_token(ExactText(text).view());
    if (vector.contains("expect")) {
      check_readable(parsed, text, vector["expect"]);
    } else {
      REQUIRE(parsed.error.has_value());
      CHECK(std::string(to_text(*parsed.error)) == vector.at("expect_error").get<std::string>());
    }
  });
}

}  // namespace consent::vectors
