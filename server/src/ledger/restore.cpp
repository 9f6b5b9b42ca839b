#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>
#include <stdexcept>

#include "audit/tree_log.h"
#include "keys/key_copies.h"
#include "ledger/backup.h"
#include "ledger/erasure_list.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "ledger/ledger_commands.h"
#include "ledger/zone_files.h"
#include "process/file_descriptor.h"
#include "site/published_policies.h"

namespace consent::server {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& what) { throw std::runtime_error(what); }

// Gone with the object unless it was put into place.
class Draft {
 public:
  explicit Draft(const std::string& data_dir) : place_(data_dir), path_(data_dir + ".restoring") {
    if (fs::exists(path_)) {
      refuse(path_ + " is left of a restore that was interrupted: remove it");
    }
    fs::create_directories(path_);
    fs::permissions(path_, fs::perms::owner_all);
  }
  ~Draft() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const std::string& path() const { return path_; }
  void put_into_place() const {
    if (std::rename(path_.c_str(), place_.c_str()) != 0 || !sync_directory_of(place_)) {
      refuse(place_ + ": cannot be put into place: " + std::strerror(errno));
    }
  }

 private:
  std::string place_;
  std::string path_;
};

std::set<LookupHash> subjects_in(const std::string& list) {
  std::set<LookupHash> subjects;
  for (const ListedErasure& one : read_erasure_list(list)) subjects.insert(one.subject);
  return subjects;
}

// The newest list must have what the backup's own has: otherwise it is an older one.
std::set<LookupHash> erasures_of(const RestoreOptions& options, Zone zone) {
  const std::string own = erasure_list_path(zone_directory(options.from, zone));
  std::set<LookupHash> then = fs::exists(own) ? subjects_in(own) : std::set<LookupHash>();
  if (options.erasures.empty()) return then;
  const std::string path = erasure_list_path(zone_directory(options.erasures, zone));
  std::set<LookupHash> now = subjects_in(path);
  if (!std::includes(now.begin(), now.end(), then.begin(), then.end())) {
    refuse(path + " is older than the backup, which knows of more erasures: name a newer one");
  }
  return now;
}

std::uint64_t erase_again(Ledger& ledger, Zone zone, const std::set<LookupHash>& erasures) {
  std::uint64_t erased = 0;
  for (const LookupHash& one : erasures) {
    const Erasure done =
        ledger.erase(SubjectPlace{zone, one}, ErasureCause::restored, SystemClock().now());
    if (done.failure) refuse(done.failure->detail);
    if (done.outcome == Erasure::Outcome::erased) ++erased;
  }
  return erased;
}

void copy_zone(const std::string& from, const std::string& to) {
  fs::create_directories(to);
  fs::permissions(to, fs::perms::owner_all);
  fs::copy_file(from + "/ledger.sqlite", to + "/ledger.sqlite");
  fs::permissions(to + "/ledger.sqlite", fs::perms::owner_read | fs::perms::owner_write);
  if (!sync_file(to + "/ledger.sqlite")) refuse(to + ": cannot be made durable");
}

void check(const std::string& directory, Zone zone, const ZoneKeys* keys,
           const ProgressOf& progress, LedgerCheck& found) {
  found = check_ledger(directory, zone, keys, progress(zone));
  if (!found.failure.empty()) refuse(found.failure);
}

RestoredZone restore_zone(const RestoreOptions& options, const std::string& draft, Zone zone,
                          const ProgressOf& progress) {
  const std::string from = zone_directory(options.from, zone);
  const std::string to = zone_directory(draft, zone);
  LedgerCheck found;
  check(from, zone, nullptr, progress, found);
  const std::set<LookupHash> erasures = erasures_of(options, zone);
  copy_zone(from, to);
  RestoredZone done{.zone = zone};
  {
    const auto ledger = open_sqlite_ledger(
        {.data_dir = draft, .zones = {zone}, .keys = options.source, .change_log = [&](Zone) {
           return std::make_unique<TreeLog>(to);
         }});
    done.erased_again = erase_again(*ledger, zone, erasures);
  }
  const ZoneFiles files(draft, zone, options.source);
  check(to, zone, &files.keys, progress, found);
  done.subjects = found.subjects;
  done.records = found.records;
  return done;
}

void restore_policies(const std::string& from, const std::string& draft) {
  const std::string changed = changed_file(from);
  if (!changed.empty()) refuse(changed + " is not the file that was backed up");
  const TextFile file = read_published_policies(from);
  if (!file.failure.empty()) refuse(file.failure);
  if (!file.text.empty()) replace_published_policies(draft, file.text);
}

}  // namespace

std::vector<RestoredZone> restore_backup(const RestoreOptions& options,
                                         const ProgressOf& progress) {
  const std::vector<Zone> zones = zones_in(options.from, {Zone::eu, Zone::us});
  if (fs::exists(options.data_dir) && !fs::is_empty(options.data_dir)) {
    refuse(options.data_dir + " is not empty: restore into a new directory, and keep the old one");
  }
  if (options.keys.empty() && options.source.kind == KeySource::Kind::file) {
    refuse("a backup holds no keys: name the directory that has them with --keys-from");
  }
  const Draft draft(options.data_dir);
  if (!options.keys.empty()) copy_keys(options.keys, draft.path());
  std::vector<RestoredZone> restored;
  for (const Zone zone : zones) {
    restored.push_back(restore_zone(options, draft.path(), zone, progress));
  }
  restore_policies(options.from, draft.path());
  draft.put_into_place();
  return restored;
}

}  // namespace consent::server
