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
#include "wire/object_text.h"

namespace consent::server {
namespace {

constexpr std::array kCodings{ContentCoding::gzip, ContentCoding::identity};
constexpr std::size_t kHeadBytes = 1024;  // of most

void write_region(const Visitor& visitor, ObjectText& json) {
  const Region& region = visitor.region;
  const auto subdivision = to_text(region);
  json.text_or_null("country", region.country.known() ? region.country.text() : "")
      .text_or_null("subdivision", region.subdivision.known() ? subdivision.view() : "")
      .text("source", to_text(visitor.source));
}

// `source` is there where the model is the site's own.
void write_regime(const Visitor& visitor, ObjectText& json) {
  json.text("id", to_text(visitor.regime.id))
      .text("model", to_text(visitor.regime.model))
      .text("gdpr_scope", to_text(visitor.regime.gdpr_scope))
      .text("ruleset", ruleset_version());
  if (visitor.regime_source == RegimeSource::site) {
    json.text("source", to_text(visitor.regime_source));
  }
}

// `dnt` is there where the site honours it, so that a page knows whether its own counts.
void write_signals(const Service& service, const Visitor& visitor, ObjectText& json) {
  json.flag("gpc", visitor.signals.gpc);
  if (service.rules.honours_dnt()) json.flag("dnt", visitor.signals.dnt);
}

// The oldest version each purpose still agrees with: what an older choice is measured against.
void write_material_since(const PolicyInForce& policy, ObjectText& json) {
  for (std::size_t i = 0; i < kPurposes; ++i) {
    if (policy.material_since[i] == 0) continue;
    json.number(to_text(static_cast<Purpose>(i)), policy.material_since[i]);
  }
}

void write_policy(const SitePolicy& site, TimePoint now, ObjectText& json) {
  const PolicyText& policy = site.in_force(now);
  json.number("version", policy.version)
      .text("effective_at", to_rfc3339(policy.effective_at))
      .object("material_since",
              [&](ObjectText& since) { write_material_since(site.reduced(now), since); });
  if (const PolicyText* next = site.upcoming(now)) {
    json.object("upcoming", [&](ObjectText& upcoming) {
      upcoming.number("version", next->version)
          .text("effective_at", to_rfc3339(next->effective_at));
    });
  } else {
    json.text_or_null("upcoming", "");
  }
}

// Everything but `purposes` and `text`, which were rendered once at start and close the object.
std::string head_json(const Service& service, const ServedNotice& served) {
  const Visitor& visitor = served.visitor;
  std::string head;
  head.reserve(kHeadBytes);
  ObjectText(head)
      .text("site", service.site.site)
      .object("region", [&](ObjectText& json) { write_region(visitor, json); })
      .object("regime", [&](ObjectText& json) { write_regime(visitor, json); })
      .object("signals", [&](ObjectText& json) { write_signals(service, visitor, json); })
      .text("zone", to_text(visitor.zone))
      .object(
          "endpoints",
          [](ObjectText& json) {
            json.text("consents", "/v1/consents").text("events", "/v1/events").text("me", "/v1/me");
          })
      .object("policy", [&](ObjectText& json) { write_policy(service.site, served.now, json); })
      .object("notice",
              [&](ObjectText& json) {
                json.text("id", served.notice.id).text("language", served.notice.language);
              })
      .text("ticket", served.ticket);
  return head;
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
