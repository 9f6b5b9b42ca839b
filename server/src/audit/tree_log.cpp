#include "audit/tree_log.h"

#include "audit/log_signer.h"
#include "audit/zone_log.h"
#include "formats/hexadecimal.h"

namespace consent::server {
namespace {

constexpr const char* kRenewed =
    "SELECT count(*) FROM sqlite_schema WHERE name = 'log_entries_are_never_changed' AND sql LIKE "
    "'%zeroblob%'";

}  // namespace

Sha256Digest content_of(LogKind kind, std::string_view detail) {
  constexpr std::string_view kNoticePrefix = "sha256:";
  Sha256Digest content{};
  if (kind == LogKind::notice && detail.starts_with(kNoticePrefix) &&
      parse_hex(detail.substr(kNoticePrefix.size()), content)) {
    return content;
  }
  return sha256(detail);
}

LogLeaf leaf_of(const LogEntry& entry) {
  LogLeaf leaf;
  leaf.kind = entry.kind;
  leaf.time_ms = entry.time.time_since_epoch().count();
  leaf.id = entry.record;
  if (entry.kind == LogKind::refusals) leaf.commitment = entry.commitment;
  if (is_personal(entry.kind)) {
    leaf.commitment = entry.commitment;
    leaf.content = entry.ciphertext_hash;
    if (may_have_detail(entry.kind)) leaf.detail = entry.subject;
  } else {
    leaf.detail = entry.subject;
    leaf.content = content_of(entry.kind, leaf.detail);
  }
  return leaf;
}

void TreeLog::opened(SqliteConnection& connection) {
  looked_ = false;
  writer_.reset();
  if (connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'log_entries'") == 0) {
    connection.execute("BEGIN IMMEDIATE");
    connection.execute(kLogTables);
    connection.execute("COMMIT");
  } else if (connection.integer(kRenewed) == 0) {
    connection.execute("BEGIN IMMEDIATE");
    connection.execute(kLogTriggersRenewed);
    connection.execute("COMMIT");
  }
  const std::optional<TreeHead> last = read_signed_head(directory_);
  if (!last) return;
  SqliteLogReader reader(connection);
  check_signed_head(reader, *last, directory_ + "/ledger.sqlite");
}

void TreeLog::append(SqliteConnection& connection, const LogEntry& entry) {
  if (!looked_) {
    const std::int64_t version = connection.integer("PRAGMA data_version");
    if (version != version_) writer_.reset();
    version_ = version;
    looked_ = true;
  }
  if (!writer_) writer_.emplace(connection);
  writer_->append(leaf_of(entry));
}

void TreeLog::ended(bool committed) {
  looked_ = false;
  if (!committed) writer_.reset();
}

}  // namespace consent::server
