#include "wire/plain_json.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "wire/plain_reader.h"

namespace consent::server {
namespace {

constexpr std::size_t kDepthMax = 8;
constexpr std::size_t kMembersMax = 32;
constexpr std::size_t kUsualMembers = 16;
constexpr std::size_t kDigitsMax = 15;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

class PlainTreeReader {
 public:
  explicit PlainTreeReader(std::string_view text) : reader_(text) {}

  bool document(JsonValue& out) { return value(out, 0) && reader_.at_end(); }

 private:
  bool value(JsonValue& out, std::size_t depth) {
    const char first = reader_.next();
    const auto offset = static_cast<std::uint32_t>(reader_.offset());
    const bool read = first == '"'      ? text(out)
                      : first == '{'    ? object(out, depth)
                      : first == '['    ? array(out, depth)
                      : is_digit(first) ? number(out)
                                        : word(out, first);
    out.offset_ = offset;
    return read;
  }

  bool text(JsonValue& out) {
    std::string_view read;
    if (!reader_.text(read)) return false;
    out = JsonValue(read);
    return true;
  }

  bool word(JsonValue& out, char first) {
    if (first == 't') out = JsonValue(true);
    if (first == 'f') out = JsonValue(false);
    return reader_.take(first == 't' ? "true" : first == 'f' ? "false" : "null");
  }

  bool number(JsonValue& out) {
    const std::string_view rest = reader_.rest();
    const auto* const end = std::find_if_not(rest.begin(), rest.end(), is_digit);
    const auto digits = static_cast<std::size_t>(end - rest.begin());
    if (digits > kDigitsMax || (rest.front() == '0' && digits > 1)) return false;
    if (end != rest.end() && (*end == '.' || *end == 'e' || *end == 'E')) return false;
    std::int64_t whole = 0;
    std::from_chars(rest.data(), rest.data() + digits, whole);
    out = JsonValue(whole);
    reader_.skip(digits);
    return true;
  }

  bool array(JsonValue& out, std::size_t depth) {
    if (depth == kDepthMax) return false;
    reader_.take('[');
    JsonArray items;
    if (!reader_.take(']')) {
      do {
        if (!value(items.emplace_back(), depth + 1)) return false;
      } while (reader_.take(','));
      if (!reader_.take(']')) return false;
    }
    out = JsonValue(std::move(items));
    return true;
  }

  bool object(JsonValue& out, std::size_t depth) {
    if (depth == kDepthMax) return false;
    reader_.take('{');
    JsonObject members;
    members.reserve(depth == 0 ? kUsualMembers : 2);
    if (!reader_.take('}')) {
      do {
        if (members.size() == kMembersMax || !member(members, depth)) return false;
      } while (reader_.take(','));
      if (!reader_.take('}')) return false;
    }
    out = JsonValue(std::move(members));
    return true;
  }

  bool member(JsonObject& members, std::size_t depth) {
    std::string_view name;
    reader_.next();
    const auto offset = static_cast<std::uint32_t>(reader_.offset());
    if (!reader_.text(name) || !reader_.take(':')) return false;
    const bool is_second = std::any_of(members.begin(), members.end(),
                                       [&](const JsonMember& one) { return one.name == name; });
    if (is_second) return false;
    JsonMember& added = members.emplace_back();
    added.name = name;
    added.name_offset = offset;
    return value(added.value, depth + 1);
  }

  PlainReader reader_;
};

std::optional<JsonValue> read_plain_json(std::string_view text) {
  if (text.size() > kPlainJsonBytesMax) return std::nullopt;
  JsonValue root;
  if (!PlainTreeReader(text).document(root)) return std::nullopt;
  return root;
}

}  // namespace consent::server
