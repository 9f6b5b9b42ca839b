#include "ledger/key_rotation.h"

#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "ledger/directory_lock.h"
#include "ledger/ledger.h"
#include "ledger/sqlite_schema.h"
#include "ledger/stored_rows.h"

namespace consent::server {
namespace {

constexpr std::int64_t kBatch = 512;

// A table with data keys, each bound to the row's own name.
struct WrappedTable {
  const char* count;
  const char* select;
  const char* rewrap;
};
constexpr WrappedTable kSubjects = {
    "SELECT count(*) FROM subjects WHERE wrapped_key IS NOT NULL AND kek < ",
    "SELECT hash, wrapped_key, kek FROM subjects "
    "WHERE hash > ?1 AND kek < ?2 AND wrapped_key IS NOT NULL ORDER BY hash LIMIT ?3",
    "UPDATE subjects SET wrapped_key = ?, kek = ? WHERE hash = ?"};
constexpr WrappedTable kRequests = {
    "SELECT count(*) FROM requests WHERE kek < ",
    "SELECT id, wrapped_key, kek FROM requests WHERE id > ?1 AND kek < ?2 ORDER BY id LIMIT ?3",
    "UPDATE requests SET wrapped_key = ?, kek = ? WHERE id = ?"};
constexpr WrappedTable kCopiedSubjects = {
    "SELECT count(*) FROM copied_subjects WHERE kek < ",
    "SELECT hash, wrapped_key, kek FROM copied_subjects WHERE hash > ?1 AND kek < ?2 ORDER BY hash "
    "LIMIT ?3",
    "UPDATE copied_subjects SET wrapped_key = ?, kek = ? WHERE hash = ?"};
constexpr std::array kWrappedTables = {kSubjects, kRequests, kCopiedSubjects};

struct Wrapped {
  LookupHash hash{};
  WrappedKey key;
};

class Rotating {
 public:
  Rotating(ZoneFiles& files, ChangeLog& log, const Progress& progress,
           std::chrono::milliseconds readers_patience)
      : files_(files),
        log_(log),
        progress_(progress),
        readers_patience_(readers_patience),
        connection_(files.path, SqliteConnection::Mode::read_write),
        envelope_(files.zone, files.keys) {
    prepare_ledger_file(connection_, IntegrityCheck::skip);
    log_.opened(connection_);
  }

  Rotation run(const std::string& data_dir) {
    enter_newest(data_dir);
    for (const WrappedTable& table : kWrappedTables) all_ += old_keys_in(table);
    progress_(0, all_ + 1);
    for (const WrappedTable& table : kWrappedTables) rewrap_all(table);
    if (done_.damaged == 0) end_old_keys();
    progress_(all_ + 1, all_ + 1);
    return std::move(done_);
  }

 private:
  KekId known(const char* which) {
    return static_cast<KekId>(connection_.integer(std::string("SELECT ifnull(") + which +
                                                  "(id), 0) FROM keys WHERE id > 0"));
  }

  template <typename Change>
  void transaction(Change change) {
    connection_.execute("BEGIN IMMEDIATE");
    try {
      change();
      connection_.execute("COMMIT");
    } catch (...) {
      log_.ended(false);
      throw;  // the connection goes with it, which rolls back
    }
    log_.ended(true);
  }

  void enter_newest(const std::string& data_dir) {
    const KekId before = known("max");
    done_.resumed = known("min") < before;
    if (files_.keys.newest_kek() <= before && !done_.resumed) {
      if (!files_.keys.are_files()) {
        throw std::runtime_error("there is no new key: add kek." + std::to_string(before + 1) +
                                 "=KEY to what --zone-keys names, beside the old one");
      }
      files_.keys.make_kek();
    }
    FileDescriptor alone;
    if (files_.keys.newest_kek() > before && files_.source == KeySource::Kind::environment) {
      // A running service cannot be given another environment.
      alone = try_lock(data_dir + "/ledger.lock");
      if (!alone) {
        throw std::runtime_error(
            "the running service does not have the new key: start it again with the new variable, "
            "then rotate");
      }
    }
    transaction([&] { settle_keys(connection_, files_, &log_); });
    done_.kek = files_.keys.newest_kek();
  }

