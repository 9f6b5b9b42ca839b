#include "handlers/consents.h"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "application.h"
#include "consent/url_reduction.h"
#include "handlers/preferences.h"
#include "handlers/request_body.h"
#include "handlers/residency.h"
#include "http/problem.h"
#include "http/query.h"
#include "keys/keyring.h"
#include "keys/ticket.h"
#include "ledger/ledger.h"
#include "site/notice.h"
#include "site/site_policy.h"
#include "telemetry/metrics.h"
#include "visitor/subject_id.h"
#include "visitor/visitor_token.h"
#include "wire/consent_record.h"
#include "wire/consent_request.h"
#include "wire/json_fields.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::chrono::hours kClientClockSlack{24};
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

// Everything one request is answered from.
struct Submission {
  const Service& service;
  const http::Request& http;
  TimePoint now;
  ConsentRequest request;
  PresentedToken presented;
  OpenedTicket opened;
  bool ticket_is_ours() const {
    return opened.error != TicketError::forged && opened.ticket.site == request.site;
  }
};

http::Response refuse(std::string_view pointer, std::string_view detail) {
  return http::problem(422, "The decision is not valid.",
                       {{std::string(pointer), std::string(detail)}});
}

http::Response outdated(std::string_view what) {
  return http::problem(409,
                       std::string(what) + "; fetch the notice again and ask the visitor again.");
}

bool is_form(const http::Request& request) { return request.media_type() == kForm; }

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

