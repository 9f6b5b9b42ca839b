#include "handlers/consents.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "handlers/preferences.h"
#include "handlers/request_body.h"
#include "handlers/submission.h"
#include "http/problem.h"
#include "keys/keyring.h"
#include "ledger/ledger.h"
#include "site/notice.h"
#include "site/site_policy.h"
#include "telemetry/metrics.h"
#include "visitor/subject_id.h"
#include "wire/consent_record.h"

namespace consent::server {
namespace {

// A larger body is a worker's: to read it would hold up those whose turn is next.
constexpr std::size_t kAtOnceBytesMax = 4096;

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
    response = http::text_response(status, "application/json", recorded_text(record, token));
  }
  response.set("Cache-Control", "private, no-store");
  response.add("Set-Cookie", consent_cookie(service, submission.http, token));
  return response;
}

// Who has no script cannot fetch a notice again: the page comes again, with what holds now, and
// says why where the form came late.
http::Response ask_again(const Submission& submission, bool late) {
  const std::string& language = submission.request.language;
  std::string path = late ? "/v1/preferences?late=1" : "/v1/preferences";
  if (submission.service.site.text.contains(language)) {
    path += (late ? "&language=" : "?language=") + language;
  }
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
    if (is_form(submission.http) && same_subject) return ask_again(submission, false);
    return http::problem(409,
                         "This event was recorded before with another content; make a new event.",
                         {{"/event", "is taken"}});
  }
  submission.service.metrics.count_append(AppendOutcome::repeated);
  return answer(submission, first, 200);
}

// What is not about a subject that is known is looked up by its write alone, which knows a repeated
// event itself.
bool may_be_known(const Submission& submission) {
  return submission.presented.subject() != nullptr;
}

// A decision on its way to the disk.
struct Storing {
  Submission submission;
  Record record;    // until it is written
  bool is_new;      // nobody presented the token of its subject
  bool identified;  // has a subject
  Appended appended = {};
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
                      .record = {},
                      .is_new = false,
                      .identified = true,
                      .appended = ledger.append(std::move(record))};
  return conclude(again, false).value();
}

void write(const std::shared_ptr<Storing>& storing, const std::function<void()>& done) {
  Ledger& ledger = storing->submission.service.ledger;
  const auto stored = [storing, done](Appended appended) {
    storing->appended = std::move(appended);
    done();
  };
  Record record = std::move(storing->record);
  if (storing->is_new) return ledger.append_first(std::move(record), stored);
  storing->identified ? ledger.append(std::move(record), stored)
                      : ledger.count_refusal(std::move(record), stored);
}

// Behind the notice that it names.
void keep_notice_and_write(const std::shared_ptr<Storing>& storing,
                           const std::function<void()>& done) {
  const Service& service = storing->submission.service;
  const Notice* notice = service.notices.find_by_id(storing->record.notice);
  if (notice == nullptr) return write(storing, done);
  const auto kept = [storing, done](const std::optional<StoreFailure>& failure) {
    if (!failure) return write(storing, done);
    storing->appended.failure = failure;
    done();
  };
  service.ledger.keep_notice(storing->record.zone, notice->id, notice->canonical_json, kept);
}

http::Outcome store(Submission submission, Record record) {
  const bool is_new = record.choices.any_granted() &&
                      !(record.subject && submission.presented.names(*record.subject));
  if (is_new && !record.subject) record.subject = make_subject_id();
  const bool identified = record.subject.has_value();
  const auto storing = std::make_shared<Storing>(Storing{.submission = std::move(submission),
                                                         .record = std::move(record),
                                                         .is_new = is_new,
                                                         .identified = identified});
  const auto start = [storing](const std::function<void()>& done) {
    keep_notice_and_write(storing, done);
  };
  const auto finish = [storing](const http::Request& request) {
    return conclude(*storing, request.at_once);
  };
  return http::Later{.start = start, .finish = finish};
}

// What was right when it came first may be late now, or its subject known through it.
http::Response answer_refused(const Submission& submission, const http::Response& refused) {
  const auto first = submission.service.ledger.find_event(submission.request.event);
  if (first) return answer_repeat(submission, *first);
  const bool late = refused.status == 409 || is_late(submission);
  return is_form(submission.http) && late ? ask_again(submission, true) : refused;
}

// The same of a request that is asked at once, which must not wait for the file.
http::Later answer_refused_later(Submission submission, http::Response refused) {
  const auto finish = [submission = std::move(submission), refused = std::move(refused)](
                          const http::Request& request) -> std::optional<http::Response> {
    if (request.at_once) return std::nullopt;
    return answer_refused(submission, refused);
  };
  return {.start = [](const std::function<void()>& done) { done(); }, .finish = finish};
}

}  // namespace

http::Outcome handle_consents(const Service& service, const http::Request& request) {
  auto read = read_submission(service, request, service.clock.now());
  if (auto* response = std::get_if<http::Response>(&read)) return std::move(*response);
  Submission& submission = std::get<Submission>(read);
  if (may_be_known(submission)) {
    if (const auto first = service.ledger.find_event(submission.request.event))
      return answer_repeat(submission, *first);
  }
  Record record;
  auto refused = refuse(submission, record);
  if (!refused) return store(std::move(submission), std::move(record));
  if (!request.at_once) return answer_refused(submission, *refused);
  return answer_refused_later(std::move(submission), std::move(*refused));
}

http::Handler unless_it_waits(const Service& service, http::Handler handler) {
  return [&service, handler = std::move(handler)](const http::Request& request) -> http::Outcome {
    if (request.at_once && (request.body.size() > kAtOnceBytesMax || is_form(request) ||
                            presented_token(service, request).subject() != nullptr)) {
      return std::nullopt;
    }
    return handler(request);
  };
}

}  // namespace consent::server
