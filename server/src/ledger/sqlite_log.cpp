#include "ledger/sqlite_log.h"

#include <algorithm>
#include <span>

#include "audit/tree_hash.h"

namespace consent::server {

const char* const kLogTables = R"sql(
CREATE TABLE log_entries (
  leaf  INTEGER PRIMARY KEY,
  entry BLOB NOT NULL CHECK (length(entry) >= 90),
  hash  BLOB NOT NULL CHECK (length(hash) = 32)  -- so that a changed entry is named
) STRICT;
CREATE INDEX log_entries_by_id ON log_entries (substr(entry, 11, 16));
CREATE INDEX log_entries_public ON log_entries (substr(entry, 2, 1), leaf)
  WHERE substr(entry, 2, 1) >= x'05';
CREATE TRIGGER log_entries_are_never_changed BEFORE UPDATE ON log_entries
  WHEN NEW.leaf IS NOT OLD.leaf OR NEW.hash IS NOT OLD.hash OR NEW.entry IS NOT zeroblob(90)
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_entries_are_never_removed BEFORE DELETE ON log_entries
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TABLE log_nodes (
  level  INTEGER NOT NULL CHECK (level % 8 = 0 AND level > 0),
  number INTEGER NOT NULL,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;
)sql";

const char* const kLogTriggersRenewed = R"sql(
DROP TRIGGER log_entries_are_never_changed;
CREATE TRIGGER log_entries_are_never_changed BEFORE UPDATE ON log_entries
  WHEN NEW.leaf IS NOT OLD.leaf OR NEW.hash IS NOT OLD.hash OR NEW.entry IS NOT zeroblob(90)
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
)sql";

bool is_destroyed(std::string_view entry) {
  return entry.size() == kLeafHeadBytes && entry.find_first_not_of('\0') == std::string_view::npos;
}

namespace {

constexpr const char* kSize = "SELECT ifnull(max(leaf) + 1, 0) FROM log_entries";
constexpr const char* kEntries =
    "SELECT leaf, entry, hash FROM log_entries WHERE leaf >= ? ORDER BY leaf LIMIT ?";
constexpr const char* kHashes =
    "SELECT leaf, hash FROM log_entries WHERE leaf >= ? ORDER BY leaf LIMIT ?";
constexpr const char* kNodes =
    "SELECT number, hash FROM log_nodes WHERE level = ? AND number >= ? ORDER BY number LIMIT ?";
constexpr const char* kById =
    "SELECT leaf FROM log_entries WHERE substr(entry, 11, 16) = ? ORDER BY leaf LIMIT 1";
constexpr const char* kNewest =
    "SELECT entry FROM log_entries WHERE substr(entry, 2, 1) = ? AND substr(entry, 2, 1) >= x'05' "
    "ORDER BY leaf DESC LIMIT ?";
constexpr const char* kEntryInsert = "INSERT INTO log_entries (leaf, entry, hash) VALUES (?, ?, ?)";
constexpr const char* kNodeInsert = "INSERT INTO log_nodes (level, number, hash) VALUES (?, ?, ?)";

std::int64_t column_value(std::uint64_t number) { return static_cast<std::int64_t>(number); }

[[noreturn]] void fail_missing(const char* what, std::uint64_t number) {
  throw SqliteError(SqliteError::Kind::corrupt,
                    std::string("the log misses ") + what + ' ' + std::to_string(number));
}

bool is_stored(unsigned level) { return level > 0 && level % kTileHeight == 0; }

// One hash of a power of two of them.
Sha256Digest folded(std::vector<Sha256Digest> hashes) {
  for (std::size_t count = hashes.size(); count > 1; count /= 2) {
    for (std::size_t i = 0; i < count / 2; ++i) {
      hashes[i] = node_hash(hashes[2 * i], hashes[2 * i + 1]);
    }
  }
  return hashes.front();
}

}  // namespace

SqliteLogReader::SqliteLogReader(SqliteConnection& connection)
    : size_(connection.prepare(kSize)),
      entries_(connection.prepare(kEntries)),
      hashes_(connection.prepare(kHashes)),
      nodes_(connection.prepare(kNodes)),
      by_id_(connection.prepare(kById)),
      newest_(connection.prepare(kNewest)) {}

std::uint64_t SqliteLogReader::size() {
  const SqliteReading reading(size_);
  return size_.step() ? static_cast<std::uint64_t>(size_.integer(0)) : 0;
}

std::vector<std::string> SqliteLogReader::entries(std::uint64_t first, std::uint64_t count) {
  std::vector<std::string> found;
  const SqliteReading reading(entries_.bind(0, column_value(first)).bind(1, column_value(count)));
  while (entries_.step()) {
    if (entries_.integer(0) != column_value(first + found.size())) {
      fail_missing("entry", first + found.size());
    }
    found.push_back(entries_.text(1));
    if (is_destroyed(found.back())) {
      found.back().clear();
      continue;
    }
    Sha256Digest hash{};
    if (!entries_.blob(2, hash) || hash != leaf_hash(found.back())) {
      throw SqliteError(SqliteError::Kind::corrupt,
                        "entry " + std::to_string(entries_.integer(0)) + " of the log was changed");
    }
  }
  return found;
}

