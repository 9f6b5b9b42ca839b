#include <algorithm>

#include "language_tag.h"
#include "site/notice.h"
#include "site/site_text.h"
#include "weighted_list.h"

namespace consent::server {
namespace {

constexpr std::size_t kFieldBytesMax = 256;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_tag(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

// RFC 4647 3.4: the range, then the range without its last subtag, and so on; a single-letter
// subtag goes with the one behind it. Empty when none of the site's languages is met.
std::string_view lookup(const SitePolicy& site, std::string_view range) {
  while (!range.empty()) {
    for (const auto& [language, unused] : site.text) {
      if (same_tag(language, range)) return language;
    }
    const std::size_t hyphen = range.rfind('-');
    range = hyphen == range.npos ? std::string_view{} : range.substr(0, hyphen);
    if (range.size() >= 2 && range[range.size() - 2] == '-') range.remove_suffix(2);
  }
  return {};
}

}  // namespace

std::string choose_language(const SitePolicy& site, std::string_view accept_language) {
  std::vector<Weighted> ranges = parse_weighted_list(accept_language, kFieldBytesMax);
  std::stable_sort(ranges.begin(), ranges.end(), [](const Weighted& a, const Weighted& b) {
    return a.thousandths > b.thousandths;
  });
  for (const Weighted& range : ranges) {
    if (range.thousandths == 0) break;
    if (range.item == "*") return site.default_language;
    if (!is_language_tag(range.item)) continue;
    const std::string_view language = lookup(site, range.item);
    if (!language.empty()) return std::string(language);
  }
  return site.default_language;
}

}  // namespace consent::server
