#include "subject_id.h"

#include <array>

#include "consent/base64url.h"
#include "crypto/random.h"

namespace consent::server {

SubjectId make_subject_id() { return random_bytes<16>(); }

std::optional<SubjectId> parse_subject_id(std::string_view text) {
  SubjectId subject{};
  if (text.size() != base64url_size(subject.size())) return std::nullopt;
  if (base64url_decode(text, subject) != subject.size() || subject == SubjectId{})
    return std::nullopt;
  return subject;
}

std::string subject_text(const SubjectId& subject) {
  std::array<char, base64url_size(16)> text{};
  base64url_encode(subject, text);
  return {text.data(), text.size()};
}

}  // namespace consent::server
