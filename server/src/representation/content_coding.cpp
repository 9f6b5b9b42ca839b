#include "representation/content_coding.h"

#include <algorithm>
#include <array>
#include <vector>

#include "http/fields.h"
#include "representation/weighted_list.h"

namespace consent::server {
namespace {

constexpr std::size_t kAcceptBytesMax = 512;
constexpr std::array kByPreference{ContentCoding::brotli, ContentCoding::gzip,
                                   ContentCoding::identity};

// Codings are named in any case, and gzip by an older name, too (RFC 9110, 8.4.1).
bool names(std::string_view item, ContentCoding coding) {
  switch (coding) {
    case ContentCoding::identity:
      return http::same_field_name(item, "identity");
    case ContentCoding::gzip:
      return http::same_field_name(item, "gzip") || http::same_field_name(item, "x-gzip");
    case ContentCoding::brotli:
      return http::same_field_name(item, "br");
  }
  return false;
}

int quality_of(ContentCoding coding, const std::vector<Weighted>& accepted) {
  int any = coding == ContentCoding::identity ? 1 : 0;
  for (const Weighted& member : accepted) {
    if (names(member.item, coding)) return member.thousandths;
    if (member.item == "*") any = member.thousandths;
  }
  return any;
}

}  // namespace

std::string_view to_text(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::identity:
      return "";
    case ContentCoding::gzip:
      return "gzip";
    case ContentCoding::brotli:
      return "br";
  }
  return "";
}

std::optional<ContentCoding> choose_coding(std::string_view accept_encoding,
                                           std::span<const ContentCoding> offered) {
  const std::vector<Weighted> accepted = parse_weighted_list(accept_encoding, kAcceptBytesMax);
  std::optional<ContentCoding> best;
  int best_quality = 0;
  for (const ContentCoding coding : kByPreference) {
    if (std::find(offered.begin(), offered.end(), coding) == offered.end()) continue;
    const int quality = quality_of(coding, accepted);
    if (quality <= best_quality) continue;
    best = coding;
    best_quality = quality;
  }
  return best;
}

}  // namespace consent::server
