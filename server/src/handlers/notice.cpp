#include "handlers/notice.h"

#include <array>
#include <optional>
#include <string_view>

#include "formats/timestamp.h"
#include "handlers/access.h"
#include "handlers/cached_json.h"
#include "handlers/not_acceptable.h"
#include "handlers/served_notice.h"
#include "http/problem.h"
#include "keys/ticket.h"
#include "ledger/ledger.h"
#include "representation/content_coding.h"
#include "site/notice.h"
#include "site/site_rules.h"
#include "telemetry/metrics.h"
#include "wire/consent_request.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::array kCodings{ContentCoding::gzip, ContentCoding::identity};

JsonValue region_json(const Visitor& visitor) {
  const Region& region = visitor.region;
  JsonValue country;
  JsonValue subdivision;
  if (region.country.known()) country = JsonValue(region.country.text());
  if (region.subdivision.known()) subdivision = JsonValue(to_text(region).view());
  return JsonObject{{"country", std::move(country)},
                    {"subdivision", std::move(subdivision)},
                    {"source", to_text(visitor.source)}};
}

// The oldest version each purpose still agrees with: what an older choice is measured against.
JsonValue material_since_json(const PolicyInForce& policy) {
  JsonObject since;
  for (std::size_t i = 0; i < kPurposes; ++i) {
    if (policy.material_since[i] == 0) continue;
    since.push_back({std::string(to_text(static_cast<Purpose>(i))), policy.material_since[i]});
  }
  return since;
}

JsonValue policy_json(const SitePolicy& site, TimePoint now) {
  const PolicyText& policy = site.in_force(now);
  JsonValue upcoming;
  if (const PolicyText* next = site.upcoming(now)) {
    upcoming =
        JsonObject{{"version", next->version}, {"effective_at", to_rfc3339(next->effective_at)}};
  }
  return JsonObject{{"version", policy.version},
                    {"effective_at", to_rfc3339(policy.effective_at)},
                    {"material_since", material_since_json(site.reduced(now))},
                    {"upcoming", std::move(upcoming)}};
}

// `dnt` is there where the site honours it, so that a page knows whether its own counts.
JsonValue signals_json(const Service& service, const Visitor& visitor) {
  JsonObject signals{{"gpc", visitor.signals.gpc}};
  if (service.rules.honours_dnt()) signals.push_back({"dnt", visitor.signals.dnt});
  return signals;
}

// `source` is there where the model is the site's own.
JsonValue regime_json(const Visitor& visitor) {
  JsonObject regime{{"id", to_text(visitor.regime.id)},
                    {"model", to_text(visitor.regime.model)},
                    {"gdpr_scope", to_text(visitor.regime.gdpr_scope)},
                    {"ruleset", ruleset_version()}};
  if (visitor.regime_source == RegimeSource::site) {
    regime.push_back({"source", to_text(visitor.regime_source)});
  }
  return regime;
}

// Everything but `purposes` and `text`, which were rendered once at start.
std::string head_json(const Service& service, const ServedNotice& served) {
  const Visitor& visitor = served.visitor;
  const JsonObject head{
      {"site", service.site.site},
      {"region", region_json(visitor)},
      {"regime", regime_json(visitor)},
      {"signals", signals_json(service, visitor)},
      {"zone", to_text(visitor.zone)},
      {"endpoints",
       JsonObject{{"consents", "/v1/consents"}, {"events", "/v1/events"}, {"me", "/v1/me"}}},
      {"policy", policy_json(service.site, served.now)},
      {"notice", JsonObject{{"id", served.notice.id}, {"language", served.notice.language}}},
      {"ticket", served.ticket}};
  std::string json = to_json(head);
  json.pop_back();
  return json;
}

}  // namespace

http::Response handle_notice(const Service& service, const http::Request& request) {
  const std::optional<std::string_view> site = request.parameter("site");
  if (!site) {
    return http::problem(422, "The query must name the site once.",
                         {{"/site", "is missing or repeated"}});
  }
  if (*site != service.site.site) return http::problem(404, "This service does not know the site.");

  const auto coding = choose_coding(request.header("Accept-Encoding"), kCodings);
  if (!coding) return nothing_acceptable();

  const ServedNotice served = serve_notice(service, request, Layer::banner);
  const Visitor& visitor = served.visitor;
  const bool runs_by_default = visitor.regime.model == Model::opt_out && !visitor.signals.opt_out();
  const NoticeTail& tail = runs_by_default ? served.notice.tail_opt_out : served.notice.tail;
  std::string body = head_json(service, served);
  if (*coding == ContentCoding::identity) {
    body += tail.json;
  } else {
    body = tail.gzip.after(body);
  }
  http::Response response = http::text_response(200, "application/json", std::move(body));
  if (*coding != ContentCoding::identity) response.set("Content-Encoding", to_text(*coding));
  response.set("Cache-Control", "private, no-store");
  response.set("Vary", "Accept-Encoding, Accept-Language, Sec-GPC, DNT");
  response.set("Content-Language", served.notice.language);
  return response;
}

http::Response handle_notice_by_id(const Service& service, const http::Request& request) {
  const std::string id(request.path_parameter("id"));
  const Notice* current = service.notices.find_by_id(id);
  std::optional<std::string> json;
  if (current != nullptr) {
    json = current->canonical_json;
  } else if (is_notice_id(id)) {
    // Whoever guesses ids makes the ledger search for each.
    if (auto refused = refuse_rate(service, request)) return std::move(*refused);
    json = service.ledger.find_notice(id);
  }
  if (!json) return http::problem(404, "No notice has this id, or no record cites it any more.");
  return cached_json(request, std::move(*json), '"' + id + '"',
                     "public, max-age=31536000, immutable");
}

}  // namespace consent::server
