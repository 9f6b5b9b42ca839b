#include <algorithm>
#include <array>
#include <utility>

#include "representation/language_tag.h"
#include "representation/weighted_list.h"
#include "site/notice.h"
#include "site/site_text.h"

namespace consent::server {
namespace {

constexpr std::size_t kFieldBytesMax = 256;

struct Replacement {
  std::string_view from;
  std::string_view to;
};

// Older or wider names of a language. The order is that of the search: the longer name first.
constexpr std::array<Replacement, 7> kPreferredNames{{
    {"zh-cmn", "zh"},
    {"zh-yue", "zh-Hant"},
    {"cmn", "zh"},
    {"yue", "zh-Hant"},
    {"no", "nb"},
    {"iw", "he"},
    {"mo", "ro"},
}};

bool begins_with_tag(std::string_view range, std::string_view tag) {
  return range.size() >= tag.size() && is_same_language_tag(range.substr(0, tag.size()), tag) &&
         (range.size() == tag.size() || range[tag.size()] == '-');
}

std::string_view subtag(std::string_view tag, std::size_t index) {
  for (; index > 0; --index) {
    const std::size_t hyphen = tag.find('-');
    if (hyphen == tag.npos) return {};
    tag.remove_prefix(hyphen + 1);
  }
  return tag.substr(0, tag.find('-'));
}

// Chinese is read in one of two scripts; where a tag does not name it, its region does.
std::string with_script(const std::string& tag) {
  const std::string_view second = subtag(tag, 1);
  if (!begins_with_tag(tag, "zh") || second.size() == 4) return tag;
  constexpr std::array<std::string_view, 3> kTraditional{"TW", "HK", "MO"};
  const bool traditional =
      std::any_of(kTraditional.begin(), kTraditional.end(),
                  [&](std::string_view region) { return is_same_language_tag(second, region); });
  return std::string(traditional ? "zh-Hant" : "zh-Hans") + tag.substr(2);
}

std::string with_preferred_name(std::string_view range) {
  for (const auto& [from, to] : kPreferredNames) {
    if (begins_with_tag(range, from)) {
      return with_script(std::string(to) + std::string(range.substr(from.size())));
    }
  }
  return with_script(std::string(range));
}

// RFC 4647 3.4: the range, then the range without its last subtag, and so on; a single-letter
// subtag goes with the one behind it. Empty when none of the site's languages is met.
std::string_view lookup(const SitePolicy& site, std::string_view range) {
  while (!range.empty()) {
    for (const auto& [language, unused] : site.text) {
      if (is_same_language_tag(language, range)) return language;
    }
    const std::size_t hyphen = range.rfind('-');
    range = hyphen == range.npos ? std::string_view{} : range.substr(0, hyphen);
    if (range.size() >= 2 && range[range.size() - 2] == '-') range.remove_suffix(2);
  }
  return {};
}

// Who reads the one can read the other: the same language, in the same script. Both written forms
// of Norwegian count as one language.
std::pair<std::string, std::string> readers_of(std::string_view tag) {
  const std::string preferred = with_preferred_name(tag);
  std::string language(subtag(preferred, 0));
  if (is_same_language_tag(language, "nn")) language = "nb";
  const std::string_view second = subtag(preferred, 1);
  return {language, std::string(second.size() == 4 ? second : "")};
}

std::string_view sibling(const SitePolicy& site, std::string_view range) {
  const auto wanted = readers_of(range);
  for (const auto& [language, unused] : site.text) {
    const auto offered = readers_of(language);
    if (is_same_language_tag(wanted.first, offered.first) &&
        is_same_language_tag(wanted.second, offered.second)) {
      return language;
    }
  }
  return {};
}

std::string_view find_language(const SitePolicy& site, std::string_view range) {
  for (const auto& [language, unused] : site.text) {
    if (is_same_language_tag(language, range)) return language;
  }
  const std::string_view found = lookup(site, with_preferred_name(range));
  return found.empty() ? sibling(site, range) : found;
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
    const std::string_view language = find_language(site, range.item);
    if (!language.empty()) return std::string(language);
  }
  return site.default_language;
}

}  // namespace consent::server
