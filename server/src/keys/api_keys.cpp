#include "keys/api_keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "consent/base64url.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "crypto/sha256.h"
#include "formats/hexadecimal.h"
#include "formats/timestamp.h"
#include "keys/key_file.h"
#include "process/file_descriptor.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::string_view kKeyPrefix = "dpk_";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyTextBytes = kKeyPrefix.size() + base64url_size(kKeyBytes);
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kFileBytesMax = 4 * 1024 * 1024;
constexpr std::array kScopes = {Scope::check, Scope::events, Scope::privacy, Scope::admin,
                                Scope::metrics};

struct StoredKey {
  ApiKey key;
  Sha256Digest hash{};
};

// Changes whenever the file's content may have.
struct FileMark {
  ino_t inode = 0;
  off_t size = -1;
  std::int64_t modified_ns = 0;
  friend bool operator==(const FileMark&, const FileMark&) = default;
};

FileMark mark_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  return {.inode = status.st_ino,
          .size = status.st_size,
          .modified_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

std::string path_in(const std::string& data_dir) { return data_dir + "/keys/api_keys.jsonl"; }

std::optional<StoredKey> parse_line(std::string_view line) {
  const JsonParse parsed = parse_json(line);
  if (parsed.error) return std::nullopt;
  const auto text = [&](std::string_view name) {
    const JsonValue* member = parsed.value.find(name);
    return member == nullptr ? nullptr : member->string();
  };
  const std::string* id = text("id");
  const std::string* name = text("name");
  const std::string* scopes = text("scopes");
  const std::string* hash = text("sha256");
  if (id == nullptr || name == nullptr || scopes == nullptr || hash == nullptr) return std::nullopt;
  const auto parsed_scopes = ScopeSet::parse(*scopes);
  StoredKey stored;
  if (!parsed_scopes || !parse_hex(*hash, stored.hash)) return std::nullopt;
  stored.key = ApiKey{.id = *id, .name = *name, .scopes = *parsed_scopes};
  return stored;
}

struct KeyFile {
  std::vector<StoredKey> keys;
  std::size_t bad_line = 0;  // from 1; 0: none
};

KeyFile read_file(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return {};
  std::vector<std::uint8_t> bytes(kFileBytesMax);
  const ssize_t size = file ? read_completely(file, bytes) : -1;
  if (size < 0)
    throw std::runtime_error(path + ": cannot read the API keys: " + std::strerror(errno));
  std::string text(bytes.begin(), bytes.begin() + size);

  KeyFile out;
  std::string_view rest = text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), end + 1));
    if (line.empty()) continue;
    if (auto stored = parse_line(line)) {
      out.keys.push_back(std::move(*stored));
    } else if (out.bad_line == 0) {
      out.bad_line = number;
    }
  }
  return out;
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

std::string issue_api_key(const std::string& data_dir, const std::string& name, ScopeSet scopes,
                          TimePoint now) {
  if (!is_name(name)) {
    throw std::runtime_error(
        "the name must be 1 to 64 letters, digits, dots, hyphens or underscores");
  }
  if (scopes.empty()) throw std::runtime_error("the key needs at least one scope");
  make_private_directory(data_dir + "/keys");
  const std::string path = path_in(data_dir);
  const FileDescriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
  std::string key = random_key();
  const std::string line = to_json(JsonObject{{"id", to_hex(random_bytes<4>())},
                                              {"name", name},
                                              {"scopes", scopes.text()},
                                              {"created_at", to_rfc3339(now)},
                                              {"sha256", sha256_hex(key)}}) +
                           "\n";
  const std::vector<std::uint8_t> bytes(line.begin(), line.end());
  if (!file || !write_completely(file, bytes) || fsync(file.number()) != 0 ||
      !sync_directory_of(path)) {
    throw std::runtime_error(path + ": cannot store the key: " + std::strerror(errno));
  }
  return key;
}

// As the file was once; whoever looks into it shares it.
struct ApiKeys::State {
  struct Reading {
    FileMark mark;
    std::vector<StoredKey> keys;
  };
  std::string path;
  std::mutex reading;  // held while the file is read
  std::mutex mutex;    // of `latest`; never held for long
  std::shared_ptr<const Reading> latest;
  std::atomic<std::uint64_t> current_in{0};  // a turn in which `latest` was the file's content

  std::shared_ptr<const Reading> known() {
    const std::lock_guard lock(mutex);
    return latest;
  }

  // Null when it would take a reading.
  std::shared_ptr<const Reading> current(std::uint64_t turn) {
    if (turn != 0 && turn <= current_in) return known();
    const FileMark seen = mark_of(path);
    auto last = known();
    if (last->mark != seen) return nullptr;
    if (turn != 0) current_in = turn;
    return last;
  }

  // What cannot be read grants nothing.
  std::shared_ptr<const Reading> read() {
    const std::lock_guard lock(reading);
    if (auto last = current(0)) return last;
    auto next = std::make_shared<Reading>();
    next->mark = mark_of(path);
    try {
      next->keys = read_file(path).keys;
    } catch (const std::runtime_error&) {
      next->keys.clear();
    }
    const std::lock_guard brief(mutex);
    latest = std::move(next);
    return latest;
  }
};

ApiKeys::ApiKeys(const std::string& data_dir) : state_(std::make_unique<State>()) {
  state_->path = path_in(data_dir);
  auto first = std::make_shared<State::Reading>();
  first->mark = mark_of(state_->path);
  KeyFile file = read_file(state_->path);
  if (file.bad_line != 0) {
    throw std::runtime_error(state_->path + ":" + std::to_string(file.bad_line) +
                             ": is not an API key; remove the line and issue the key again");
  }
  first->keys = std::move(file.keys);
  state_->latest = std::move(first);
}

ApiKeys::~ApiKeys() = default;

std::shared_ptr<const ApiKey> ApiKeys::find(std::string_view key) const {
  return find(Find{.key = key}).value();
}

std::optional<std::shared_ptr<const ApiKey>> ApiKeys::find(const Find& asked) const {
  if (asked.key.size() != kKeyTextBytes || !asked.key.starts_with(kKeyPrefix)) return nullptr;
  auto reading = state_->current(asked.turn);
  if (!reading && asked.in_memory_only) return std::nullopt;
  if (!reading) reading = state_->read();
  const Sha256Digest hash = sha256(asked.key);
  const StoredKey* found = nullptr;
  for (const StoredKey& stored : reading->keys) {
    if (equal_in_constant_time(stored.hash, hash)) found = &stored;
  }
  if (found == nullptr) return nullptr;
  return std::shared_ptr<const ApiKey>(reading, &found->key);
}

}  // namespace consent::server
