#include "sample_log.h"

#include "audit/tree_hash.h"

namespace consent::testing {

using server::Sha256Digest;
using server::SqliteConnection;

LogLeaf sample_leaf(std::uint64_t number) {
  LogLeaf leaf;
  leaf.kind = LogKind::record;
  leaf.time_ms = 1'764'000'000'000 + static_cast<std::int64_t>(number);
  for (std::size_t i = 0; i < 8; ++i) {
    leaf.id[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  leaf.commitment.fill(static_cast<std::uint8_t>(number));
  return leaf;
}

std::string leaf_bytes(const LogLeaf& leaf) {
  const auto head = encode_head(leaf);
  return std::string(head.begin(), head.end()) + std::string(leaf.detail);
}

Sha256Digest reference_root(std::uint64_t begin, std::uint64_t end) {
  if (begin == end) return server::sha256({});
  if (end - begin == 1) return server::leaf_hash(leaf_bytes(sample_leaf(begin)));
  std::uint64_t half = 1;
  while (half * 2 < end - begin) half *= 2;
  return server::node_hash(reference_root(begin, begin + half), reference_root(begin + half, end));
}

SampleLog::SampleLog(const std::string& directory)
    : connection_(directory + "/ledger.sqlite", SqliteConnection::Mode::read_write) {
  connection_.execute("PRAGMA synchronous = OFF");
  if (connection_.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'log_entries'") == 0) {
    connection_.execute("PRAGMA journal_mode = WAL");
    connection_.execute(server::kLogTables);
  }
}

void SampleLog::append(std::uint64_t count) {
  connection_.execute("BEGIN");
  server::SqliteLogWriter writer(connection_);
  for (std::uint64_t i = 0; i < count; ++i) writer.append(sample_leaf(writer.size()));
  connection_.execute("COMMIT");
}

}  // namespace consent::testing
