#include "wire/json_fields.h"

#include <algorithm>
#include <utility>

#include "nearest_name.h"

namespace consent::server {

namespace {

constexpr std::size_t kUsualMembers = 16;

}  // namespace

JsonFields::JsonFields(const JsonValue& value, std::string pointer, std::vector<JsonError>& errors)
    : value_(value), members_(value.object()), pointer_(std::move(pointer)), errors_(errors) {
  known_.reserve(kUsualMembers);
  if (members_ == nullptr) fail("must be an object");
}

const JsonValue* JsonFields::member(std::string_view name, Presence presence) {
  known_.emplace_back(name);
  if (members_ == nullptr) return nullptr;
  const JsonValue* found = value_.find(name);
  if (found == nullptr && presence == Presence::required) fail(name, "is missing");
  if (found != nullptr && found->is_null() && presence == Presence::nullable) return nullptr;
  return found;
}

const JsonValue* JsonFields::typed(std::string_view name, Presence presence, JsonKind kind,
                                   std::string_view noun) {
  const JsonValue* found = member(name, presence);
  if (found == nullptr || found->kind() == kind) return found;
  fail(name, "must be " + std::string(noun));
  return nullptr;
}

const std::string* JsonFields::string(std::string_view name, Presence presence) {
  const JsonValue* found = typed(name, presence, JsonKind::string, "a string");
  return found == nullptr ? nullptr : found->string();
}

std::optional<std::int64_t> JsonFields::integer(std::string_view name, Presence presence,
                                                IntegerRange range) {
  const JsonValue* found = typed(name, presence, JsonKind::integer, "an integer");
  if (found == nullptr) return std::nullopt;
  const std::optional<std::int64_t> whole = found->integer();
  if (*whole >= range.min && *whole <= range.max) return whole;
  fail(name, "must be from " + std::to_string(range.min) + " to " + std::to_string(range.max));
  return std::nullopt;
}

std::optional<bool> JsonFields::boolean(std::string_view name, Presence presence) {
  const JsonValue* found = typed(name, presence, JsonKind::boolean, "true or false");
  return found == nullptr ? std::nullopt : found->boolean();
}

const JsonArray* JsonFields::array(std::string_view name, Presence presence) {
  const JsonValue* found = typed(name, presence, JsonKind::array, "an array");
  return found == nullptr ? nullptr : found->array();
}

const JsonValue* JsonFields::object(std::string_view name, Presence presence) {
  return typed(name, presence, JsonKind::object, "an object");
}

void JsonFields::fail(std::string_view name, std::string detail) {
  const JsonValue* found = value_.find(name);
  const std::size_t offset = found == nullptr ? value_.offset() : found->offset();
  errors_.push_back({pointer_to(name), std::move(detail), offset});
}

void JsonFields::fail(std::string detail) {
  errors_.push_back({pointer_, std::move(detail), value_.offset()});
}

void JsonFields::refuse_unknown() {
  if (members_ == nullptr) return;
  for (const JsonMember& member : *members_) {
    if (std::find(known_.begin(), known_.end(), member.name) != known_.end()) continue;
    std::string detail = "is not a known member";
    const std::string_view nearest = nearest_name(member.name, known_);
    if (!nearest.empty()) detail += "; did you mean \"" + std::string(nearest) + "\"?";
    errors_.push_back({pointer_to(member.name), std::move(detail), member.name_offset});
  }
}

std::vector<http::PointedError> pointed(const std::vector<JsonError>& errors) {
  std::vector<http::PointedError> list;
  list.reserve(errors.size());
  for (const JsonError& error : errors) list.push_back({error.pointer, error.detail});
  return list;
}

}  // namespace consent::server
