#include "handlers/submission.h"

#include <array>
#include <string>
#include <utility>

#include "application.h"
#include "consent/url_reduction.h"
#include "formats/uuid.h"
#include "handlers/request_body.h"
#include "handlers/residency.h"
#include "http/problem.h"
#include "http/query.h"
#include "keys/keyring.h"
#include "site/notice.h"
#include "site/site_policy.h"
#include "wire/json_fields.h"

namespace consent::server {
namespace {

constexpr std::chrono::hours kClientClockSlack{24};
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

http::Response refuse(std::string_view pointer, std::string_view detail) {
  return http::problem(422, "The decision is not valid.",
                       {{std::string(pointer), std::string(detail)}});
}

http::Response outdated(std::string_view what) {
  return http::problem(409,
                       std::string(what) + "; fetch the notice again and ask the visitor again.");
}

std::variant<ConsentRequest, http::Response> read_body(const Service& service,
                                                       const http::Request& http, TimePoint now) {
  const PolicyInForce policy = service.site.reduced(now);
  ConsentRequestRead read;
  if (is_form(http)) {
    if (auto refused = refuse_encoded_body(http)) return std::move(*refused);
    http::Fields fields;
    if (!http::decode_form(http.body, fields)) {
      return http::problem(400, "The form's encoding is malformed.");
    }
    read = read_consent_form(fields, policy);
  } else {
    auto body = json_body(http, {"application/json", kForm});
    if (auto* response = std::get_if<http::Response>(&body)) return std::move(*response);
    read = read_consent_json(std::get<JsonValue>(body), policy);
  }
  if (!read.errors.empty())
    return http::problem(422, "The decision is not valid.", pointed(read.errors));
  if (read.request.site != service.site.site)
    return refuse("/site", "is not a site of this service");
  return std::move(read.request);
}

// A decision is about the subject whose token comes with it, named or not: nobody stays granted by
// having been forgotten, and no second subject is made beside one whose grant lives on.
void settle_subject(Submission& submission) {
  ConsentRequest& request = submission.request;
  const SubjectId* held = submission.presented.subject();
  if (!request.subject && held != nullptr) request.subject = *held;
}

// The first write of a grant binds its subject; what comes later must hold its token. Whether a
// grant without it is the first one, its write finds out.
std::optional<http::Response> refuse_stranger(const Submission& submission) {
  const ConsentRequest& request = submission.request;
  if (!request.subject || request.choices.any_granted()) return std::nullopt;
  if (submission.presented.names(*request.subject)) return std::nullopt;
  return stranger();
}

std::optional<http::Response> refuse_clock(const ConsentRequest& request, TimePoint now) {
  const auto is_off = [now](TimePoint time) {
    return time > now + kClientClockSlack || time < now - kClientClockSlack;
  };
  if (is_off(time_of(request.event)))
    return refuse("/event", "its time is more than 24 hours off; set the clock");
  if (is_off(request.client_time))
    return refuse("/client_time", "is more than 24 hours off; set the clock");
  return std::nullopt;
}

// Before anything is looked up: what no notice of this service led to costs no disk.
std::optional<http::Response> refuse_forgery(const Submission& submission) {
  if (submission.request.action == Action::withdraw || submission.ticket_is_ours()) {
    return std::nullopt;
  }
  return refuse("/ticket", "is not a ticket of this service for this site");
}

// Region, regime and model are the ticket's. A withdrawal goes through whatever its ticket is like.
std::optional<http::Response> apply_ticket(const Submission& submission, Record& record) {
  const ConsentRequest& request = submission.request;
  const bool withdrawal = request.action == Action::withdraw;
  const SitePolicy& site = submission.service.site;
  const OpenedTicket& opened = submission.opened;
  const bool ours = submission.ticket_is_ours();
  if (ours) {
    record.region = opened.ticket.region;
    record.region_source = opened.ticket.region_source;
    record.regime = opened.ticket.regime;
    record.model = opened.ticket.model;
    record.zone = opened.ticket.zone;
  } else {
    const Visitor visitor = submission.service.visitors.resolve(submission.http, submission.now);
    record.region = visitor.region;
    record.region_source = visitor.source;
    record.regime = visitor.regime.id;
    record.model = visitor.regime.model;
    record.zone = visitor.zone;
  }
  const PolicyText& policy = site.in_force(submission.now);
  record.policy = policy.version;
  record.controller = evidence_text(policy.controller);
  const Notice* notice = submission.service.notices.find_by_id(request.notice);
  const bool in_force = notice != nullptr && notice->policy == record.policy;
  if (withdrawal) {
    if (in_force && ours && opened.ticket.notice == request.notice) record.notice = notice->id;
    return std::nullopt;
  }
  if (opened.error == TicketError::early)
    return outdated("The ticket is from a later time than now");
  if (opened.error) return outdated("The ticket has expired");
  if (request.policy != record.policy) return outdated("This policy version is not in force");
  if (!in_force) return outdated("This notice is not in force");
  if (opened.ticket.notice != request.notice) return refuse("/notice", "is not the ticket's");
  record.notice = notice->id;
  record.language = notice->language;
  return std::nullopt;
}

std::optional<http::Response> refuse_default(const Record& record) {
  if (record.action != Action::default_state) return std::nullopt;
  if (record.model != Model::opt_out)
    return refuse("/action", "default exists only where the model is opt_out");
  if (record.gpc) return refuse("/action", "default does not exist beside an opt-out signal");
  if (!record.choices.any_granted())
    return refuse("/action", "default has nothing to grant under this policy");
  return std::nullopt;
}

// As an event's path: nothing of a person. What the client says, else what its browser says of a
// page of its own origin.
std::string page_of(const Submission& submission) {
  std::string_view url = submission.request.page;
  const std::string origin = std::string(submission.http.header("Origin")) + "/";
  const std::string referrer = submission.http.header("Referer");
  if (url.empty() && origin.size() > 1 && referrer.starts_with(origin)) url = referrer;
  std::array<char, kReducedUrlBytes> buffer{};
  return evidence_text(reduce_url(url, buffer).path);
}

Record draft_record(const Submission& submission) {
  const ConsentRequest& request = submission.request;
  Record record;
  record.id = make_uuid_v7(submission.now);
  record.event = request.event;
  record.subject = request.subject;
  record.site = request.site;
  record.time = submission.now;
  record.client_time = request.client_time;
  record.choices = request.choices;
  record.action = request.action;
  record.layer = request.layer;
  record.language = request.language;
  const Visitor visitor = submission.service.visitors.resolve(submission.http, submission.now);
  record.gpc = visitor.signals.opt_out() || request.gpc || request.action == Action::gpc;
  record.gpc_by_header = visitor.signals.gpc;
  record.gpc_by_script = request.gpc;
  record.dnt = visitor.signals.dnt;
  record.ruleset = ruleset_version();
  record.origin = submission.http.header("Origin");
  record.page = page_of(submission);
  record.service_version = program_version();
  const bool by_banner = request.layer == Layer::banner || request.layer == Layer::preferences;
  if (by_banner) record.banner_build = submission.service.banner_build;
  record.expires_at = std::chrono::floor<std::chrono::seconds>(submission.now) + kConsentLifetime;
  return record;
}

}  // namespace

bool is_form(const http::Request& request) { return request.media_type() == kForm; }

http::Response stranger() {
  return http::problem(
      403, "Writing for this subject needs its token, as cookie or as Authorization: Consent.",
      {{"/subject", "belongs to another token"}});
}

std::variant<Submission, http::Response> read_submission(const Service& service,
                                                         const http::Request& request,
                                                         TimePoint now) {
  auto body = read_body(service, request, now);
  if (auto* response = std::get_if<http::Response>(&body)) return std::move(*response);
  ConsentRequest& read = std::get<ConsentRequest>(body);
  OpenedTicket opened = open_ticket(service.keyring, read.ticket, now);
  Submission submission{.service = service,
                        .http = request,
                        .now = now,
                        .request = std::move(read),
                        .presented = presented_token(service, request),
                        .opened = std::move(opened)};
  if (auto refused = refuse_forgery(submission)) return std::move(*refused);
  settle_subject(submission);
  return submission;
}

bool is_late(const Submission& submission) {
  return refuse_clock(submission.request, submission.now).has_value();
}

std::optional<http::Response> refuse(const Submission& submission, Record& record) {
  if (auto refused = refuse_clock(submission.request, submission.now)) return refused;
  if (auto refused = refuse_stranger(submission)) return refused;
  record = draft_record(submission);
  if (auto refused = apply_ticket(submission, record)) return refused;
  if (auto refused = refuse_default(record)) return refused;
  return settle_residency(submission.service, submission.presented, record);
}

}  // namespace consent::server
