#pragma once
// A copy of the zones' files, made while a service writes:
//   DIR/zones/ZONE/ledger.sqlite   records and log as one moment had them, in one file
//   DIR/zones/ZONE/log.head        the checkpoint signed last before that moment, if there is one
//   DIR/zones/ZONE/erasures.txt    which subjects have been erased
//   DIR/zones/ZONE/SHA256SUMS      of these, as sha256sum -c reads it
//   DIR/policies.json, SHA256SUMS  the policy versions published while it ran, if there are any
// No key is in it: without the keys, which are copied elsewhere, nobody can read the records.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "consent/ruleset.h"
#include "keys/zone_keys.h"
#include "process/progress_line.h"

namespace consent::server {

using ProgressOf = std::function<Progress(Zone zone)>;

// `to` must not be there; it appears whole or not at all. Throws std::runtime_error with a message
// for the operator.
void make_backup(const std::string& data_dir, const std::vector<Zone>& zones, const std::string& to,
                 const ProgressOf& progress);

// The first file that is not as SHA256SUMS there says; empty when all are, or there are no sums.
std::string changed_file(const std::string& directory);

struct RestoreOptions {
  std::string from;      // a backup
  std::string data_dir;  // missing or empty
  std::string keys;      // a directory with keys as `copy_keys` makes them; empty: none are copied
  // A directory whose zones/ZONE/erasures.txt are the newest there are; empty: none since then.
  std::string erasures;
  KeySource source;
};

struct RestoredZone {
  Zone zone = Zone::eu;
  std::uint64_t subjects = 0;
  std::uint64_t records = 0;
  std::uint64_t erased_again = 0;
};

// Checks the backup, copies it, erases again what has been erased since, checks everything with its
// keys, and only then puts it into place. Its log goes on under a new key, made at the next start:
// checkpoints of what came after the backup may be about. Throws std::runtime_error; `data_dir` is
// then as it was.
std::vector<RestoredZone> restore_backup(const RestoreOptions& options, const ProgressOf& progress);

}  // namespace consent::server
