#pragma once
// Reading the members of one JSON object: every mistake is collected with its pointer (material for
// a 422), and members nobody asked for are named.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/problem.h"
#include "wire/json_document.h"

namespace consent::server {

enum class Presence : std::uint8_t {
  required,
  optional,  // may be missing
  nullable   // may be missing or null, which read the same
};

struct IntegerRange {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

// Lives no longer than the value and the error list it was given.
class JsonFields {
 public:
  // When `value` is no object, that is an error and every member is silently absent.
  JsonFields(const JsonValue& value, std::string pointer, std::vector<JsonError>& errors);

  // Each marks `name` as known; empty (null) when absent or wrong, and wrong has been reported.
  const JsonValue* member(std::string_view name, Presence presence = Presence::required);
  const std::string* string(std::string_view name, Presence presence = Presence::required);
  std::optional<std::int64_t> integer(std::string_view name, Presence presence = Presence::required,
                                      IntegerRange range = {});
  std::optional<bool> boolean(std::string_view name, Presence presence = Presence::required);
  const JsonArray* array(std::string_view name, Presence presence = Presence::required);
  const JsonValue* object(std::string_view name, Presence presence = Presence::required);

  // Reports a mistake at the member (at the object when the member is missing).
  void fail(std::string_view name, std::string detail);
  void fail(std::string detail);  // of the object itself
  // Reports every member that was not asked for, with the nearest known name.
  void refuse_unknown();

  bool is_object() const { return members_ != nullptr; }
  std::string pointer_to(std::string_view name) const { return pointer_join(pointer_, name); }

 private:
  const JsonValue* typed(std::string_view name, Presence presence, JsonKind kind,
                         std::string_view noun);

  const JsonValue& value_;
  const JsonObject* members_;
  std::string pointer_;
  std::vector<JsonError>& errors_;
  std::vector<std::string> known_;
};

// For http::problem().
std::vector<http::PointedError> pointed(const std::vector<JsonError>& errors);

}  // namespace consent::server
