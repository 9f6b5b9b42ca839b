#include "keys/ticket.h"

#include <array>
#include <charconv>
#include <vector>

#include "consent/base64url.h"

namespace consent::server {
namespace {

constexpr std::string_view kFormat = "3";
constexpr std::string_view kFormatBefore = "2";  // without the region's source
constexpr char kSeparator = '\n';
constexpr std::size_t kFields = 10;
constexpr std::chrono::minutes kClockSlack{5};

// Format, site, notice, policy, regime, model, region, zone, issued_at, region source: one a line,
// none of them can hold a line break.
std::string payload_of(const Ticket& ticket) {
  std::string text(kFormat);
  const auto add = [&text](std::string_view field) { text.append(1, kSeparator).append(field); };
  add(ticket.site);
  add(ticket.notice);
  add(std::to_string(ticket.policy));
  add(std::to_string(static_cast<unsigned>(ticket.regime)));
  add(std::to_string(static_cast<unsigned>(ticket.model)));
  add(to_text(ticket.region).view());
  add(std::to_string(static_cast<unsigned>(ticket.zone)));
  add(std::to_string(ticket.issued_at.time_since_epoch().count()));
  add(std::to_string(static_cast<unsigned>(ticket.region_source.value_or(RegionSource::unknown))));
  return text;
}

template <typename Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

// Only called on bytes whose MAC was right: they are our own.
std::optional<Ticket> parse_payload(std::string_view text) {
  std::array<std::string_view, kFields> fields;
  const bool before = text.starts_with(kFormatBefore);
  const std::size_t count = before ? kFields - 1 : kFields;
  for (std::size_t i = 0; i < count; ++i) {
    const auto end = i + 1 < count ? text.find(kSeparator) : text.size();
    if (end == std::string_view::npos) return std::nullopt;
    fields[i] = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  Ticket ticket;
  unsigned regime = 0;
  unsigned model = 0;
  unsigned zone = 0;
  std::int64_t issued_ms = 0;
  unsigned source = 0;
  if (fields[0] != (before ? kFormatBefore : kFormat) || !read_number(fields[3], ticket.policy) ||
      !read_number(fields[4], regime) || regime > 255 || !read_number(fields[5], model) ||
      model > 1 || !read_number(fields[7], zone) || zone > 1 ||
      !read_number(fields[8], issued_ms) ||
      (!before && (!read_number(fields[9], source) || source > 2))) {
    return std::nullopt;
  }
  ticket.site = fields[1];
  ticket.notice = fields[2];
  ticket.regime = static_cast<RegimeId>(regime);
  ticket.model = static_cast<Model>(model);
  ticket.region = parse_region(fields[6]);
  if (!before) ticket.region_source = static_cast<RegionSource>(source);
  ticket.zone = static_cast<Zone>(zone);
  ticket.issued_at = TimePoint(std::chrono::milliseconds(issued_ms));
  return ticket;
}

}  // namespace

std::string seal_ticket(const Keyring& keyring, const Ticket& ticket) {
  const std::string payload = payload_of(ticket);
  const std::vector<std::uint8_t> bytes(payload.begin(), payload.end());
  std::string text(base64url_size(bytes.size()), '\0');
  base64url_encode(bytes, text);
  return text + "." + keyring.sign_ticket_bytes(payload);
}

OpenedTicket open_ticket(const Keyring& keyring, std::string_view text, TimePoint now) {
  const OpenedTicket forged{.ticket = {}, .error = TicketError::forged};
  const auto dot = text.find('.');
  if (text.size() > kTicketTextBytesMax || dot == std::string_view::npos) return forged;
  std::array<std::uint8_t, kTicketTextBytesMax> bytes{};
  const auto size = base64url_decode(text.substr(0, dot), bytes);
  if (!size) return forged;
  const std::string payload(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*size));
  if (!keyring.verify_ticket_bytes(payload, text.substr(dot + 1))) return forged;
  const auto ticket = parse_payload(payload);
  if (!ticket) return forged;
  if (ticket->issued_at > now + kClockSlack)
    return {.ticket = *ticket, .error = TicketError::early};
  if (now >= ticket->issued_at + kTicketLifetime)
    return {.ticket = *ticket, .error = TicketError::expired};
  return {.ticket = *ticket, .error = std::nullopt};
}

}  // namespace consent::server
