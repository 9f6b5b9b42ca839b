#include "keys/api_keys.h"

#include <sys/stat.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "crypto/hmac.h"
#include "crypto/sha256.h"

namespace consent::server {
namespace {

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

// What it says of keys that open.
std::vector<StoredApiKey> open_keys(ApiKeyFile file) {
  std::erase_if(file.keys, [](const StoredApiKey& stored) { return !stored.revoked_at.empty(); });
  return std::move(file.keys);
}

}  // namespace

// As the file was once; whoever looks into it shares it.
struct ApiKeys::State {
  struct Reading {
    FileMark mark;
    std::vector<StoredApiKey> keys;
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
      next->keys = open_keys(read_api_key_file(path));
    } catch (const std::runtime_error&) {
      next->keys.clear();
    }
    const std::lock_guard brief(mutex);
    latest = std::move(next);
    return latest;
  }
};

ApiKeys::ApiKeys(const std::string& data_dir) : state_(std::make_unique<State>()) {
  state_->path = api_key_path(data_dir);
  auto first = std::make_shared<State::Reading>();
  first->mark = mark_of(state_->path);
  ApiKeyFile file = read_api_key_file(state_->path);
  if (file.bad_line != 0) {
    throw std::runtime_error(state_->path + ":" + std::to_string(file.bad_line) +
                             ": is not an API key; remove the line and issue the key again");
  }
  first->keys = open_keys(std::move(file));
  state_->latest = std::move(first);
}

ApiKeys::~ApiKeys() = default;

std::shared_ptr<const ApiKey> ApiKeys::find(std::string_view key) const {
  return find(Find{.key = key}).value();
}

std::optional<std::shared_ptr<const ApiKey>> ApiKeys::find(const Find& asked) const {
  if (!has_api_key_form(asked.key)) return nullptr;
  auto reading = state_->current(asked.turn);
  if (!reading && asked.in_memory_only) return std::nullopt;
  if (!reading) reading = state_->read();
  const Sha256Digest hash = sha256(asked.key);
  const StoredApiKey* found = nullptr;
  for (const StoredApiKey& stored : reading->keys) {
    if (equal_in_constant_time(stored.hash, hash)) found = &stored;
  }
  if (found == nullptr) return nullptr;
  return std::shared_ptr<const ApiKey>(reading, &found->key);
}

}  // namespace consent::server
