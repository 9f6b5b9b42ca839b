// The reduction module: what an event may keep. See abi_page.h for the calling convention.

#include <array>
#include <optional>
#include <span>

#include "abi_page.h"
#include "consent/event_reduction.h"
#include "consent/ip_address.h"
#include "consent/url_reduction.h"
#include "consent/user_agent.h"

namespace consent::abi {

unsigned char page_in[kPageInBytes];
unsigned char page_out[kPageOutBytes];

namespace {

// Several texts in one answer: at `slot` a u16 length for each, the texts behind all lengths, in
// order.
template <std::size_t kTexts>
std::int32_t texts_out(const std::array<std::string_view, kTexts>& texts) {
  std::size_t end = 2 * kTexts;
  for (std::size_t i = 0; i < kTexts; ++i) {
    const std::int32_t size = text_out(texts[i], end);
    if (size < 0) return size;
    page_out[2 * i] = static_cast<unsigned char>(size & 0xff);
    page_out[2 * i + 1] = static_cast<unsigned char>(size >> 8);
    end += static_cast<std::size_t>(size);
  }
  return static_cast<std::int32_t>(end);
}

}  // namespace
}  // namespace consent::abi

using namespace consent;       // NOLINT: this file is the boundary, it has no names of its own
using namespace consent::abi;  // NOLINT

extern "C" {

std::int32_t reduction_abi_version() { return 1; }
unsigned char* reduction_page_in() { return page_in; }
unsigned char* reduction_page_out() { return page_out; }

// In: a URL. Out: path, utm_source, utm_medium, utm_campaign.
std::int32_t reduction_url(std::int32_t size) {
  if (!fits(size)) return kBadSize;
  std::array<char, kReducedUrlBytes> buffer;
  const ReducedUrl url = reduce_url(text_in(0, size), buffer);
  return texts_out<4>({url.path, url.campaign_source, url.campaign_medium, url.campaign_name});
}

// In: a referrer and, behind it, the page's own URL. Out: the host.
std::int32_t reduction_referrer(std::int32_t referrer_size, std::int32_t page_size) {
  if (!fits(referrer_size, page_size)) return kBadSize;
  std::array<char, kHostBytesMax> buffer;
  return text_out(
      reduce_referrer(text_in(0, referrer_size), text_in(referrer_size, page_size), buffer));
}

// In: a user agent. Out: browser, system, device. The result is the browser's major version, 0 =
// unknown.
std::int32_t reduction_user_agent(std::int32_t size) {
  if (!fits(size)) return kBadSize;
  const ReducedUserAgent agent = reduce_user_agent(text_in(0, size));
  const std::int32_t written = texts_out<3>({agent.browser, agent.os, agent.device});
  return written < 0 ? written : agent.browser_major;
}

// In: an address as text. Out: its truncated bytes, 4 or 16, which is also the result; kAbsent when
// unreadable.
std::int32_t reduction_address(std::int32_t size) {
  if (!fits(size)) return kBadSize;
  const std::optional<IpAddress> address = IpAddress::parse(text_in(0, size));
  if (!address) return kAbsent;
  const IpAddress truncated = address->truncated();
  const std::span<const std::uint8_t> bytes = truncated.bytes();
  std::memcpy(page_out, bytes.data(), bytes.size());
  return static_cast<std::int32_t>(bytes.size());
}

// In: a duration in milliseconds, i64. Out: the bucket.
std::int32_t reduction_duration() { return text_out(duration_bucket(record_in<std::int64_t>())); }

// In: the name of a custom event. 1 when it may be kept.
std::int32_t reduction_event_name(std::int32_t size) {
  return fits(size) ? static_cast<std::int32_t>(is_event_name(text_in(0, size))) : kBadSize;
}

}  // extern "C"
