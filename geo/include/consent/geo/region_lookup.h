#pragma once
// Address -> region, from one or several MaxMind DB files.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "consent/ip_address.h"
#include "consent/region.h"

namespace consent::geo {

struct DatabaseInfo {
  std::string path;
  std::string type;                 // metadata.database_type
  std::uint64_t build_epoch_s = 0;  // metadata.build_epoch
  unsigned ip_version = 0;          // 4 or 6
};

class RegionLookup {
 public:
  virtual ~RegionLookup() = default;
  // The unknown region when no database knows the address, or when it is private. Never throws.
  // Thread-safe.
  virtual Region find(const IpAddress& address) const = 0;
  virtual std::vector<DatabaseInfo> databases() const = 0;
};

// Opens every file, checks its metadata and reads a sample of it. Throws std::runtime_error naming
// the file and what to do when one is missing, corrupt, or of a schema without countries. Where
// several databases cover an address, the first in order that knows the country answers; a later
// one of the same country may add the subdivision. No paths at all: every region is unknown.
std::unique_ptr<RegionLookup> open_region_lookup(const std::vector<std::string>& paths);

}  // namespace consent::geo
