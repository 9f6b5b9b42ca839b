#include "wire/plain_check.h"

#include <algorithm>
#include <utility>

#include "wire/plain_reader.h"

namespace consent::server {
namespace {

bool read_texts(PlainReader& reader, std::vector<std::string_view>& out) {
  if (!reader.take('[')) return false;
  if (reader.take(']')) return true;
  do {
    std::string_view entry;
    if (out.size() == kCheckEntriesMax || !reader.text(entry)) return false;
    out.push_back(entry);
  } while (reader.take(','));
  return reader.take(']');
}

struct Seen {
  bool site = false;
  bool purpose = false;
  bool entries = false;
};

bool read_text(PlainReader& reader, bool& seen, std::string& out) {
  std::string_view text;
  if (seen || !reader.text(text)) return false;
  seen = true;
  out = text;
  return true;
}

bool read_entries(PlainReader& reader, Seen& seen, CheckRequest& request, CheckRequest::By by) {
  if (std::exchange(seen.entries, true)) return false;
  constexpr std::size_t kIdBytes = 25;  // with its quotes and comma
  request.by = by;
  request.entries.reserve(std::min(reader.left() / kIdBytes + 1, kCheckEntriesMax));
  return read_texts(reader, request.entries);
}

bool read_member(PlainReader& reader, Seen& seen, CheckRequest& request) {
  std::string_view name;
  if (!reader.text(name) || !reader.take(':')) return false;
  if (name == "site") return read_text(reader, seen.site, request.site);
  if (name == "purpose") return read_text(reader, seen.purpose, request.purpose);
  if (name == "subjects") return read_entries(reader, seen, request, CheckRequest::By::subject);
  if (name == "tokens") return read_entries(reader, seen, request, CheckRequest::By::token);
  return false;
}

}  // namespace

std::optional<CheckRequest> read_plain_check(std::string_view body) {
  PlainReader reader(body);
  CheckRequest request;
  Seen seen;
  if (!reader.take('{')) return std::nullopt;
  do {
    if (!read_member(reader, seen, request)) return std::nullopt;
  } while (reader.take(','));
  if (!reader.take('}') || !reader.at_end()) return std::nullopt;
  if (!seen.site || !seen.purpose || !seen.entries) return std::nullopt;
  return request;
}

}  // namespace consent::server
