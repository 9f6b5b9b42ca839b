#include "wire/json_document.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

namespace consent::server {

JsonValue::JsonValue() = default;
JsonValue::JsonValue(std::string text) : value_(std::move(text)) {}
JsonValue::JsonValue(std::string_view text) : value_(std::string(text)) {}
JsonValue::JsonValue(const char* text) : value_(std::string(text)) {}
JsonValue::JsonValue(JsonArray items) : value_(std::move(items)) {}
JsonValue::JsonValue(JsonObject members) : value_(std::move(members)) {}
JsonValue::JsonValue(double number) : value_(number) {}

std::optional<bool> JsonValue::boolean() const {
  const bool* flag = std::get_if<bool>(&value_);
  return flag == nullptr ? std::nullopt : std::optional<bool>(*flag);
}

std::optional<std::int64_t> JsonValue::integer() const {
  const auto* whole = std::get_if<std::int64_t>(&value_);
  return whole == nullptr ? std::nullopt : std::optional<std::int64_t>(*whole);
}

std::optional<double> JsonValue::number() const {
  if (const auto* whole = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*whole);
  const auto* real = std::get_if<double>(&value_);
  return real == nullptr ? std::nullopt : std::optional<double>(*real);
}

const std::string* JsonValue::string() const { return std::get_if<std::string>(&value_); }
const JsonArray* JsonValue::array() const { return std::get_if<JsonArray>(&value_); }
const JsonObject* JsonValue::object() const { return std::get_if<JsonObject>(&value_); }

const JsonValue* JsonValue::find(std::string_view name) const {
  const JsonObject* members = object();
  if (members == nullptr) return nullptr;
  for (const JsonMember& member : *members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

namespace {

// Feeds the parser byte by byte and tells how far it has read. The count lives outside, because
// iterators are copied.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* consumed) : at_(at), consumed_(consumed) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*consumed_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* consumed_;
};

// The library's messages name what was expected; the part that echoes the text is cut off.
std::string syntax_detail(const nlohmann::json::exception& error) {
  constexpr int kOutOfRange = 406;
  if (error.id == kOutOfRange) return "a number is out of range";
  const std::string_view what = error.what();
  const std::size_t start = what.find(" - ");
  if (start == std::string_view::npos) return "not JSON";
  std::string_view detail = what.substr(start + 3);
  return "not JSON: " + std::string(detail.substr(0, detail.find("; last read")));
}

}  // namespace

// Receives the parser's events. A callback that returns false ends the parse.
class JsonTreeBuilder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  enum class Places : std::uint8_t { counted, unknown };
  JsonTreeBuilder(std::string_view text, Places places)
      : text_(text), is_counted_(places == Places::counted) {}
  std::size_t* consumed() { return &consumed_; }

  bool null() { return place(JsonValue(), consumed_ - 4); }
  bool boolean(bool flag) { return place(JsonValue(flag), consumed_ - (flag ? 4 : 5)); }
  bool number_integer(number_integer_t whole) { return place(JsonValue(whole), number_start()); }
  bool number_unsigned(number_unsigned_t whole) {
    if (whole > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
      return place(JsonValue(static_cast<double>(whole)), number_start());
    }
    return place(JsonValue(static_cast<std::int64_t>(whole)), number_start());
  }
  bool number_float(number_float_t real, const string_t&) {
    if (!std::isfinite(real)) return fail("a number is out of range", number_start());
    return place(JsonValue(real), number_start());
  }
  bool string(string_t& text) {
    const std::size_t start = string_start();
    return place(JsonValue(std::move(text)), start);
  }
  bool binary(binary_t&) { return false; }

  bool start_object(std::size_t) { return open(JsonValue(JsonObject{})); }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(JsonValue(JsonArray{})); }
  bool end_array() { return close(); }
  bool key(string_t& name) {
    const std::size_t start = string_start();
    if (!enter(name)) {
      const std::string pointer = pointer_join(pointer_, name);
      error_ = JsonError{pointer, "the member is given more than once", start};
      return false;
    }
    key_ = std::move(name);
    key_offset_ = start;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) {
    return fail(syntax_detail(error), consumed_ == 0 ? 0 : consumed_ - 1);
  }

  JsonParse result(bool complete) {
    if (!complete && !error_) fail("not JSON", consumed_);
    return {std::move(root_), std::move(error_)};
  }

 private:
  // False when the open object has it already.
  bool enter(const string_t& name) {
    const JsonObject& members = *open_.back()->object();
    std::unordered_set<std::string>& names = names_.back();
    if (members.size() < kFewMembers) {
      return std::none_of(members.begin(), members.end(),
                          [&](const JsonMember& member) { return member.name == name; });
    }
    if (names.empty()) {
      for (const JsonMember& member : members) names.insert(member.name);
    }
    return names.insert(name).second;
  }

  bool fail(std::string detail, std::size_t offset) {
    error_ = JsonError{"", std::move(detail), std::min(offset, text_.size())};
    return false;
  }

