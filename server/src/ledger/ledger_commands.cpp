#include "ledger/ledger_commands.h"

#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "audit/tree_log.h"
#include "ledger/key_rotation.h"
#include "ledger/ledger.h"
#include "progress_line.h"

namespace consent::server {
namespace {

constexpr int kFailed = 1;

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

}  // namespace

std::vector<Zone> zones_in(const std::string& data_dir, const std::vector<Zone>& zones) {
  std::vector<Zone> found;
  for (const Zone zone : zones) {
    if (std::filesystem::exists(zone_file_path(data_dir, zone))) found.push_back(zone);
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
        rotate_keys(config.data_dir, zone, config.zone_keys, log, progress_line(name));
    complete = report(name, done, config.zone_keys) && complete;
  }
  return complete ? 0 : kFailed;
}

}  // namespace consent::server
