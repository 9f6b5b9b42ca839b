#pragma once
// Who may call the internal listener: the keys of the key file that open, in memory. A running
// service sees what is issued or revoked with the next request.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "keys/api_key_file.h"

namespace consent::server {

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
