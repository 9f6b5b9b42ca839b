#include "ledger/ledger_commands.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "audit/tree_log.h"
#include "keys/key_copies.h"
#include "ledger/backup.h"
#include "ledger/key_rotation.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "process/exit_status.h"
#include "process/progress_line.h"

namespace consent::server {
namespace {

Progress progress_of(Zone zone) { return progress_line(std::string(to_text(zone))); }

unsigned long long printable(std::uint64_t number) { return number; }

std::string numbers(const std::vector<KekId>& ids) {
  std::string text;
  for (const KekId id : ids) text += (text.empty() ? "kek." : ", kek.") + std::to_string(id);
  return text;
}

// True when no old key is left.
bool report(const std::string& zone, const Rotation& done, const KeySource& source) {
  std::printf("%s: kek.%u wraps now, %llu data keys were wrapped anew%s\n", zone.c_str(), done.kek,
              printable(done.rewrapped),
              done.resumed ? " (an interrupted rotation was ended)" : "");
  if (done.damaged > 0) {
    std::printf(
        "%s: WRONG: %llu data keys do not open, so the old key is kept: consentd verify "
        "says more\n",
        zone.c_str(), printable(done.damaged));
    return false;
  }
  if (done.gone.empty()) return true;
  if (source.kind == KeySource::Kind::file) {
    std::printf("%s: %s destroyed\n", zone.c_str(), numbers(done.gone).c_str());
  } else {
    std::printf("%s: nothing needs %s any more: remove it from what --zone-keys names\n",
                zone.c_str(), numbers(done.gone).c_str());
  }
  return true;
}

bool report(const std::string& zone, const LedgerCheck& found) {
  if (!found.failure.empty()) {
    std::printf("%s: WRONG: %s\n", zone.c_str(), found.failure.c_str());
    return false;
  }
  std::printf("%s: %llu entries are as they were written, ", zone.c_str(),
              printable(found.entries));
  if (found.opened) {
    std::printf("%llu records of %llu subjects open", printable(found.records),
                printable(found.subjects));
    if (found.copies > 0) {
      std::printf(", and %llu copies of another zone's records", printable(found.copies));
    }
    std::printf("\n");
  } else {
    std::printf("there are no keys here to open the records with\n");
  }
  return true;
}

// Null where they are files and not there, as in a backup.
std::unique_ptr<ZoneKeys> keys_of(const Config& config, Zone zone) {
  const std::string directory = zone_keys_directory(config.data_dir, zone);
  const bool files = config.zone_keys.kind == KeySource::Kind::file;
  if (files && !std::filesystem::exists(directory)) return nullptr;
  return std::make_unique<ZoneKeys>(zone, directory, config.zone_keys, MissingKeys::refuse);
}

// True of the directory itself, too; neither has to be there.
bool lies_in(const std::string& inner, const std::string& outer) {
  const auto place = [](const std::string& path) {
    std::string text =
        std::filesystem::weakly_canonical(std::filesystem::absolute(path) / "").string();
    return text.ends_with('/') ? text : text + '/';
  };
  return place(inner).starts_with(place(outer));
}

}  // namespace

std::vector<Zone> zones_in(const std::string& data_dir, const std::vector<Zone>& zones) {
  std::vector<Zone> found;
  for (const Zone zone : zones) {
    const std::string path = zone_file_path(data_dir, zone);
    std::error_code failure;
    if (std::filesystem::exists(path, failure)) found.push_back(zone);
    if (failure) {
      throw std::runtime_error(path + ": " + failure.message() +
                               "; call the command as a user who can read it");
    }
  }
  if (found.empty()) {
    throw std::runtime_error(data_dir + " holds no ledger; name its directory with --data-dir");
  }
  return found;
}

int rotate_zone_keys(const Config& config) {
  bool complete = true;
  for (const Zone zone : zones_in(config.data_dir, config.zones)) {
    const std::string name(to_text(zone));
    TreeLog log(zone_directory(config.data_dir, zone));
    const Rotation done =
        rotate_keys(config.data_dir, zone, config.zone_keys, log, progress_of(zone));
    complete = report(name, done, config.zone_keys) && complete;
  }
  return complete ? 0 : kFailed;
}

int back_up(const Config& config) {
  if (config.backup_to.empty())
    return complain("name a new directory for the backup: --to DIR", kMisused);
  if (!config.keys_to.empty() && lies_in(config.keys_to, config.backup_to)) {
    return complain(
        "--keys-to lies in --to, and whoever has both can read the records: name a directory apart "
        "from the backup",
        kMisused);
  }
  const std::vector<Zone> zones = zones_in(config.data_dir, config.zones);
  make_backup(config.data_dir, zones, config.backup_to, progress_of);
  for (const Zone zone : zones) {
    const LedgerCheck found =
        check_ledger(zone_directory(config.backup_to, zone), zone, nullptr,
                     progress_line(std::string(to_text(zone)) + ": verification"));
    if (!found.failure.empty()) throw std::runtime_error(found.failure);
    std::printf("%s: %llu entries are backed up\n", to_text(zone).data(), printable(found.entries));
  }
  if (config.keys_to.empty()) {
    std::printf(
        "the keys are not in it: copy them apart with --keys-to DIR, after each rotation\n");
  } else {
    std::printf("%zu new keys are copied to %s: keep them apart from the backup\n",
                copy_keys(config.data_dir, config.keys_to), config.keys_to.c_str());
  }
  return 0;
}

int restore(const Config& config) {
  if (config.restore_from.empty()) return complain("name the backup: --from DIR", kMisused);
  if (config.erasures.empty()) {
    return complain(
        "--erasures is missing: name the directory with the newest zones/*/erasures.txt (the data "
        "directory that was lost, or a later backup), so that who was erased since the backup is "
        "erased again; or none, when nobody was",
        kMisused);
  }
  const std::string erasures = config.erasures == "none" ? "" : config.erasures;
  const auto restored = restore_backup({.from = config.restore_from,
                                        .data_dir = config.data_dir,
                                        .keys = config.keys_from,
                                        .erasures = erasures,
                                        .source = config.zone_keys},
                                       progress_of);
  for (const RestoredZone& zone : restored) {
    std::printf("%s: %llu records of %llu subjects open; %llu subjects were erased again\n",
                to_text(zone.zone).data(), printable(zone.records), printable(zone.subjects),
                printable(zone.erased_again));
  }
  std::printf(
      "restored to %s. Its logs go on under new keys: tell whoever checks them, with "
      "consentd audit key\n",
      config.data_dir.c_str());
  return 0;
}

int verify(const Config& config) {
  const std::string changed = changed_file(config.data_dir);
  bool good = changed.empty();
  if (!good) std::printf("WRONG: %s is not the file that was backed up\n", changed.c_str());
  for (const Zone zone : zones_in(config.data_dir, config.zones)) {
    const std::unique_ptr<ZoneKeys> keys = keys_of(config, zone);
    const LedgerCheck found =
        check_ledger(zone_directory(config.data_dir, zone), zone, keys.get(), progress_of(zone));
    good = report(std::string(to_text(zone)), found) && good;
  }
  return good ? 0 : kFailed;
}

}  // namespace consent::server
