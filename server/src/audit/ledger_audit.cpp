#include "audit/ledger_audit.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>

#include "audit/log_signer.h"
#include "audit/tree_hash.h"
#include "audit/tree_log.h"
#include "consent/log_leaf.h"
#include "formats/uuid.h"
#include "ledger/copy_rows.h"
#include "ledger/record.h"
#include "ledger/refusal_days.h"
#include "ledger/sqlite_log.h"
#include "wire/json_document.h"

namespace consent::server {
namespace {

constexpr std::uint64_t kProgressEvery = 512;
constexpr std::int64_t kCommitsToRefusals = 2;  // the schema from which the log does
constexpr std::int64_t kHasRequests = 5;

// What ends the audit; its text is the report's.
struct Finding : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string entry_name(std::uint64_t leaf) {
  return "entry " + std::to_string(leaf + 1) + " (leaf " + std::to_string(leaf) + ')';
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// What an entry of kind retention says.
std::uint64_t destroyed_below(std::string_view detail) {
  const JsonParse parsed = parse_json(detail);
  const JsonValue* below = parsed.error ? nullptr : parsed.value.find("destroyed_below");
  const std::int64_t leaf = below == nullptr ? 0 : below->integer().value_or(0);
  return leaf < 0 ? 0 : static_cast<std::uint64_t>(leaf);
}

// A zone's directory has its name, in a backup too.
Zone zone_named(const std::string& directory) {
  const auto name = std::filesystem::path(directory).filename();
  return name == to_text(Zone::us) ? Zone::us : Zone::eu;
}

class Audit {
 public:
  Audit(SqliteConnection& connection, Zone zone, const Progress& progress)
      : connection_(connection), zone_(zone), reader_(connection), progress_(progress) {}

  AuditReport run(const std::optional<TreeHead>& signed_last, const std::optional<TreeHead>& kept) {
    all_ = reader_.size() + count("records");
    try {
      check_entries();
      check_head(signed_last, "the tree that was signed last (log.head)");
      check_head(kept, "the checkpoint that was kept");
      check_records();
      check_notices();
      check_refusals();
      check_requests();
      check_copies();
    } catch (const Finding& finding) {
      report_.failure = finding.what();
    }
    progress_(done_, all_);
    return std::move(report_);
  }

 private:
  std::uint64_t count(const char* table) {
    return static_cast<std::uint64_t>(
        connection_.integer(std::string("SELECT count(*) FROM ") + table));
  }

  void step() {
    if (++done_ % kProgressEvery == 0) progress_(done_, all_);
  }

  void check_entries() {
    SqliteStatement rows =
        connection_.prepare("SELECT leaf, entry, hash FROM log_entries ORDER BY leaf");
    SqliteStatement nodes =
        connection_.prepare("SELECT hash FROM log_nodes WHERE level = ? AND number = ?");
    std::array<Sha256Digest, kProofHashesMax> peaks{};
    std::uint64_t& size = report_.head.size;
    for (; rows.step(); ++size, step()) {
      if (rows.integer(0) != static_cast<std::int64_t>(size))
        throw Finding(entry_name(size) + " is missing");
      Sha256Digest hash = check_entry(rows, size);
      unsigned level = 0;
      for (; (size >> level & 1) != 0; ++level) {
        hash = node_hash(peaks[level], hash);
        if ((level + 1) % kTileHeight == 0) check_node(nodes, level + 1, size, hash);
      }
      peaks[level] = hash;
    }
    report_.head.root = reader_.root(size);
    if (report_.destroyed != 0 && last_destroyed_ >= destroyed_below_) {
      throw Finding(entry_name(last_destroyed_) +
                    " was destroyed, and the log does not say that its period was over");
    }
  }

  Sha256Digest check_entry(const SqliteStatement& row, std::uint64_t leaf) {
    const std::string entry = row.text(1);
    Sha256Digest stored{};
    const bool is_hash = row.blob(2, stored);
    if (is_hash && is_destroyed(entry)) {
      ++report_.destroyed;
      last_destroyed_ = leaf;
      return stored;
    }
    const auto decoded = decode_leaf(bytes_of(entry));
    if (!decoded) throw Finding(entry_name(leaf) + " is no entry");
    const Sha256Digest hash = leaf_hash(entry);
    if (!is_hash || stored != hash) {
      throw Finding(entry_name(leaf) + " was changed: its bytes no longer have their hash");
    }
    if (!is_personal(decoded->kind) &&
        decoded->content != content_of(decoded->kind, decoded->detail)) {
      throw Finding(entry_name(leaf) + " says something else than what it is the hash of");
    }
    if (decoded->kind == LogKind::retention) {
      destroyed_below_ = std::max(destroyed_below_, destroyed_below(decoded->detail));
    }
    return hash;
  }

