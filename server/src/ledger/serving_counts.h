#pragma once
// Served notices that are counted but not written yet. In memory only, bounded by how many
// different cells there are; a crash costs what is in here.

#include <cstdint>
#include <map>
#include <mutex>

#include "ledger/ledger.h"

namespace consent::server {

class ServingCounts {
 public:
  using Cells = std::map<Serving, std::uint64_t>;
  // Thread-safe, both.
  void add(const Serving& serving);
  // Takes what there is; add_all brings it back when it could not be written.
  Cells take();
  void add_all(const Cells& cells);

 private:
  std::mutex mutex_;
  Cells cells_;
};

}  // namespace consent::server
