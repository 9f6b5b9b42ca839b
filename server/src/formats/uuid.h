#pragma once
// UUIDv7 (RFC 9562): ids that carry their time. Made by the service for records, by clients for
// events.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "clock.h"

namespace consent::server {

using Uuid = std::array<std::uint8_t, 16>;

Uuid make_uuid_v7(TimePoint now);
// Empty unless it is 36 characters with hyphens, version 7, variant 10.
std::optional<Uuid> parse_uuid_v7(std::string_view text);
std::string to_text(const Uuid& uuid);  // lower case
TimePoint time_of(const Uuid& uuid);

}  // namespace consent::server