http::Response stranger() {
  return http::problem(
      403, "Writing for this subject needs its token, as cookie or as Authorization: Consent.",
      {{"/subject", "belongs to another token"}});
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

// The token says what holds now: after a withdrawal, the retry of an older grant does not bring it
// back. `known` is the subject's state after a write.
Token answer_token(const Submission& submission, const Record& record,
                   const std::optional<RecordState>& known) {
  RecordState state = fold(RecordState{}, facts_of(record));
  if (!record.subject) {
    return refusal_token(record.action, state.model, record.policy, state.decided_at);
  }
  if (known) return token_for(*known, *record.subject);
  const auto read = submission.service.ledger.state_of(record.site, *record.subject);
  if (!read.failure && read.state.recorded()) state = read.state;
  return token_for(state, *record.subject);
}

http::Response answer(const Submission& submission, const Record& record, int status,
                      const std::optional<RecordState>& known = {}) {
  const Service& service = submission.service;
  const std::string token =
      service.keyring.sign_token(service.site.site, answer_token(submission, record, known));
  http::Response response;
  if (is_form(submission.http)) {
    response.status = 303;
    response.set("Location", safe_return_path(submission.request.return_path));
  } else {
    response =
        http::text_response(status, "application/json", to_json(recorded_json(record, token)));
  }
  response.set("Cache-Control", "private, no-store");
  response.add("Set-Cookie", consent_cookie(service, submission.http, token));
  return response;
}

// Who has no script cannot fetch a notice again: the page comes again, with what holds now.
http::Response ask_again(const Submission& submission) {
  const std::string& language = submission.request.language;
  std::string path = "/v1/preferences";
  if (submission.service.site.text.contains(language)) path += "?language=" + language;
  http::Response response;
  response.status = 303;
  response.set("Location", path);
  response.set("Cache-Control", "private, no-store");
  return response;
}

// The same event with another content is a client's mistake, or somebody guessing; of a form it is
// the button beside the one that was pressed first.
http::Response answer_repeat(const Submission& submission, const Record& first) {
  const ConsentRequest& request = submission.request;
  const bool same_subject = !request.subject || request.subject == first.subject;
  if (first.site != request.site || first.choices != request.choices ||
      first.action != request.action || !same_subject) {
    if (is_form(submission.http) && same_subject) return ask_again(submission);
    return http::problem(409,
                         "This event was recorded before with another content; make a new event.",
                         {{"/event", "is taken"}});
  }
  submission.service.metrics.count_append(AppendOutcome::repeated);
  return answer(submission, first, 200);
}

// A grant of somebody new is looked up by its write alone, which knows a repeated event itself.
bool may_be_known(const Submission& submission) {
  return !submission.request.choices.any_granted() || submission.presented.subject() != nullptr;
}

// Fills the record on the way.
std::optional<http::Response> refuse(const Submission& submission, Record& record) {
  if (auto refused = refuse_clock(submission.request, submission.now)) return refused;
  if (auto refused = refuse_stranger(submission)) return refused;
  record = draft_record(submission);
  if (auto refused = apply_ticket(submission, record)) return refused;
  if (auto refused = refuse_default(record)) return refused;
  return settle_residency(submission.service, submission.presented, record);
}

// A decision on its way to the disk.
struct Storing {
  Submission submission;
  bool identified;
  Appended appended;
};

http::Response conclude_taken(const Storing& storing);

// Behind the write. What reads the ledger is not answered at once.
std::optional<http::Response> conclude(const Storing& storing, bool at_once) {
  const Submission& submission = storing.submission;
  const Appended& appended = storing.appended;
  Metrics& metrics = submission.service.metrics;
  if (appended.failure) {
    metrics.count_append(AppendOutcome::failed);
    return storage_unavailable();
  }
  if (appended.taken) {
    if (at_once) return std::nullopt;
    return conclude_taken(storing);
  }
  if (appended.erased) {
    return http::problem(409, "This event, or its subject, was erased; make a new event.",
                         {{"/event", "was erased"}});
  }
  const bool reads = appended.record.subject && !appended.state;
  if (at_once && reads) return std::nullopt;
  if (appended.repeated) return answer_repeat(submission, appended.record);
  metrics.count_append(storing.identified ? AppendOutcome::stored : AppendOutcome::counted);
  return answer(submission, appended.record, 201, appended.state);
}

// The subject that was named is not new. Of one that was erased nothing is written: the grant gets
// another.
http::Response conclude_taken(const Storing& storing) {
  Ledger& ledger = storing.submission.service.ledger;
  Record record = storing.appended.record;
  const auto read = ledger.state_of(record.site, *record.subject);
  if (read.failure) return storage_unavailable();
  if (read.state.recorded()) return stranger();
  record.subject = make_subject_id();
  const Storing again{.submission = storing.submission,
                      .identified = true,
                      .appended = ledger.append(std::move(record))};
  return conclude(again, false).value();
}

http::Outcome store(Submission submission, Record record) {
  Ledger& ledger = submission.service.ledger;
  if (const Notice* notice = submission.service.notices.find_by_id(record.notice)) {
    if (ledger.keep_notice(record.zone, notice->id, notice->canonical_json)) {
      submission.service.metrics.count_append(AppendOutcome::failed);
      return storage_unavailable();
    }
  }
  const bool is_new = record.choices.any_granted() &&
                      !(record.subject && submission.presented.names(*record.subject));
  if (is_new && !record.subject) record.subject = make_subject_id();
  const bool identified = record.subject.has_value();
  const auto storing = std::make_shared<Storing>(
      Storing{.submission = std::move(submission), .identified = identified, .appended = {}});
  const auto start = [&ledger, storing, identified, is_new,
                      record = std::move(record)](const std::function<void()>& done) {
    const auto stored = [storing, done](Appended appended) {
      storing->appended = std::move(appended);
      done();
    };
    if (is_new) return ledger.append_first(record, stored);
    identified ? ledger.append(record, stored) : ledger.count_refusal(record, stored);
  };
  const auto finish = [storing](const http::Request& request) {
    return conclude(*storing, request.at_once);
  };
  return http::Later{.start = start, .finish = finish};
}

}  // namespace

http::Outcome handle_consents(const Service& service, const http::Request& request) {
  const TimePoint now = service.clock.now();
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
  if (may_be_known(submission)) {
    if (const auto first = service.ledger.find_event(submission.request.event))
      return answer_repeat(submission, *first);
  }
  Record record;
  if (auto refused = refuse(submission, record)) {
    // What was right when it came first may be late now, or its subject known through it.
    const auto first = service.ledger.find_event(submission.request.event);
    if (first) return answer_repeat(submission, *first);
    const bool late = refused->status == 409 || refuse_clock(submission.request, now).has_value();
    return is_form(request) && late ? ask_again(submission) : std::move(*refused);
  }
  return store(std::move(submission), std::move(record));
}

}  // namespace consent::server