  // Puts a value where the document stands and returns it, or null after a failure.
  JsonValue* add(JsonValue&& value, std::size_t offset) {
    if (++values_ > kJsonValuesMax) {
      fail("more values than are accepted", offset);
      return nullptr;
    }
    value.offset_ = static_cast<std::uint32_t>(offset);
    if (open_.empty()) {
      root_ = std::move(value);
      if (auto* members = std::get_if<JsonObject>(&root_.value_)) members->reserve(kUsualMembers);
      return &root_;
    }
    if (auto* items = std::get_if<JsonArray>(&open_.back()->value_)) {
      return &items->emplace_back(std::move(value));
    }
    JsonObject& members = std::get<JsonObject>(open_.back()->value_);
    members.push_back({std::move(key_), std::move(value), static_cast<std::uint32_t>(key_offset_)});
    return &members.back().value;
  }
  bool place(JsonValue&& value, std::size_t offset) {
    return add(std::move(value), offset) != nullptr;
  }

  bool open(JsonValue&& value) {
    if (open_.size() == kJsonDepthMax) {
      return fail("nested more than " + std::to_string(kJsonDepthMax) + " levels deep",
                  consumed_ - 1);
    }
    pointer_lengths_.push_back(pointer_.size());
    if (!open_.empty()) pointer_ = pointer_join(pointer_, place_name());
    JsonValue* added = add(std::move(value), consumed_ - 1);
    if (added == nullptr) return false;
    open_.push_back(added);
    names_.emplace_back();
    return true;
  }
  bool close() {
    pointer_.resize(pointer_lengths_.back());
    pointer_lengths_.pop_back();
    open_.pop_back();
    names_.pop_back();
    return true;
  }
  std::string place_name() const {
    const JsonArray* items = open_.back()->array();
    return items == nullptr ? key_ : std::to_string(items->size());
  }

  // The parser stands right behind the closing quote.
  std::size_t string_start() const {
    if (!is_counted_) return 0;
    std::size_t at = consumed_ - 1;
    while (at > 0) {
      --at;
      if (text_[at] != '"') continue;
      std::size_t slashes = 0;
      while (slashes < at && text_[at - 1 - slashes] == '\\') ++slashes;
      if (slashes % 2 == 0) break;
    }
    return at;
  }
  // The parser has read one byte more than the number, except at the end of the text.
  std::size_t number_start() const {
    if (!is_counted_) return 0;
    const auto in_number = [](char c) {
      return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
    };
    std::size_t end = std::min(consumed_, text_.size());
    if (end > 0 && !in_number(text_[end - 1])) --end;
    while (end > 0 && in_number(text_[end - 1])) --end;
    return end;
  }

  static constexpr std::size_t kFewMembers = 24;  // compared one by one
  static constexpr std::size_t kUsualMembers = 16;

  std::string_view text_;
  const bool is_counted_;
  std::size_t consumed_ = 0;
  JsonValue root_;
  std::vector<JsonValue*>
      open_;  // stable: a container does not grow while its last element is open
  std::vector<std::unordered_set<std::string>> names_;  // of objects with more than a few members
  std::string pointer_;
  std::vector<std::size_t> pointer_lengths_;
  std::string key_;
  std::size_t key_offset_ = 0;
  std::size_t values_ = 0;
  std::optional<JsonError> error_;
};

JsonParse parse_json(std::string_view text, JsonDialect dialect) {
  if (text.size() > kJsonBytesMax) return {{}, JsonError{"", "longer than is accepted", 0}};
  JsonTreeBuilder builder(text, JsonTreeBuilder::Places::counted);
  const CountingIterator first(text.data(), builder.consumed());
  const CountingIterator last(text.data() + text.size(), builder.consumed());
  const bool complete =
      nlohmann::json::sax_parse(first, last, &builder, nlohmann::json::input_format_t::json, true,
                                dialect == JsonDialect::commented);
  return builder.result(complete);
}

// Counting costs on each byte. Where an error stands, a second reading finds out.
JsonParse parse_json_unplaced(std::string_view text) {
  if (text.size() > kJsonBytesMax) return parse_json(text);
  JsonTreeBuilder builder(text, JsonTreeBuilder::Places::unknown);
  const bool complete = nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &builder);
  JsonParse parse = builder.result(complete);
  return parse.error ? parse_json(text) : std::move(parse);
}

TextPosition position_of(std::string_view text, std::size_t offset) {
  TextPosition position;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++position.line;
      position.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0u) != 0x80u) {
      ++position.column;
    }
  }
  return position;
}

std::string pointer_join(std::string_view pointer, std::string_view name) {
  std::string joined(pointer);
  joined += '/';
  for (const char c : name) {
    if (c == '~') {
      joined += "~0";
    } else if (c == '/') {
      joined += "~1";
    } else {
      joined += c;
    }
  }
  return joined;
}

}  // namespace consent::server
