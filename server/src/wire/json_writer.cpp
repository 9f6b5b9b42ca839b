#include "wire/json_writer.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace consent::server {
namespace {

enum class MemberOrder : std::uint8_t { given, canonical };

bool must_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// RFC 8785 3.2.2.2: the shortest form.
void write_escaped(char c, std::string& out) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  static constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  static constexpr std::string_view kLetters = "\"\\bfnrt";
  out += '\\';
  if (const std::size_t at = kShort.find(c); at != std::string_view::npos) {
    out += kLetters[at];
    return;
  }
  out += "u00";
  out += kHex[static_cast<unsigned char>(c) >> 4u];
  out += kHex[static_cast<unsigned char>(c) & 0xfu];
}

// UTF-8 order is code point order; UTF-16 order differs only where a supplementary character (lead
// byte F0..F4, written with surrogates D800..DFFF) meets U+E000..U+FFFF (lead byte EE or EF).
bool utf16_less(std::string_view a, std::string_view b) {
  const auto [at_a, at_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (at_b == b.end()) return false;
  if (at_a == a.end()) return true;
  const auto x = static_cast<unsigned char>(*at_a);
  const auto y = static_cast<unsigned char>(*at_b);
  const bool x_supplementary = x >= 0xf0;
  const bool y_supplementary = y >= 0xf0;
  if (x_supplementary != y_supplementary && x >= 0xee && y >= 0xee) return x_supplementary;
  return x < y;
}

void write(const JsonValue& value, MemberOrder order, std::string& out);

void write_members(const JsonObject& members, MemberOrder order, std::string& out) {
  std::vector<const JsonMember*> sorted;
  sorted.reserve(members.size());
  for (const JsonMember& member : members) sorted.push_back(&member);
  if (order == MemberOrder::canonical) {
    std::sort(sorted.begin(), sorted.end(), [](const JsonMember* a, const JsonMember* b) {
      return utf16_less(a->name, b->name);
    });
  }
  out += '{';
  for (const JsonMember* member : sorted) {
    if (out.back() != '{') out += ',';
    write_json_text(member->name, out);
    out += ':';
    write(member->value, order, out);
  }
  out += '}';
}

void write_items(const JsonArray& items, MemberOrder order, std::string& out) {
  out += '[';
  bool first = true;
  for (const JsonValue& item : items) {
    if (!std::exchange(first, false)) out += ',';
    write(item, order, out);
  }
  out += ']';
}

void write(const JsonValue& value, MemberOrder order, std::string& out) {
  switch (value.kind()) {
    case JsonKind::null:
      out += "null";
      return;
    case JsonKind::boolean:
      out += *value.boolean() ? "true" : "false";
      return;
    case JsonKind::integer:
      out += std::to_string(*value.integer());
      return;
    case JsonKind::number:
      if (order == MemberOrder::canonical) std::abort();
      out += nlohmann::json(*value.number()).dump();
      return;
    case JsonKind::string:
      write_json_text(*value.string(), out);
      return;
    case JsonKind::array:
      write_items(*value.array(), order, out);
      return;
    case JsonKind::object:
      write_members(*value.object(), order, out);
      return;
  }
}

}  // namespace

void write_json_text(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const auto* const end = std::find_if(text.begin(), text.end(), must_escape);
    const auto plain = static_cast<std::size_t>(end - text.begin());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    write_escaped(text.front(), out);
    text.remove_prefix(1);
  }
  out += '"';
}

std::string to_json(const JsonValue& value) {
  std::string out;
  write(value, MemberOrder::given, out);
  return out;
}

std::string to_canonical_json(const JsonValue& value) {
  std::string out;
  write(value, MemberOrder::canonical, out);
  return out;
}

}  // namespace consent::server
