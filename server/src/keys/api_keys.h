#pragma once
// Keys of the internal listener's callers. DIR/keys/api_keys.jsonl holds one JSON object a line:
// id, name, scopes, created_at and the key's SHA-256, never the key. A running service sees a new
// line with the next request.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "clock.h"

namespace consent::server {

enum class Scope : std::uint8_t { check = 1, events = 2, privacy = 4, admin = 8, metrics = 16 };
std::string_view to_text(Scope scope);

class ScopeSet {
 public:
  // "check,events"; empty when a name is unknown or none is given.
  static std::optional<ScopeSet> parse(std::string_view list);
  bool has(Scope scope) const { return (bits_ & static_cast<std::uint8_t>(scope)) != 0; }
  void add(Scope scope) {
    bits_ = static_cast<std::uint8_t>(bits_ | static_cast<std::uint8_t>(scope));
  }
  bool empty() const { return bits_ == 0; }
  std::string text() const;  // as parse reads it
  friend bool operator==(ScopeSet, ScopeSet) = default;

 private:
  std::uint8_t bits_ = 0;
};

struct ApiKey {
  std::string id;    // 8 hexadecimal digits, for logs
  std::string name;  // what the operator called it
  ScopeSet scopes;
};

// Makes a key, appends its hash durably, and returns the key: "dpk_" and 43 characters. It exists
// nowhere else. `name` is 1 to 64 of [A-Za-z0-9._-]. Throws std::runtime_error with a message for
// the operator.
std::string issue_api_key(const std::string& data_dir, const std::string& name, ScopeSet scopes,
                          TimePoint now);

class ApiKeys {
 public:
  // Throws std::runtime_error when the file is there but cannot be read. No file: no keys.
  explicit ApiKeys(const std::string& data_dir);
  ~ApiKeys();
  // Null when there is none. Compares hashes in constant time, all of them. Thread-safe.
  std::shared_ptr<const ApiKey> find(std::string_view key) const;

  // Whether the file has changed is found out once for all questions of the same turn and those of
  // turns before it (0: for each; see http::Request). Empty when the file would have to be read,
  // and only memory may be asked.
  struct Find {
    std::string_view key;
    std::uint64_t turn = 0;
    bool in_memory_only = false;
  };
  std::optional<std::shared_ptr<const ApiKey>> find(const Find& asked) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace consent::server
