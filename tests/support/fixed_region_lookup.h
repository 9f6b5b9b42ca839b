#pragma once
// A geo database of a few networks.

#include <string_view>
#include <utility>
#include <vector>

#include "consent/geo/region_lookup.h"

namespace consent::testing {

class FixedRegionLookup final : public geo::RegionLookup {
 public:
  // Later networks win.
  void add(std::string_view network, std::string_view region) {
    networks_.emplace_back(Cidr::parse(network).value(), parse_region(region));
  }
  Region find(const IpAddress& address) const override {
    Region found;
    for (const auto& [network, region] : networks_) {
      if (network.contains(address)) found = region;
    }
    return found;
  }
  std::vector<geo::DatabaseInfo> databases() const override { return {}; }

 private:
  std::vector<std::pair<Cidr, Region>> networks_;
};

}  // namespace consent::testing
