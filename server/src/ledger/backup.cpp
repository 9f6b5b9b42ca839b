#include "ledger/backup.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "crypto/sha256.h"
#include "formats/hexadecimal.h"
#include "ledger/erasure_list.h"
#include "ledger/ledger.h"
#include "ledger/sqlite_connection.h"
#include "process/file_descriptor.h"
#include "site/published_policies.h"

namespace consent::server {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 4> kSummed{"ledger.sqlite", "log.head", "erasures.txt",
                                             "policies.json"};
constexpr const char* kSums = "SHA256SUMS";

void make_durable(const std::string& path) {
  if (!sync_file(path)) {
    throw std::runtime_error(path + ": cannot be made durable: " + std::strerror(errno));
  }
}

void copy_small_file(const std::string& from, const std::string& to) {
  fs::copy_file(from, to);
  make_durable(to);
}

void write_sums(const std::string& directory) {
  const std::string path = directory + '/' + kSums;
  {
    std::ofstream file(path);
    for (const char* name : kSummed) {
      const std::string summed = directory + '/' + name;
      if (fs::exists(summed)) file << to_hex(sha256_of_file(summed)) << "  " << name << '\n';
    }
    if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
  }
  make_durable(path);
}

// One file without a write-ahead log, so that it can be read from where nothing can be written.
void copy_ledger(const std::string& from, const std::string& to, const Progress& progress) {
  SqliteConnection source(from, SqliteConnection::Mode::read_only);
  source.execute("BEGIN");
  source.integer("SELECT count(*) FROM sqlite_schema");  // from here on it is one moment
  SqliteConnection target(to, SqliteConnection::Mode::read_write);
  source.copy_to(target, progress);
  target.text("PRAGMA journal_mode = DELETE");
}

// The head first and the erasures last: the copy has at least what was signed, and the list at
// least what the copy has erased.
void back_up_zone(const std::string& from, const std::string& to, const Progress& progress) {
  fs::create_directories(to);
  if (fs::exists(from + "/log.head")) copy_small_file(from + "/log.head", to + "/log.head");
  copy_ledger(from + "/ledger.sqlite", to + "/ledger.sqlite", progress);
  make_durable(to + "/ledger.sqlite");
  const std::string erasures = erasure_list_path(from);
  if (fs::exists(erasures)) copy_small_file(erasures, erasure_list_path(to));
  write_sums(to);
}

void back_up_policies(const std::string& from, const std::string& to) {
  if (!fs::exists(published_policies_path(from))) return;
  copy_small_file(published_policies_path(from), published_policies_path(to));
  write_sums(to);
}

}  // namespace

void make_backup(const std::string& data_dir, const std::vector<Zone>& zones, const std::string& to,
                 const ProgressOf& progress) {
  if (fs::exists(to)) throw std::runtime_error(to + " is there already: name a new directory");
  const std::string draft = to + ".partial";
  if (fs::exists(draft)) {
    throw std::runtime_error(draft + " is left of a backup that was interrupted: remove it");
  }
  try {
    std::error_code error;
    if (!fs::create_directory(draft, error)) {
      throw std::runtime_error("cannot make " + draft + ": " + error.message() +
                               "; name a new directory, in one that is there and can be written, "
                               "with --to");
    }
    fs::permissions(draft, fs::perms::owner_all);
    for (const Zone zone : zones) {
      back_up_zone(zone_directory(data_dir, zone), zone_directory(draft, zone), progress(zone));
    }
    // After the logs: what they miss of it is logged at the next start.
    back_up_policies(data_dir, draft);
    fs::rename(draft, to);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(draft, ignored);
    throw;
  }
  if (!sync_directory_of(to)) throw std::runtime_error(to + ": its directory cannot be synced");
}

std::string changed_file(const std::string& directory) {
  std::ifstream file(directory + '/' + kSums);
  for (std::string line; std::getline(file, line);) {
    const std::size_t gap = line.find("  ");
    const std::string name = gap == line.npos ? "" : line.substr(gap + 2);
    const bool known = std::find(kSummed.begin(), kSummed.end(), name) != kSummed.end();
    if (!known) return directory + '/' + kSums;
    const std::string path = directory + '/' + name;
    if (!fs::exists(path) || to_hex(sha256_of_file(path)) != line.substr(0, gap)) return path;
  }
  return "";
}

}  // namespace consent::server
