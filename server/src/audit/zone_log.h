#pragma once
// The transparency log of one zone, as it is read: signed checkpoints, proofs, tiles, entries. It
// is written in the ledger's transactions (tree_log.h).

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "audit/log_signer.h"
#include "consent/log_tile.h"
#include "ledger/sqlite_log.h"

namespace consent::server {

struct InclusionProof {
  std::uint64_t leaf = 0;
  std::string entry;  // bytes of the leaf
  std::vector<Sha256Digest> hashes;
  std::string checkpoint;  // signed
};

struct ConsistencyProof {
  std::vector<Sha256Digest> hashes;
  std::string checkpoint;
};

// Thread-safe. Each call throws std::runtime_error when the file cannot be read or nothing can be
// signed.
class ZoneLog {
 public:
  // `directory` holds ledger.sqlite with the log's tables, and the signer's files. Throws
  // std::runtime_error when the tree does not begin with the one that was signed last.
  ZoneLog(const std::string& directory, std::string origin);

  std::string verifier_key() const { return signer_.verifier().text(); }
  std::uint64_t size();
  // The first leaf with this id; empty when there is none.
  std::optional<std::uint64_t> leaf_of(const std::array<std::uint8_t, 16>& id);
  // A signed checkpoint of the newest tree, at most a second old.
  std::string checkpoint();

  // Empty when there is no such leaf, or its entry is destroyed. The checkpoint is of a tree that
  // has it.
  std::optional<InclusionProof> prove(std::uint64_t leaf);
  std::optional<InclusionProof> prove_id(const std::array<std::uint8_t, 16>& id);
  // From a tree of `old_size` to that of the checkpoint; empty when old_size is 0 or larger.
  std::optional<ConsistencyProof> prove_consistency(std::uint64_t old_size);

  // A note that says `text` (one line) under the log's key. What could be taken for a checkpoint is
  // refused with std::logic_error.
  std::string sign_statement(const std::string& text);

  // As served; empty when the tree does not have the tile, or of entries some are destroyed.
  std::optional<std::string> tile(const LogTile& tile);
  // Those destroyed are empty.
  std::vector<std::string> entries(std::uint64_t first, std::uint64_t count);
  Sha256Digest hash_of_leaf(std::uint64_t leaf);
  // The last entries of a kind from `policy` on, newest first.
  std::vector<std::string> newest(LogKind kind, std::uint64_t count);

 private:
  using Steady = std::chrono::steady_clock;
  // Signs anew when the last checkpoint is old and the tree has grown, or does not have `leaf`.
  void renew(std::optional<std::uint64_t> leaf);
  InclusionProof proof_of(std::uint64_t leaf);

  std::mutex mutex_;
  SqliteConnection connection_;
  SqliteLogReader reader_;
  LogSigner signer_;
  TreeHead head_;
  std::string note_;  // of head_
  Steady::time_point signed_at_;
};

// Throws std::runtime_error with a message for the operator unless the stored tree begins with the
// one that was signed last.
void check_signed_head(SqliteLogReader& reader, const TreeHead& last, const std::string& path);

}  // namespace consent::server