  std::uint64_t old_keys_in(const WrappedTable& table) {
    return static_cast<std::uint64_t>(connection_.integer(table.count + std::to_string(done_.kek)));
  }

  std::vector<Wrapped> next_batch(const WrappedTable& table, const LookupHash& after) {
    SqliteStatement rows = connection_.prepare(table.select);
    rows.bind_blob(0, after).bind(1, std::int64_t{done_.kek}).bind(2, kBatch);
    std::vector<Wrapped> batch;
    while (rows.step()) {
      Wrapped& one = batch.emplace_back();
      if (!rows.blob(0, one.hash)) throw std::runtime_error("a stored row is damaged");
      one.key = {static_cast<KekId>(rows.integer(2)), rows.bytes(1)};
    }
    return batch;
  }

  // Half the time is left to the service's own writer.
  void rewrap_all(const WrappedTable& table) {
    LookupHash last{};
    while (true) {
      const auto began = std::chrono::steady_clock::now();
      std::size_t size = 0;
      transaction([&] {
        const std::vector<Wrapped> batch = next_batch(table, last);
        for (const Wrapped& one : batch) rewrap(table, one);
        size = batch.size();
        if (size > 0) last = batch.back().hash;
      });
      if (size == 0) return;
      progress_(std::min(done_.rewrapped + done_.damaged, all_), all_ + 1);
      std::this_thread::sleep_for(std::chrono::steady_clock::now() - began);
    }
  }

  void rewrap(const WrappedTable& table, const Wrapped& one) {
    try {
      const WrappedKey fresh = envelope_.wrap(one.hash, envelope_.unwrap(one.hash, one.key));
      connection_.prepare(table.rewrap)
          .bind_blob(0, fresh.bytes)
          .bind(1, std::int64_t{fresh.kek})
          .bind_blob(2, one.hash)
          .run();
      ++done_.rewrapped;
    } catch (const DamagedRecord&) {
      ++done_.damaged;
    }
  }

  // Only what no row names, as the disk has it, is destroyed; and only then the log says so.
  void end_old_keys() {
    const std::string older = " < " + std::to_string(done_.kek);
    for (const WrappedTable& table : kWrappedTables) {
      if (old_keys_in(table) == 0) continue;
      throw std::runtime_error("something still needs the old key; rotate again");
    }
    std::this_thread::sleep_for(readers_patience_);
    const bool ours = files_.keys.are_files();
    if (ours) files_.keys.destroy_keks_below(done_.kek);
    SqliteStatement old = connection_.prepare("SELECT id FROM keys WHERE id > 0 AND id" + older);
    while (old.step()) done_.gone.push_back(static_cast<KekId>(old.integer(0)));
    old.reset();
    transaction([&] {
      for (const KekId id : done_.gone) {
        const std::string name = "kek." + std::to_string(id);
        log_.append(connection_, key_entry(files_.zone, name + (ours ? " destroyed" : " retired")));
      }
      connection_.execute("DELETE FROM keys WHERE id > 0 AND id" + older);
    });
  }

  ZoneFiles& files_;
  ChangeLog& log_;
  const Progress& progress_;
  const std::chrono::milliseconds readers_patience_;
  SqliteConnection connection_;
  Envelope envelope_;
  Rotation done_;
  std::uint64_t all_ = 0;  // to be wrapped anew
};

}  // namespace

Rotation rotate_keys(const std::string& data_dir, Zone zone, const KeySource& source,
                     ChangeLog& log, const Progress& progress,
                     std::chrono::milliseconds readers_patience) {
  const FileDescriptor alone = try_lock(zone_directory(data_dir, zone) + "/rotation.lock");
  if (!alone) throw std::runtime_error("another rotation is running: wait for its end");
  ZoneFiles files(data_dir, zone, source);
  return Rotating(files, log, progress, readers_patience).run(data_dir);
}

}  // namespace consent::server
