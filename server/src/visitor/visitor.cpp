#include "visitor/visitor.h"

#include <algorithm>
#include <array>

#include "consent/signals.h"
#include "http/fields.h"
#include "visitor/forwarded_header.h"

namespace consent::server {
namespace {

struct EdgeHeaders {
  std::string_view country;
  std::string_view subdivision;
};
constexpr std::array kEdgeHeaders = {
    EdgeHeaders{"CF-IPCountry", "CF-Region-Code"},
    EdgeHeaders{"CloudFront-Viewer-Country", "CloudFront-Viewer-Country-Region"},
    EdgeHeaders{"X-Geo-Country", "X-Geo-Subdivision"},
};

bool is_trusted(const std::vector<Cidr>& proxies, const IpAddress& address) {
  return std::any_of(proxies.begin(), proxies.end(),
                     [&](const Cidr& proxy) { return proxy.contains(address); });
}

// The right-most address that is no trusted proxy; the left-most one when all are. Empty when one
// that had to be read could not be.
std::optional<IpAddress> client_of(const ForwardedChain& chain, const std::vector<Cidr>& proxies) {
  for (std::size_t i = chain.size(); i-- > 0;) {
    if (!chain[i]) return std::nullopt;
    if (i == 0 || !is_trusted(proxies, *chain[i])) return chain[i];
  }
  return std::nullopt;
}

// Empty when no edge header is there. An edge that contradicts itself (a client can add the headers
// of another provider) has said nothing: the unknown region.
std::optional<Region> edge_region(const http::Request& request) {
  std::optional<Region> found;
  for (const EdgeHeaders& names : kEdgeHeaders) {
    if (!request.has_header(names.country)) continue;
    const Region region =
        parse_region(request.header(names.country), request.header(names.subdivision));
    if (found && found->country != region.country) return Region{};
    if (!found) found = region;
  }
  return found;
}

}  // namespace

std::string_view to_text(RegionSource source) {
  switch (source) {
    case RegionSource::unknown:
      return "unknown";
    case RegionSource::geo_db:
      return "geo_db";
    case RegionSource::edge_header:
      return "edge_header";
  }
  return "";
}

VisitorResolver::VisitorResolver(const geo::RegionLookup& lookup, const SiteRules& rules,
                                 std::vector<Cidr> trusted_proxies)
    : lookup_(lookup), rules_(rules), trusted_proxies_(std::move(trusted_proxies)) {}

std::optional<IpAddress> VisitorResolver::client_address(const http::Request& request) const {
  if (!is_trusted(trusted_proxies_, request.peer)) return request.peer;
  const bool has_forwarded = request.has_header("Forwarded");
  const bool has_list = request.has_header("X-Forwarded-For");
  if (!has_forwarded && !has_list) return request.peer;
  std::optional<IpAddress> by_forwarded;
  std::optional<IpAddress> by_list;
  if (has_forwarded)
    by_forwarded = client_of(parse_forwarded(request.header("Forwarded")), trusted_proxies_);
  if (has_list)
    by_list = client_of(parse_x_forwarded_for(request.header("X-Forwarded-For")), trusted_proxies_);
  if (!has_forwarded) return by_list;
  if (!has_list) return by_forwarded;
  // A proxy that writes one of them passes the client's own text in the other.
  return by_forwarded == by_list ? by_list : std::nullopt;
}

bool VisitorResolver::arrived_by_https(const http::Request& request) const {
  if (request.secure) return true;
  if (!is_trusted(trusted_proxies_, request.peer)) return false;
  if (request.has_header("Forwarded")) {
    return http::same_field_name(parse_forwarded_proto(request.header("Forwarded")), "https");
  }
  const std::string schemes = request.header("X-Forwarded-Proto");
  const auto comma = schemes.rfind(',');
  const std::size_t last = comma == std::string::npos ? 0 : comma + 1;
  return http::same_field_name(http::trim_blanks(std::string_view(schemes).substr(last)), "https");
}

Signals VisitorResolver::signals_of(const http::Request& request) const {
  Signals signals;
  signals.gpc = parse_sec_gpc(request.header("Sec-GPC"));
  signals.dnt = rules_.honours_dnt() &&
                std::any_of(request.headers.begin(), request.headers.end(), [](const auto& field) {
                  return http::same_field_name(field.first, "DNT") && parse_dnt(field.second);
                });
  return signals;
}

void VisitorResolver::apply_rules(Visitor& visitor, TimePoint now) const {
  if (!visitor.region.country.known()) visitor.source = RegionSource::unknown;
  const AppliedRegime applied = rules_.regime_of(visitor.region, now);
  visitor.regime = applied.regime;
  visitor.regime_source = applied.source;
  visitor.zone = zone_for(visitor.region, visitor.regime);
}

Visitor VisitorResolver::resolve(const std::optional<IpAddress>& client, Signals signals,
                                 TimePoint now) const {
  Visitor visitor;
  if (client) {
    visitor.address = *client;
    visitor.region = lookup_.find(*client);
    visitor.source = RegionSource::geo_db;
  }
  visitor.signals = signals;
  apply_rules(visitor, now);
  return visitor;
}

Visitor VisitorResolver::resolve(const http::Request& request, TimePoint now) const {
  Visitor visitor;
  const auto client = client_address(request);
  visitor.address = client.value_or(request.peer);
  const auto edge =
      is_trusted(trusted_proxies_, request.peer) ? edge_region(request) : std::nullopt;
  if (edge) {
    visitor.region = *edge;
    visitor.source = RegionSource::edge_header;
  } else if (client) {
    visitor.region = lookup_.find(*client);
    visitor.source = RegionSource::geo_db;
  }
  visitor.signals = signals_of(request);
  apply_rules(visitor, now);
  return visitor;
}

}  // namespace consent::server