  void check_node(SqliteStatement& nodes, unsigned level, std::uint64_t leaf,
                  const Sha256Digest& hash) {
    const std::uint64_t number = leaf >> level;
    const SqliteReading reading(nodes.bind(0, level).bind(1, static_cast<std::int64_t>(number)));
    Sha256Digest stored{};
    if (nodes.step() && nodes.blob(0, stored) && stored == hash) return;
    throw Finding("of the entries " + std::to_string((number << level) + 1) + " to " +
                  std::to_string((number + 1) << level) +
                  " one was changed with its hash, or the hash over them was");
  }

  void check_head(const std::optional<TreeHead>& head, const std::string& name) {
    if (!head) return;
    if (head->size > report_.head.size) {
      throw Finding(entry_name(report_.head.size) + " is missing: " + name + " has " +
                    std::to_string(head->size) + " entries");
    }
    if (reader_.root(head->size) != head->root) {
      throw Finding("one of the entries 1 to " + std::to_string(head->size) +
                    " was changed with its hash: they are not those of " + name);
    }
  }

  // Each record has its leaf, the leaf commits to what is stored, and nothing has two.
  void check_records() {
    SqliteStatement rows = connection_.prepare(
        "SELECT id, commitment, ciphertext_hash, ifnull(payload, x''), sequence FROM records "
        "ORDER BY sequence");
    for (; rows.step(); step(), ++report_.records) {
      RecordId id{};
      if (!rows.blob(0, id)) throw Finding("record " + rows.text(4) + " has no id");
      const std::optional<std::uint64_t> leaf = reader_.leaf_of(id);
      const std::string name = "record " + rows.text(4) + ", " + to_text(id);
      if (!leaf) throw Finding(name + ", has no entry in the log");
      check_record(rows, *leaf, name);
    }
    const std::uint64_t leaves = static_cast<std::uint64_t>(connection_.integer(
        "SELECT count(*) FROM log_entries WHERE substr(entry, 1, 2) IN (x'0100', x'0101')"));
    if (leaves != report_.records) {
      throw Finding("the log has entries of " + std::to_string(leaves) + " records, the ledger " +
                    std::to_string(report_.records) + ": records were removed");
    }
  }

  void check_record(const SqliteStatement& row, std::uint64_t leaf, const std::string& name) {
    const std::string entry = reader_.entry(leaf);
    const auto decoded = decode_leaf(bytes_of(entry));
    Sha256Digest commitment{};
    Sha256Digest ciphertext{};
    if (!decoded || !row.blob(1, commitment) || !row.blob(2, ciphertext) ||
        decoded->commitment != commitment || decoded->content != ciphertext) {
      throw Finding(name + ", is not what " + entry_name(leaf) + " commits to");
    }
    const std::string payload = row.text(3);
    if (payload.empty()) {
      ++report_.erased;
    } else if (sha256(payload) != ciphertext) {
      throw Finding(name + ", was changed: its ciphertext is not that of " + entry_name(leaf));
    }
  }

  void check_notices() {
    SqliteStatement rows = connection_.prepare(
        "SELECT id, canonical_json FROM notices WHERE canonical_json IS NOT NULL");
    while (rows.step()) {
      if (rows.text(0) != "sha256:" + sha256_hex(rows.text(1)))
        throw Finding("the notice " + rows.text(0) + " was changed: its text has another hash");
    }
  }

  // The counts of each day that is over are those of its newest entry.
  void check_refusals() {
    const char* const is_there = "SELECT count(*) FROM sqlite_schema WHERE name = 'refusal_days'";
    if (connection_.integer("PRAGMA user_version") < kCommitsToRefusals &&
        connection_.integer(is_there) == 0) {
      return;  // a backup from before the log did
    }
    const char* const in_log =
        "SELECT count(DISTINCT substr(entry, 91)) FROM log_entries WHERE substr(entry, 2, 1) = "
        "x'09'";
    if (connection_.integer(in_log) != static_cast<std::int64_t>(count("refusal_days")))
      throw Finding("the log has committed to other days' refusals than the ledger holds");
    SqliteStatement rows = connection_.prepare("SELECT day, entry, nonce FROM refusal_days");
    while (rows.step()) {
      RecordId id{};
      Sha256Digest nonce{};
      const std::string day = rows.text(0);
      const bool read = rows.blob(1, id) && rows.blob(2, nonce);
      const std::optional<std::uint64_t> leaf = read ? reader_.leaf_of(id) : std::nullopt;
      if (!leaf) throw Finding("the refusals of " + day + " have no entry in the log");
      const std::string entry = reader_.entry(*leaf);
      const auto decoded = decode_leaf(bytes_of(entry));
      if (!decoded || decoded->kind != LogKind::refusals || decoded->detail != day ||
          decoded->commitment != refusals_commitment(connection_, zone_, day, nonce)) {
        throw Finding("the refusals of " + day + " are not those that " + entry_name(*leaf) +
                      " commits to");
      }
    }
  }

