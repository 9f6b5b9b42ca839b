#include "consent/geo/region_lookup.h"

#include "mmdb_file.h"

namespace consent::geo {
namespace {

class MmdbRegionLookup final : public RegionLookup {
 public:
  explicit MmdbRegionLookup(const std::vector<std::string>& paths) {
    files_.reserve(paths.size());
    for (const auto& path : paths) files_.emplace_back(path);
  }

  Region find(const IpAddress& address) const override {
    if (address.is_private()) return {};
    Region answer;
    for (const auto& file : files_) {
      const Region region = file.find(address);
      if (!region.country.known()) continue;
      if (!answer.country.known()) {
        answer = region;
      } else if (region.country == answer.country) {
        answer.subdivision = region.subdivision;
      }
      if (answer.subdivision.known()) break;
    }
    return answer;
  }

  std::vector<DatabaseInfo> databases() const override {
    std::vector<DatabaseInfo> infos;
    infos.reserve(files_.size());
    for (const auto& file : files_) infos.push_back(file.info());
    return infos;
  }

 private:
  std::vector<MmdbFile> files_;
};

}  // namespace

std::unique_ptr<RegionLookup> open_region_lookup(const std::vector<std::string>& paths) {
  return std::make_unique<MmdbRegionLookup>(paths);
}

}  // namespace consent::geo
