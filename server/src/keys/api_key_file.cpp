#include "keys/api_key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "consent/base64url.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "formats/hexadecimal.h"
#include "formats/timestamp.h"
#include "keys/key_file.h"
#include "process/file_descriptor.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::string_view kKeyPrefix = "dpk_";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kFileBytesMax = 4 * 1024 * 1024;

const std::string* text_of(const JsonValue& line, std::string_view name) {
  const JsonValue* member = line.find(name);
  return member == nullptr ? nullptr : member->string();
}

std::optional<StoredApiKey> issued(const JsonValue& line) {
  const std::string* id = text_of(line, "id");
  const std::string* name = text_of(line, "name");
  const std::string* scopes = text_of(line, "scopes");
  const std::string* hash = text_of(line, "sha256");
  if (id == nullptr || name == nullptr || scopes == nullptr || hash == nullptr) return std::nullopt;
  const auto parsed_scopes = ScopeSet::parse(*scopes);
  StoredApiKey stored;
  if (!parsed_scopes || !parse_hex(*hash, stored.hash)) return std::nullopt;
  stored.key = ApiKey{.id = *id, .name = *name, .scopes = *parsed_scopes};
  if (const std::string* time = text_of(line, "created_at")) stored.created_at = *time;
  return stored;
}

// False when the line is no line of this file.
bool take_line(std::string_view text, std::vector<StoredApiKey>& keys) {
  const JsonParse parsed = parse_json(text);
  if (parsed.error) return false;
  if (const std::string* revoked = text_of(parsed.value, "revoked")) {
    const std::string* time = text_of(parsed.value, "revoked_at");
    if (time == nullptr || time->empty()) return false;
    for (StoredApiKey& stored : keys) {
      if (stored.key.id == *revoked) stored.revoked_at = *time;
    }
    return true;
  }
  auto stored = issued(parsed.value);
  if (stored) keys.push_back(std::move(*stored));
  return stored.has_value();
}

bool is_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(), allowed);
}

std::string random_key() {
  auto bytes = random_bytes<kKeyBytes>();
  std::array<char, base64url_size(kKeyBytes)> text{};
  base64url_encode(bytes, text);
  wipe(bytes);
  return std::string(kKeyPrefix).append(text.data(), text.size());
}

void append_line(const std::string& path, const JsonObject& members, std::string_view what) {
  const FileDescriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
  const std::string line = to_json(members) + "\n";
  const std::vector<std::uint8_t> bytes(line.begin(), line.end());
  if (!file || !write_completely(file, bytes) || fsync(file.number()) != 0 ||
      !sync_directory_of(path)) {
    throw std::runtime_error(path + ": cannot " + std::string(what) + ": " + std::strerror(errno));
  }
}

}  // namespace

bool has_api_key_form(std::string_view key) {
  return key.size() == kKeyPrefix.size() + base64url_size(kKeyBytes) && key.starts_with(kKeyPrefix);
}

std::string api_key_path(const std::string& data_dir) { return data_dir + "/keys/api_keys.jsonl"; }

ApiKeyFile read_api_key_file(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return {};
  std::vector<std::uint8_t> bytes(kFileBytesMax);
  const ssize_t size = file ? read_completely(file, bytes) : -1;
  if (size < 0)
    throw std::runtime_error(path + ": cannot read the API keys: " + std::strerror(errno));
  const std::string text(bytes.begin(), bytes.begin() + size);

  ApiKeyFile out;
  std::string_view rest = text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), end + 1));
    if (!line.empty() && !take_line(line, out.keys) && out.bad_line == 0) out.bad_line = number;
  }
  return out;
}

std::string issue_api_key(const std::string& data_dir, const std::string& name, ScopeSet scopes,
                          TimePoint now) {
  if (!is_name(name)) {
    throw std::runtime_error(
        "the name must be 1 to 64 letters, digits, dots, hyphens or underscores");
  }
  if (scopes.empty()) throw std::runtime_error("the key needs at least one scope");
  make_private_directory(data_dir + "/keys");
  std::string key = random_key();
  append_line(api_key_path(data_dir),
              {{"id", to_hex(random_bytes<4>())},
               {"name", name},
               {"scopes", scopes.text()},
               {"created_at", to_rfc3339(now)},
               {"sha256", sha256_hex(key)}},
              "store the key");
  return key;
}

ApiKey revoke_api_key(const std::string& data_dir, const std::string& id, TimePoint now) {
  const std::string path = api_key_path(data_dir);
  for (const StoredApiKey& stored : read_api_key_file(path).keys) {
    if (stored.key.id != id || !stored.revoked_at.empty()) continue;
    append_line(path, {{"revoked", id}, {"revoked_at", to_rfc3339(now)}}, "revoke the key");
    return stored.key;
  }
  throw std::runtime_error("no key that opens has the id \"" + id +
                           "\"; consentd keys list shows them");
}

}  // namespace consent::server
