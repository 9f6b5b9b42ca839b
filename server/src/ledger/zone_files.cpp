#include "ledger/zone_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "formats/uuid.h"
#include "keys/key_file.h"
#include "ledger/erasure_list.h"
#include "ledger/ledger.h"
#include "process/file_descriptor.h"

namespace consent::server {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw std::runtime_error(path + ": " + what + ": " + std::strerror(errno) +
                           "; the data directory must be writable for this user");
}

void make_directory(const std::string& path) {
  if (mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) fail(path, "cannot make the directory");
}

// SQLite gives its log the mode of the database.
void make_private_file(const std::string& path) {
  const FileDescriptor file(
      open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!file) fail(path, "cannot open the ledger");
  if (!sync_directory_of(path)) fail(path, "cannot sync its directory");
}

MissingKeys keys_of(const std::string& path) {
  std::error_code unreadable;
  const bool has_records =
      std::filesystem::exists(path, unreadable) && std::filesystem::file_size(path, unreadable) > 0;
  return has_records ? MissingKeys::refuse : MissingKeys::make;
}

std::string prepared(const std::string& data_dir, Zone zone) {
  make_directory(data_dir + "/zones");
  make_directory(zone_directory(data_dir, zone));
  return zone_file_path(data_dir, zone);
}

}  // namespace

std::string zone_directory(const std::string& data_dir, Zone zone) {
  return data_dir + "/zones/" + std::string(to_text(zone));
}

std::string zone_file_path(const std::string& data_dir, Zone zone) {
  return zone_directory(data_dir, zone) + "/ledger.sqlite";
}

std::string zone_keys_directory(const std::string& data_dir, Zone zone) {
  return zone_directory(data_dir, zone) + "/keys";
}

ZoneFiles::ZoneFiles(const std::string& data_dir, Zone of, const KeySource& from)
    : zone(of),
      path(prepared(data_dir, of)),
      erasures(erasure_list_path(zone_directory(data_dir, of))),
      keys(of, zone_keys_directory(data_dir, of), from, keys_of(path)),
      source(from.kind) {
  make_private_file(path);
}

namespace {

// Whether the file knows the key. Throws when it knows another of this number.
bool is_known(SqliteConnection& connection, const ZoneKeys& keys, KekId id) {
  SqliteStatement known = connection.prepare("SELECT fingerprint FROM keys WHERE id = ?");
  std::array<std::uint8_t, 16> stored{};
  const SqliteReading reading(known.bind(0, std::int64_t{id}));
  if (!known.step()) return false;
  if (known.blob(0, stored) && stored == keys.fingerprint(id)) return true;
  throw std::runtime_error(
      (id == 0 ? "the lookup key" : "key-encryption key " + std::to_string(id)) +
      std::string(" is not the one this ledger was made with; restore its keys"));
}

}  // namespace

void settle_keys(SqliteConnection& connection, const ZoneFiles& files, ChangeLog* log) {
  for (const KekId id : {KekId{0}, files.keys.newest_kek()}) {
    if (is_known(connection, files.keys, id)) continue;
    connection.prepare("INSERT INTO keys (id, fingerprint) VALUES (?, ?)")
        .bind(0, std::int64_t{id})
        .bind_blob(1, *files.keys.fingerprint(id))
        .run();
    const std::string name = id == 0 ? "lookup" : "kek." + std::to_string(id);
    if (log != nullptr) log->append(connection, key_entry(files.zone, name));
  }
  SqliteStatement keks_in_use = connection.prepare(kKeksInUse);
  follow_rotation(keks_in_use, files.keys);
}

LogEntry key_entry(Zone zone, std::string word) {
  LogEntry entry;
  entry.kind = LogKind::key;
  entry.zone = zone;
  entry.time = SystemClock().now();
  entry.record = make_uuid_v7(entry.time);
  entry.subject = std::move(word);
  return entry;
}

const char* const kKeksInUse =
    "SELECT (SELECT max(id) FROM keys), ifnull((SELECT min(id) FROM keys WHERE id > 0), 0)";

void follow_rotation(SqliteStatement& keks_in_use, const ZoneKeys& keys) {
  const SqliteReading reading(keks_in_use);
  if (!keks_in_use.step()) return;
  const auto id = static_cast<KekId>(keks_in_use.integer(0));
  if (id != keys.newest_kek() && !keys.kek(id)) {
    throw std::runtime_error("key-encryption key " + std::to_string(id) +
                             " is missing: restore it, or give it to this process, too");
  }
  keys.forget_keks_below(static_cast<KekId>(keks_in_use.integer(1)));
}

}  // namespace consent::server
