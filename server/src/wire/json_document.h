#pragma once
// JSON as a plain tree of values. The parser behind it is strict and never throws; a value
// remembers where it stood in its text, so that an error can be shown with line and column.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace consent::server {

class JsonValue;
struct JsonMember;
using JsonArray = std::vector<JsonValue>;
using JsonObject = std::vector<JsonMember>;  // in the order written; names are unique after parsing

enum class JsonKind : std::uint8_t { null, boolean, integer, number, string, array, object };

class JsonValue {
 public:
  JsonValue();  // null
  JsonValue(std::string text);
  JsonValue(std::string_view text);
  JsonValue(const char* text);
  JsonValue(JsonArray items);
  JsonValue(JsonObject members);
  template <std::same_as<bool> Boolean>
  JsonValue(Boolean flag) : value_(flag) {}
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) JsonValue(Integer number)
      : value_(static_cast<std::int64_t>(number)) {}
  explicit JsonValue(double number);

  JsonKind kind() const { return static_cast<JsonKind>(value_.index()); }
  bool is_null() const { return kind() == JsonKind::null; }

  // Each is empty (null) when the value is of another kind. An integer outside 64 bits is a number.
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;
  std::optional<double> number() const;  // of an integer, too
  const std::string* string() const;
  const JsonArray* array() const;
  const JsonObject* object() const;

  // The member of this name; null when there is none or this is not an object.
  const JsonValue* find(std::string_view name) const;

  // Byte offset of the value in the text it was parsed from.
  std::size_t offset() const { return offset_; }

 private:
  friend class JsonTreeBuilder;
  std::variant<std::monostate, bool, std::int64_t, double, std::string, JsonArray, JsonObject>
      value_;
  std::uint32_t offset_ = 0;
};

struct JsonMember {
  std::string name;
  JsonValue value;
  std::uint32_t name_offset = 0;
};

// `detail` never echoes the text. `pointer` is RFC 6901; "" is the whole document.
struct JsonError {
  std::string pointer;
  std::string detail;
  std::size_t offset = 0;
};

struct JsonParse {
  JsonValue value;                 // meaningless when there is an error
  std::optional<JsonError> error;  // material for a 400
};

enum class JsonDialect : std::uint8_t {
  strict,    // RFC 8259
  commented  // the same, with // and /* */ comments
};

inline constexpr std::size_t kJsonDepthMax = 16;
inline constexpr std::size_t kJsonValuesMax = 400'000;  // bounds memory: about 64 bytes each
inline constexpr std::size_t kJsonBytesMax = 16 * 1024 * 1024;

// Refuses, besides what is not JSON: duplicate members, NaN and numbers out of range, lone
// surrogates, invalid UTF-8, nesting over kJsonDepthMax, more than kJsonValuesMax values, text over
// kJsonBytesMax.
JsonParse parse_json(std::string_view text, JsonDialect dialect = JsonDialect::strict);

// The same of strict text, faster, for who has no use for where a value stood: no offset of the
// value means anything; that of an error does.
JsonParse parse_json_unplaced(std::string_view text);

struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;  // in characters, not bytes
};
TextPosition position_of(std::string_view text, std::size_t offset);

// "/a" + "b/c" -> "/a/b~1c".
std::string pointer_join(std::string_view pointer, std::string_view name);

}  // namespace consent::server
