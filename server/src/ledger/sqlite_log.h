#pragma once
// The transparency log's tree in the ledger's file, so that a change and its leaf are one
// transaction. `log_entries` holds every entry's bytes, `log_nodes` the hash of each perfect
// subtree of 256, 65 536, ... leaves (the tiles above level 0); everything else is computed from
// them.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/checkpoint.h"
#include "consent/log_leaf.h"
#include "consent/log_tile.h"
#include "consent/merkle.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

// The tables, for the schema of the ledger's file. Append-only, also for SQL.
extern const char* const kLogTables;
// For a file from before entries could be destroyed.
extern const char* const kLogTriggersRenewed;

// What is left of an entry that was destroyed: as many zeros as a head has bytes. Its hash stays.
bool is_destroyed(std::string_view entry);

// Reads what is committed. Throws SqliteError; corrupt when an entry or a node is missing.
class SqliteLogReader {
 public:
  // Keeps statements of `connection`, which it must not outlive.
  explicit SqliteLogReader(SqliteConnection& connection);

  std::uint64_t size();
  // Empty when it is destroyed.
  std::string entry(std::uint64_t leaf);
  // The first leaf with this id; empty when there is none.
  std::optional<std::uint64_t> leaf_of(const std::array<std::uint8_t, 16>& id);
  // At most `count` entries from `first` on, those destroyed empty.
  std::vector<std::string> entries(std::uint64_t first, std::uint64_t count);
  // The last entries of a kind from LogKind::policy on, newest first.
  std::vector<std::string> newest(LogKind kind, std::uint64_t count);

  Sha256Digest node(TreeNode node);
  Sha256Digest root(std::uint64_t size);
  // Empty where there is no such proof.
  std::vector<Sha256Digest> inclusion_proof(std::uint64_t leaf, std::uint64_t size);
  std::vector<Sha256Digest> consistency_proof(std::uint64_t old_size, std::uint64_t size);

  // As C2SP tlog-tiles serves them: hashes one after the other; entries behind two bytes of length.
  // The tile must be in the tree. Empty for entries some of which are destroyed.
  std::string tile(const LogTile& tile);

 private:
  std::vector<Sha256Digest> proof(const ProofRanges& ranges);
  Sha256Digest range(LeafRange range);
  std::vector<Sha256Digest> stored_hashes(unsigned level, std::uint64_t first, std::uint64_t count);

  SqliteStatement size_;
  SqliteStatement entries_;
  SqliteStatement hashes_;
  SqliteStatement nodes_;
  SqliteStatement by_id_;
  SqliteStatement newest_;
};

// Appends inside the transaction of `connection`'s caller. When that is rolled back, this is of no
// more use: make a new one.
class SqliteLogWriter {
 public:
  explicit SqliteLogWriter(SqliteConnection& connection);
  // The number of the leaf. Throws SqliteError.
  std::uint64_t append(const LogLeaf& entry);
  std::uint64_t size() const { return size_; }

 private:
  SqliteStatement entry_;
  SqliteStatement node_;
  std::uint64_t size_ = 0;
  // The perfect subtrees the tree consists of: bit i of the size, peak i.
  std::array<Sha256Digest, kProofHashesMax> peaks_{};
};

}  // namespace consent::server
