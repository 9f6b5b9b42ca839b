#include "consent/url_reduction.h"

#include "characters.h"
#include "percent_encoding.h"
#include "personal_value.h"

namespace consent {
namespace {

bool is_slash(char c) { return c == '/' || c == '\\'; }  // browsers read both as one

// The size of the part before any of /, \, ? and #.
std::size_t authority_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && !is_slash(text[size]) && text[size] != '?' && text[size] != '#') {
    ++size;
  }
  return size;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!equal_ignoring_case(slice(text, 0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

struct SplitUrl {
  bool readable = false;
  std::string_view authority;
  std::string_view path;
  std::string_view query;
};

SplitUrl split_url(std::string_view url) {
  SplitUrl split;
  if (url.empty() || url.size() > kUrlBytesMax) return split;
  const bool has_scheme = take_prefix(url, "http:") || take_prefix(url, "https:");
  if (url.empty() || !is_slash(url.front())) return split;
  const bool has_authority = url.size() > 1 && is_slash(url[1]);
  if (has_scheme && !has_authority) return split;
  if (has_authority) {
    url.remove_prefix(2);
    split.authority = slice(url, 0, authority_size(url));
    url.remove_prefix(split.authority.size());
    if (split.authority.empty()) return split;
  }
  url = take_until(url, '#');
  split.path = take_until(url, '?');
  split.query = url;
  split.readable = true;
  return split;
}

class PathWriter {
 public:
  explicit PathWriter(std::span<char> out) : out_(out) {}
  // False when it does not fit: nothing of it is written then.
  bool add_segment(std::string_view segment) {
    if (size_ + 1 + segment.size() > out_.size()) return false;
    out_[size_++] = '/';
    for (const char character : segment) out_[size_++] = character;
    return true;
  }
  std::string_view view() const { return {out_.data(), size_}; }

 private:
  std::span<char> out_;
  std::size_t size_ = 0;
};

std::string_view take_segment(std::string_view& path) {
  std::size_t size = 0;
  while (size < path.size() && !is_slash(path[size])) ++size;
  const std::string_view segment = slice(path, 0, size);
  path.remove_prefix(size);
  return segment;
}

// A browser writes a blank as %20: one that stands there as it is came another way.
bool has_blank(std::string_view segment) {
  for (const char character : segment) {
    if (is_blank(character)) return true;
  }
  return false;
}

// "https:" as a segment, or "https://..." in one, encoded or not.
bool starts_url(std::string_view segment) {
  std::array<char, 24> head{};
  std::string_view text = slice(segment, 0, head.size());
  for (int round = 0; round < 3; ++round) text = {head.data(), percent_decode(text, head)};
  return take_prefix(text, "http:") || take_prefix(text, "https:");
}

std::string_view reduce_path(std::string_view path, std::span<char, kPathBytesMax> out) {
  PathWriter writer(out);
  bool trailing_slash = true;
  bool fits = true;
  while (!path.empty() && fits) {
    path.remove_prefix(1);  // the slash
    std::string_view segment = take_segment(path);
    const std::string_view name = take_until(segment, ';');  // without matrix parameters
    trailing_slash = name.empty();
    if (trailing_slash) continue;
    const bool page = starts_url(name);
    PersonalKind kind = personal_kind_of(name);
    if (kind == PersonalKind::none && (page || has_blank(name))) kind = PersonalKind::id;
    fits = writer.add_segment(kind == PersonalKind::none ? name : placeholder_of(kind));
    // A page inside the path says where somebody went: what follows belongs to it.
    if (page) break;
  }
  if (trailing_slash || writer.view().empty()) writer.add_segment({});
  return writer.view();
}

// Decoded as a form field; empty when it is too long or could stand for a person.
std::string_view reduce_campaign_value(std::string_view value, std::span<char> out) {
  std::array<char, kPersonalValueBytesMax> decoded{};
  if (value.size() > decoded.size()) return {};
  for (std::size_t i = 0; i < value.size(); ++i) decoded[i] = value[i] == '+' ? ' ' : value[i];
  const std::size_t size = percent_decode({decoded.data(), value.size()}, decoded);
  const std::string_view text{decoded.data(), size};
  if (size > out.size() || starts_url(text)) return {};
  if (personal_kind_of(text) != PersonalKind::none) return {};
  for (std::size_t i = 0; i < size; ++i) out[i] = text[i];
  return {out.data(), size};
}

// The first parameter of the name; `found` even when its value is empty.
struct Parameter {
  bool found = false;
  std::string_view value;
};

Parameter find_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    std::size_t size = 0;
    while (size < query.size() && query[size] != '&' && query[size] != ';') ++size;
    std::string_view pair = slice(query, 0, size);
    query = slice(query, size + 1, query.size());
    if (equal_ignoring_case(take_until(pair, '='), name)) return {true, pair};
  }
  return {};
}

// The host of an authority without credentials and port; empty for an address or anything odd.
std::string_view reduce_host(std::string_view authority, std::span<char, kHostBytesMax> out) {
  while (true) {  // behind the last '@'
    std::string_view rest = authority;
    if (take_until(rest, '@').size() == authority.size()) break;
    authority = rest;
  }
  std::string_view host = take_until(authority, ':');
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (host.empty() || host.size() > out.size()) return {};
  bool label_begins = true;
  bool is_name = false;  // the last label starts with a letter: no address, in no notation
  for (std::size_t i = 0; i < host.size(); ++i) {
    const char c = to_lower(host[i]);
    if (c == '.' ? label_begins : !is_alphanumeric(c) && c != '-' && c != '_') return {};
    if (label_begins) is_name = is_letter(c);
    label_begins = c == '.';
    out[i] = c;
  }
  const std::string_view reduced{out.data(), host.size()};
  const bool personal = personal_kind_of(reduced) != PersonalKind::none;
  return is_name && !personal ? reduced : std::string_view{};
}

}  // namespace

ReducedUrl reduce_url(std::string_view url, std::span<char, kReducedUrlBytes> buffer) {
  ReducedUrl reduced;
  const SplitUrl split = split_url(url);
  if (!split.readable) return reduced;
  reduced.path = reduce_path(split.path, buffer.first<kPathBytesMax>());
  const auto campaign = [&](std::string_view name, std::size_t slot) {
    const Parameter parameter = find_parameter(split.query, name);
    return reduce_campaign_value(
        parameter.value,
        buffer.subspan(kPathBytesMax + slot * kCampaignBytesMax, kCampaignBytesMax));
  };
  reduced.campaign_source = campaign("utm_source", 0);
  reduced.campaign_medium = campaign("utm_medium", 1);
  reduced.campaign_name = campaign("utm_campaign", 2);
  return reduced;
}

std::string_view reduce_referrer(std::string_view referrer, std::string_view page_url,
                                 std::span<char, kHostBytesMax> buffer) {
  if (referrer.size() > kUrlBytesMax) return {};
  std::string_view app = referrer;
  if (take_prefix(app, "android-app://")) {
    return reduce_host(slice(app, 0, authority_size(app)), buffer);
  }
  const SplitUrl page = split_url(page_url);
  std::array<char, kHostBytesMax> own_buffer{};
  const std::string_view own = reduce_host(page.authority, own_buffer);
  const std::string_view host = reduce_host(split_url(referrer).authority, buffer);
  return host == own ? std::string_view{} : host;
}

}  // namespace consent
