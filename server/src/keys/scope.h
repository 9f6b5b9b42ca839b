#pragma once
// What a caller of the internal listener may do.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

}  // namespace consent::server
