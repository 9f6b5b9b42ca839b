#pragma once
// One MaxMind DB file, mapped into memory and checked. The only place that knows libmaxminddb and
// the layouts that publishers use:
//   GeoIP2, GeoLite2, DB-IP   country.iso_code, subdivisions[0].iso_code or .names.en
//   ip-location-db            country_code, state1 (a name in English)
// registered_country, represented_country, traits and a continent alone never make a country
// (law.md J5).

#include <memory>
#include <string>

#include "consent/geo/region_lookup.h"
#include "consent/ip_address.h"
#include "consent/region.h"

struct MMDB_s;

namespace consent::geo {

class MmdbFile {
 public:
  // Throws std::runtime_error naming the file and what to do when it is missing, corrupt or without
  // countries. A file must be replaced by renaming, never rewritten in place: it stays mapped.
  explicit MmdbFile(std::string path);

  // The unknown region when the address is not covered, or its record is unreadable or without a
  // country.
  Region find(const IpAddress& address) const;
  DatabaseInfo info() const;

 private:
  struct Close {
    void operator()(MMDB_s* database) const;
  };

  void check_sample() const;

  std::string path_;
  std::unique_ptr<MMDB_s, Close> database_;
};

}  // namespace consent::geo
