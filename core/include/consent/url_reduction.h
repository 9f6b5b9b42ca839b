#pragma once
// What a pseudonymised event may keep of a URL: the path with personal parts replaced, the
// allow-listed campaign parameters, and of a referrer the host.

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace consent {

inline constexpr std::size_t kUrlBytesMax = 4096;  // longer input is reduced to nothing
inline constexpr std::size_t kPathBytesMax =
    512;  // the reduced path is cut at a segment border before it
inline constexpr std::size_t kCampaignBytesMax = 64;  // a longer value is dropped

// All views point into `buffer` and live as long as it. Empty: nothing survived.
struct ReducedUrl {
  std::string_view path;  // "/pricing", "/users/:id"; empty when the URL could not be read
  std::string_view campaign_source;  // utm_source
  std::string_view campaign_medium;  // utm_medium
  std::string_view campaign_name;    // utm_campaign
};
inline constexpr std::size_t kReducedUrlBytes = kPathBytesMax + 3 * kCampaignBytesMax;

// Accepts an absolute http(s) URL or a path. Credentials, host, fragment and every other parameter
// are dropped. Segments and values that look like an e-mail address, phone number, token or id,
// after up to three rounds of percent-decoding, become :email, :phone, :id. Linear in the input.
// Idempotent on its own path.
ReducedUrl reduce_url(std::string_view url, std::span<char, kReducedUrlBytes> buffer);

inline constexpr std::size_t kHostBytesMax = 253;
// A foreign referrer's host in lower case (an android-app:// referrer's package); empty when it is
// the page's own host, unreadable, or itself an address.
std::string_view reduce_referrer(std::string_view referrer, std::string_view page_url,
                                 std::span<char, kHostBytesMax> buffer);

}  // namespace consent