  // Each request is what its newest entry says, and none is missing that was not removed.
  void check_requests() {
    const char* const is_there = "SELECT count(*) FROM sqlite_schema WHERE name = 'requests'";
    if (connection_.integer("PRAGMA user_version") < kHasRequests &&
        connection_.integer(is_there) == 0) {
      return;  // a backup from before there were any
    }
    SqliteStatement rows = connection_.prepare(
        "SELECT payload, (SELECT max(leaf) FROM log_entries WHERE substr(entry, 11, 16) = id AND "
        "substr(entry, 1, 2) = x'010b'), id FROM requests ORDER BY id");
    std::uint64_t found = 0;
    for (; rows.step(); ++found) {
      RecordId id{};
      const std::string name = rows.blob(2, id) ? "request " + to_text(id) : "a request without id";
      if (rows.is_null(1)) throw Finding(name + ", has no entry in the log");
      const auto leaf = static_cast<std::uint64_t>(rows.integer(1));
      const std::string entry = reader_.entry(leaf);
      const auto decoded = decode_leaf(bytes_of(entry));
      if (!decoded || decoded->content != sha256(rows.text(0)))
        throw Finding(name + ", is not what " + entry_name(leaf) + " commits to");
    }
    const auto kept = static_cast<std::uint64_t>(connection_.integer(
        "SELECT count(*) FROM (SELECT max(leaf), substr(entry, 27, 64) AS commits FROM log_entries "
        "WHERE substr(entry, 1, 2) = x'010b' GROUP BY substr(entry, 11, 16)) WHERE commits != "
        "zeroblob(64)"));
    if (kept != found) {
      throw Finding("the log has " + std::to_string(kept) +
                    " requests that were not removed, the "
                    "ledger " +
                    std::to_string(found) + ": requests were removed");
    }
  }

  // Each copy is what its newest entry says, and none is missing that was not destroyed.
  void check_copies() {
    if (!has_copies_table(connection_)) return;  // a backup from before there were any
    SqliteStatement rows = connection_.prepare(
        "SELECT source, sequence, id, payload, commitment, (SELECT max(leaf) FROM log_entries "
        "WHERE substr(entry, 11, 16) = id AND substr(entry, 1, 2) = x'010c') FROM copies "
        "ORDER BY source, sequence");
    for (; rows.step(); step(), ++report_.copies) {
      const Zone source = rows.integer(0) == static_cast<int>(Zone::us) ? Zone::us : Zone::eu;
      const std::string detail = copy_detail(source, static_cast<std::uint64_t>(rows.integer(1)));
      RecordId id{};
      const std::string name =
          "the copy of record " + detail + (rows.blob(2, id) ? ", " + to_text(id) : "");
      if (rows.is_null(5)) throw Finding(name + ", has no entry in the log");
      const auto leaf = static_cast<std::uint64_t>(rows.integer(5));
      const std::string entry = reader_.entry(leaf);
      const auto decoded = decode_leaf(bytes_of(entry));
      Sha256Digest commitment{};
      if (!decoded || !rows.blob(4, commitment) || decoded->commitment != commitment ||
          decoded->content != sha256(rows.text(3)) || decoded->detail != detail) {
        throw Finding(name + ", is not what " + entry_name(leaf) + " commits to");
      }
    }
    const auto kept = static_cast<std::uint64_t>(connection_.integer(
        "SELECT count(*) FROM (SELECT max(leaf), substr(entry, 27, 64) AS commits FROM log_entries "
        "WHERE substr(entry, 2, 1) = x'0c' AND substr(entry, 2, 1) >= x'05' GROUP BY "
        "substr(entry, 11, 16)) WHERE commits != zeroblob(64)"));
    if (kept != report_.copies) {
      throw Finding("the log has " + std::to_string(kept) +
                    " copies that were not destroyed, the ledger " +
                    std::to_string(report_.copies) + ": copies were removed");
    }
  }

  SqliteConnection& connection_;
  const Zone zone_;
  SqliteLogReader reader_;
  const Progress& progress_;
  AuditReport report_;
  std::uint64_t last_destroyed_ = 0;
  std::uint64_t destroyed_below_ = 0;  // as the log says
  std::uint64_t done_ = 0;
  std::uint64_t all_ = 0;
};

}  // namespace

AuditReport audit_ledger(const std::string& directory, const std::optional<TreeHead>& kept,
                         const Progress& progress) {
  const std::string path = directory + "/ledger.sqlite";
  try {
    SqliteConnection connection(path, SqliteConnection::Mode::read_only);
    connection.execute("BEGIN");  // one state of it all, also while a service writes
    return Audit(connection, zone_named(directory), progress)
        .run(read_signed_head(directory), kept);
  } catch (const SqliteError& error) {
    throw std::runtime_error(path + ": " + error.what());
  }
}

}  // namespace consent::server
