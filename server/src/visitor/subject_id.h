#pragma once
// The random id of a visitor who granted something, as text.

#include <optional>
#include <string>
#include <string_view>

#include "consent/token.h"

namespace consent::server {

SubjectId make_subject_id();
// Exactly 22 characters of canonical base64url; the zero id is refused.
std::optional<SubjectId> parse_subject_id(std::string_view text);
std::string subject_text(const SubjectId& subject);

}  // namespace consent::server