std::string SqliteLogReader::entry(std::uint64_t leaf) {
  std::vector<std::string> found = entries(leaf, 1);
  if (found.empty()) fail_missing("entry", leaf);
  return std::move(found.front());
}

std::optional<std::uint64_t> SqliteLogReader::leaf_of(const std::array<std::uint8_t, 16>& id) {
  const SqliteReading reading(by_id_.bind_blob(0, id));
  if (!by_id_.step()) return std::nullopt;
  return static_cast<std::uint64_t>(by_id_.integer(0));
}

std::vector<std::string> SqliteLogReader::newest(LogKind kind, std::uint64_t count) {
  const std::array<std::uint8_t, 1> number = {static_cast<std::uint8_t>(kind)};
  std::vector<std::string> found;
  const SqliteReading reading(newest_.bind_blob(0, number).bind(1, column_value(count)));
  while (newest_.step()) found.push_back(newest_.text(0));
  return found;
}

std::vector<Sha256Digest> SqliteLogReader::stored_hashes(unsigned level, std::uint64_t first,
                                                         std::uint64_t count) {
  std::vector<Sha256Digest> hashes;
  hashes.reserve(count);
  SqliteStatement& statement = level == 0 ? hashes_ : nodes_;
  int next = 0;
  if (level > 0) statement.bind(next++, level);
  const SqliteReading reading(
      statement.bind(next, column_value(first)).bind(next + 1, column_value(count)));
  while (statement.step() && statement.integer(0) == column_value(first + hashes.size())) {
    hashes.emplace_back();
    if (!statement.blob(1, hashes.back())) break;
  }
  if (hashes.size() != count) fail_missing(level == 0 ? "entry" : "node", first + hashes.size());
  return hashes;
}

Sha256Digest SqliteLogReader::node(TreeNode node) {
  const unsigned base = node.level - node.level % kTileHeight;
  const unsigned height = node.level - base;
  return folded(stored_hashes(base, node.number << height, std::uint64_t{1} << height));
}

Sha256Digest SqliteLogReader::range(LeafRange range) {
  return range_hash(
      range, [this](TreeNode one) { return node(one); }, node_hash);
}

Sha256Digest SqliteLogReader::root(std::uint64_t size) {
  return size == 0 ? empty_root() : range({0, size});
}

std::vector<Sha256Digest> SqliteLogReader::proof(const ProofRanges& ranges) {
  std::vector<Sha256Digest> hashes;
  for (const LeafRange& one : ranges.view()) hashes.push_back(range(one));
  return hashes;
}

std::vector<Sha256Digest> SqliteLogReader::inclusion_proof(std::uint64_t leaf, std::uint64_t size) {
  return proof(inclusion_ranges(leaf, size));
}

std::vector<Sha256Digest> SqliteLogReader::consistency_proof(std::uint64_t old_size,
                                                             std::uint64_t size) {
  return proof(consistency_ranges(old_size, size));
}

std::string SqliteLogReader::tile(const LogTile& tile) {
  const std::uint64_t first = tile.number * kTileWidth;
  std::string bytes;
  if (!tile.bundle) {
    for (const Sha256Digest& hash : stored_hashes(tile.level * kTileHeight, first, tile.width)) {
      bytes.append(hash.begin(), hash.end());
    }
    return bytes;
  }
  const std::vector<std::string> found = entries(first, tile.width);
  if (found.size() != tile.width) fail_missing("entry", first + found.size());
  for (const std::string& entry : found) {
    if (entry.empty()) return {};
    bytes += static_cast<char>(entry.size() >> 8);
    bytes += static_cast<char>(entry.size() & 0xff);
    bytes += entry;
  }
  return bytes;
}

SqliteLogWriter::SqliteLogWriter(SqliteConnection& connection)
    : entry_(connection.prepare(kEntryInsert)), node_(connection.prepare(kNodeInsert)) {
  SqliteLogReader reader(connection);
  size_ = reader.size();
  LeafRange rest{0, size_};
  while (rest.begin < rest.end) {
    const TreeNode peak = first_node(rest);
    peaks_[peak.level] = reader.node(peak);
    rest.begin += std::uint64_t{1} << peak.level;
  }
}

std::uint64_t SqliteLogWriter::append(const LogLeaf& entry) {
  const auto head = encode_head(entry);
  std::string bytes(head.begin(), head.end());
  bytes += entry.detail;
  const std::uint64_t leaf = size_;
  const std::span blob(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  Sha256Digest hash = leaf_hash(bytes);
  entry_.bind(0, column_value(leaf)).lend_blob(1, blob).lend_blob(2, hash).run();
  unsigned level = 0;
  for (; (size_ >> level & 1) != 0; ++level) {
    hash = node_hash(peaks_[level], hash);
    if (is_stored(level + 1)) {
      node_.bind(0, level + 1).bind(1, column_value(leaf >> (level + 1))).bind_blob(2, hash).run();
    }
  }
  peaks_[level] = hash;
  ++size_;
  return leaf;
}

}  // namespace consent::server
