#pragma once
// Whether a piece of a URL looks as if it stood for one person or one session.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace consent {

enum class PersonalKind : std::uint8_t { none, email, phone, id };

inline constexpr std::size_t kPersonalValueBytesMax = 512;  // a longer one is an id unread

// Looks at the text after up to three rounds of percent-decoding, and through base64. What is
// encoded still deeper, is not UTF-8 or holds control characters is an id. Linear.
PersonalKind personal_kind_of(std::string_view text);

// ":email", ":phone", ":id"; empty for none.
std::string_view placeholder_of(PersonalKind kind);

}  // namespace consent
