// What survives is short, without blanks and control characters, without query or fragment, and
// reducing it again changes nothing.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "consent/url_reduction.h"
#include "property.h"

using namespace consent;

namespace {

void check_path(std::string_view path) {
  PROPERTY(path.empty() || path.front() == '/');
  PROPERTY(path.size() <= kPathBytesMax);
  for (const char character : path) {
    const auto byte = static_cast<unsigned char>(character);
    PROPERTY(byte > 0x20 && byte != 0x7f);
    PROPERTY(character != '?' && character != '#' && character != '@' && character != ';');
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view url(reinterpret_cast<const char*>(data), size);
  std::array<char, kReducedUrlBytes> buffer{};
  const ReducedUrl reduced = reduce_url(url, buffer);
  check_path(reduced.path);
  for (const std::string_view value :
       {reduced.campaign_source, reduced.campaign_medium, reduced.campaign_name}) {
    PROPERTY(value.size() <= kCampaignBytesMax);
    PROPERTY(value.find('@') == std::string_view::npos);
  }
  std::array<char, kReducedUrlBytes> second{};
  const std::string path(reduced.path);
  PROPERTY(reduce_url(path, second).path == path);

  std::array<char, kHostBytesMax> host{};
  const std::string_view referrer = reduce_referrer(url, "https://dialphone.com/", host);
  PROPERTY(referrer.size() <= kHostBytesMax);
  for (const char character : referrer) {
    PROPERTY(character != '/' && character != '?' && character != '@' && character != ':');
    PROPERTY(character < 'A' || character > 'Z' || url.starts_with("android-app:"));
  }
  return 0;
}
