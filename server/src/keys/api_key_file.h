#pragma once
// DIR/keys/api_keys.jsonl: a JSON object a line, only ever appended to. An issued key's line has
// id, name, scopes, created_at and the key's SHA-256, never the key; a revoked one's has revoked
// (the id) and revoked_at. A line that an operator removes was never there.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "crypto/sha256.h"
#include "keys/scope.h"

namespace consent::server {

struct ApiKey {
  std::string id;    // 8 hexadecimal digits, for logs
  std::string name;  // what the operator called it
  ScopeSet scopes;
};

struct StoredApiKey {
  ApiKey key;
  Sha256Digest hash{};
  std::string created_at;  // RFC 3339
  std::string revoked_at;  // empty: it opens
};

// Whether it could be one: "dpk_" and 43 characters.
bool has_api_key_form(std::string_view key);

std::string api_key_path(const std::string& data_dir);

struct ApiKeyFile {
  std::vector<StoredApiKey> keys;  // in the order they were issued
  std::size_t bad_line = 0;        // the first that is neither of both, from 1; 0: none
};

// No file: no keys. Throws std::runtime_error when it is there but cannot be read.
ApiKeyFile read_api_key_file(const std::string& path);

// Makes a key, appends its hash durably, and returns the key, which exists nowhere else. `name` is
// 1 to 64 of [A-Za-z0-9._-]. Throws std::runtime_error with a message for the operator.
std::string issue_api_key(const std::string& data_dir, const std::string& name, ScopeSet scopes,
                          TimePoint now);

// Appended durably; a running service refuses the key with its next request. Throws
// std::runtime_error when no key that opens has this id.
ApiKey revoke_api_key(const std::string& data_dir, const std::string& id, TimePoint now);

}  // namespace consent::server
