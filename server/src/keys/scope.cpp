#include "keys/scope.h"

#include <algorithm>
#include <array>

namespace consent::server {
namespace {

constexpr std::array kScopes = {Scope::check, Scope::events, Scope::privacy, Scope::admin,
                                Scope::metrics};

}  // namespace

std::string_view to_text(Scope scope) {
  switch (scope) {
    case Scope::check:
      return "check";
    case Scope::events:
      return "events";
    case Scope::privacy:
      return "privacy";
    case Scope::admin:
      return "admin";
    case Scope::metrics:
      return "metrics";
  }
  return "";
}

std::optional<ScopeSet> ScopeSet::parse(std::string_view list) {
  ScopeSet scopes;
  while (true) {
    const auto end = std::min(list.find(','), list.size());
    const auto* found = std::find_if(kScopes.begin(), kScopes.end(), [&](Scope scope) {
      return to_text(scope) == list.substr(0, end);
    });
    if (found == kScopes.end()) return std::nullopt;
    scopes.add(*found);
    if (end == list.size()) return scopes;
    list.remove_prefix(end + 1);
  }
}

std::string ScopeSet::text() const {
  std::string list;
  for (const Scope scope : kScopes) {
    if (has(scope)) list.append(list.empty() ? "" : ",").append(to_text(scope));
  }
  return list;
}

}  // namespace consent::server
