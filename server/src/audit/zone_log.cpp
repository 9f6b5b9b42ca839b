#include "audit/zone_log.h"

#include <span>
#include <stdexcept>
#include <string>

#include "audit/tree_hash.h"

namespace consent::server {
namespace {

constexpr std::chrono::seconds kCheckpointAgeMax{1};

std::string ledger_path(const std::string& directory) { return directory + "/ledger.sqlite"; }

}  // namespace

void check_signed_head(SqliteLogReader& reader, const TreeHead& last, const std::string& path) {
  const std::uint64_t size = reader.size();
  if (size < last.size) {
    throw std::runtime_error(
        path + ": its log has " + std::to_string(size) + " entries, but a checkpoint of " +
        std::to_string(last.size) +
        " was signed: this is an older copy. Restore the newest one. If that is lost, remove "
        "log.key and log.head beside it: a log with a new key begins, and auditors must be told");
  }
  if (reader.root(last.size) != last.root) {
    throw std::runtime_error(path + ": the first " + std::to_string(last.size) +
                             " entries of its log are not those that were signed: it was "
                             "rewritten. Restore a copy from before; consentd audit verify names "
                             "the entry");
  }
}

ZoneLog::ZoneLog(const std::string& directory, std::string origin)
    : connection_(ledger_path(directory), SqliteConnection::Mode::read_only),
      reader_(connection_),
      signer_(directory, std::move(origin)) {
  if (signer_.last()) check_signed_head(reader_, *signer_.last(), ledger_path(directory));
}

std::uint64_t ZoneLog::size() {
  const std::lock_guard lock(mutex_);
  return reader_.size();
}

std::optional<std::uint64_t> ZoneLog::leaf_of(const std::array<std::uint8_t, 16>& id) {
  const std::lock_guard lock(mutex_);
  return reader_.leaf_of(id);
}

void ZoneLog::renew(std::optional<std::uint64_t> leaf) {
  const auto now = Steady::now();
  const bool has_leaf = !leaf || *leaf < head_.size;
  if (!note_.empty() && has_leaf && now - signed_at_ < kCheckpointAgeMax) return;
  const std::uint64_t size = reader_.size();
  if (!note_.empty() && size == head_.size) {
    signed_at_ = now;
    return;
  }
  // What is on the disk may have been changed behind our back; it is not signed then.
  if (signer_.last()) check_signed_head(reader_, *signer_.last(), "the ledger");
  const TreeHead head{.size = size, .root = reader_.root(size)};
  note_ = signer_.sign(head);
  head_ = head;
  signed_at_ = now;
}

std::string ZoneLog::checkpoint() {
  const std::lock_guard lock(mutex_);
  renew(std::nullopt);
  return note_;
}

InclusionProof ZoneLog::proof_of(std::uint64_t leaf) {
  renew(leaf);
  InclusionProof proof{.leaf = leaf,
                       .entry = reader_.entry(leaf),
                       .hashes = reader_.inclusion_proof(leaf, head_.size),
                       .checkpoint = note_};
  if (!proves_inclusion(leaf_hash(proof.entry), leaf, head_.size,
                        std::span<const Sha256Digest>(proof.hashes), head_.root, node_hash)) {
    throw std::runtime_error("the log was changed near its entry " + std::to_string(leaf + 1) +
                             ": consentd audit verify names the place");
  }
  return proof;
}

std::optional<InclusionProof> ZoneLog::prove(std::uint64_t leaf) {
  const std::lock_guard lock(mutex_);
  if (leaf >= reader_.size() || reader_.entry(leaf).empty()) return std::nullopt;
  return proof_of(leaf);
}

std::optional<InclusionProof> ZoneLog::prove_id(const std::array<std::uint8_t, 16>& id) {
  const std::lock_guard lock(mutex_);
  const std::optional<std::uint64_t> leaf = reader_.leaf_of(id);
  if (!leaf) return std::nullopt;
  return proof_of(*leaf);
}

std::optional<ConsistencyProof> ZoneLog::prove_consistency(std::uint64_t old_size) {
  const std::lock_guard lock(mutex_);
  if (old_size == 0 || old_size > reader_.size()) return std::nullopt;
  renew(old_size - 1);
  return ConsistencyProof{.hashes = reader_.consistency_proof(old_size, head_.size),
                          .checkpoint = note_};
}

std::string ZoneLog::sign_statement(const std::string& text) {
  const std::lock_guard lock(mutex_);
  return signer_.sign_statement(text);
}

std::optional<std::string> ZoneLog::tile(const LogTile& tile) {
  const std::lock_guard lock(mutex_);
  if (tile_width(tile.level, tile.number, reader_.size()) < tile.width) return std::nullopt;
  std::string bytes = reader_.tile(tile);
  if (bytes.empty()) return std::nullopt;
  return bytes;
}

Sha256Digest ZoneLog::hash_of_leaf(std::uint64_t leaf) {
  const std::lock_guard lock(mutex_);
  return reader_.node({.level = 0, .number = leaf});
}

std::vector<std::string> ZoneLog::entries(std::uint64_t first, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  return reader_.entries(first, count);
}

std::vector<std::string> ZoneLog::newest(LogKind kind, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  return reader_.newest(kind, count);
}

}  // namespace consent::server
