#pragma once
// In which coding a body travels (RFC 9110, 8.4 and 12.5.3).

#include <optional>
#include <span>
#include <string_view>

namespace consent::server {

enum class ContentCoding : unsigned char { identity, gzip, brotli };
std::string_view to_text(ContentCoding coding);  // "" "gzip" "br"

// The best of what is offered for an Accept-Encoding field; empty when the client refuses all of
// them. Of equally liked ones brotli comes before gzip before identity. Identity is liked least
// where it is not named, and refused only where "identity;q=0" or "*;q=0" says so. Members that are
// malformed are skipped.
std::optional<ContentCoding> choose_coding(std::string_view accept_encoding,
                                           std::span<const ContentCoding> offered);

}  // namespace consent::server
