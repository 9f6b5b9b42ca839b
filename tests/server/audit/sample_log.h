#pragma once
// A log of sample leaves in a file of its own, as a ledger writes one.

#include <cstdint>
#include <string>

#include "ledger/sqlite_log.h"

namespace consent::testing {

// A record's leaf; the number is also the end of its id.
LogLeaf sample_leaf(std::uint64_t number);
std::string leaf_bytes(const LogLeaf& leaf);

// MTH(D[begin:end]) of RFC 6962 section 2.1 over sample leaves, from the top down.
server::Sha256Digest reference_root(std::uint64_t begin, std::uint64_t end);

class SampleLog {
 public:
  // Makes DIRECTORY/ledger.sqlite with the log's tables, or opens it.
  explicit SampleLog(const std::string& directory);
  // Each call is a transaction.
  void append(std::uint64_t count);
  server::SqliteConnection& connection() { return connection_; }

 private:
  server::SqliteConnection connection_;
};

}  // namespace consent::testing
