#include "visitor/subject_id.h"

#include "consent/base64url.h"
#include "support/catch.h"

using namespace consent;
using namespace consent::server;

namespace {

std::optional<SubjectId> by_the_book(std::string_view text) {
  SubjectId subject{};
  if (base64url_decode(text, subject) != subject.size() || subject == SubjectId{})
    return std::nullopt;
  return subject;
}

}  // namespace

TEST_CASE("A subject's id is read as base64url is, and nothing else is") {
  const SubjectId subject = make_subject_id();
  const std::string text = subject_text(subject);
  REQUIRE(text.size() == 22);
  CHECK(parse_subject_id(text) == subject);
  std::size_t taken = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      const auto parsed = parse_subject_id(changed);
      INFO(at << ' ' << byte);
      CHECK(parsed == by_the_book(changed));
      taken += parsed ? 1U : 0U;
    }
  }
  CHECK(taken == 21 * 64 + 4);  // the last character has two bits
}

TEST_CASE("A subject's id of another length, or of nothing but zeros, is none") {
  CHECK_FALSE(parse_subject_id(""));
  CHECK_FALSE(parse_subject_id(std::string(21, 'B')));
  CHECK_FALSE(parse_subject_id(std::string(23, 'B')));
  CHECK_FALSE(parse_subject_id(std::string(22, 'A')));
  CHECK(parse_subject_id(std::string(21, 'A') + "Q"));
}
