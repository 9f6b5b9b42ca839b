#pragma once
// The signed proof that a notice was served, carried by the page from GET /v1/notice to POST
// /v1/consents: base64url(payload) "." base64url(mac). The record takes region and regime from
// here, never from the client.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "clock.h"
#include "consent/policy.h"
#include "consent/region.h"
#include "consent/ruleset.h"
#include "keys/keyring.h"
#include "visitor/region_source.h"

namespace consent::server {

inline constexpr std::chrono::hours kTicketLifetime{24};
inline constexpr std::size_t kTicketTextBytesMax = 512;

struct Ticket {
  std::string site;
  std::string notice;  // "sha256:<hex>"
  PolicyVersion policy = 0;
  RegimeId regime = RegimeId::unknown;
  Model model = Model::opt_in;  // the notice was served under
  Region region;
  std::optional<RegionSource> region_source;  // none: of a ticket that was made before it was in
  Zone zone = Zone::eu;
  TimePoint issued_at{};
};

std::string seal_ticket(const Keyring& keyring, const Ticket& ticket);

enum class TicketError : std::uint8_t { forged, expired, early };

struct OpenedTicket {
  Ticket ticket;  // meaningless when forged
  std::optional<TicketError> error;
};
// Forged: not made by us, altered or truncated. Early: made by us, at a time that is more than five
// minutes ahead, as after a clock was put right.
OpenedTicket open_ticket(const Keyring& keyring, std::string_view text, TimePoint now);

}  // namespace consent::server
