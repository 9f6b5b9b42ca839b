#include "handlers/check.h"

#include <algorithm>
#include <array>
#include <span>
#include <variant>

#include "handlers/request_body.h"
#include "handlers/state_answers.h"
#include "http/problem.h"
#include "keys/keyring.h"
#include "ledger/ledger.h"
#include "site/site_policy.h"
#include "telemetry/metrics.h"
#include "visitor/subject_id.h"
#include "wire/check_request.h"
#include "wire/json_fields.h"
#include "wire/plain_check.h"

namespace consent::server {
namespace {

constexpr std::size_t kAnswerBytes = 96;  // of most

using By = CheckRequest::By;

// What is known of a visitor; a reason when the answer is settled without that.
struct Known {
  RecordState state;
  std::optional<Reason> settled;
};

// The ledger is the authority on a subject; a refusal token names none and speaks for itself.
struct Named {
  Known known;                         // when there is no subject
  std::optional<SubjectId> subject{};  // to ask the ledger for
};

Named named(const Service& service, By by, std::string_view entry) {
  const auto only = [](Known known) { return Named{.known = std::move(known)}; };
  if (by == By::subject) {
    const auto subject = parse_subject_id(entry);
    if (!subject) return only({.state = {}, .settled = Reason::no_record});
    return {.known = {}, .subject = *subject};
  }
  const auto token = service.keyring.verify_token(service.site.site, entry);
  if (!token) return only({.state = {}, .settled = Reason::invalid_token});
  if (token->kind == TokenKind::grant) return {.known = {}, .subject = token->subject};
  return only({.state = state_of(*token), .settled = std::nullopt});
}

Known known_by(const Ledger::StateRead& read) {
  if (read.failure) return {.state = {}, .settled = Reason::no_record};
  return {.state = read.state, .settled = std::nullopt};
}

// Of one visitor; empty when only memory may be asked, and does not know.
std::optional<Known> known_of(const Service& service, By by, std::string_view entry, bool at_once) {
  Named visitor = named(service, by, entry);
  if (!visitor.subject) return std::move(visitor.known);
  Ledger::StateRead read;
  const std::span subject(&*visitor.subject, 1);
  if (!at_once) {
    read = service.ledger.state_of(service.site.site, *visitor.subject);
  } else if (!service.ledger.states_in_memory(service.site.site, subject, {&read, 1})) {
    return std::nullopt;
  }
  return known_by(read);
}

// Visitors who are asked about together, so that the ledger can look for all of them at once.
class Group {
 public:
  static constexpr std::size_t kSize = 256;

  void read(const Service& service, By by, std::span<const std::string_view> entries) {
    subjects_.clear();
    of_.clear();
    known_.clear();
    for (const std::string_view entry : entries) {
      Named visitor = named(service, by, entry);
      if (visitor.subject) {
        of_.push_back(known_.size());
        subjects_.push_back(*visitor.subject);
      }
      known_.push_back(std::move(visitor.known));
    }
    reads_.assign(subjects_.size(), {});
    service.ledger.states_of(service.site.site, subjects_, reads_);
    for (std::size_t i = 0; i < subjects_.size(); ++i) known_[of_[i]] = known_by(reads_[i]);
  }
  std::span<const Known> known() const { return known_; }

 private:
  std::vector<Known> known_;
  std::vector<SubjectId> subjects_;
  std::vector<std::size_t> of_;  // the place of each subject
  std::vector<Ledger::StateRead> reads_;
};

CheckAnswer settled(Reason reason) {
  return {.reason = reason, .policy = std::nullopt, .expires_at = std::nullopt};
}

CheckAnswer answer(Purpose purpose, StateAnswers& answers, const Known& known) {
  if (known.settled && purpose != Purpose::essential) return settled(*known.settled);
  return answers.of(purpose, known.state);
}

class ReasonCounts {
 public:
  void add(Reason reason) { ++counts_[static_cast<std::size_t>(reason)]; }
  void report(Metrics& metrics) const {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] != 0) metrics.count_decisions(static_cast<Reason>(i), counts_[i]);
    }
  }

 private:
  std::array<std::uint64_t, 32> counts_{};
};

http::Response refuse(const std::vector<http::PointedError>& errors) {
  return http::problem(422, "The question is not valid.", errors);
}

std::optional<http::Response> refuse_site(const Service& service, std::string_view site) {
  if (site == service.site.site) return std::nullopt;
  return refuse({{"/site", "is not a site of this service"}});
}

// Calls `take` with each answer, in the order asked.
template <typename Take>
void answer_all(const Service& service, const CheckRequest& request, Take take) {
  const auto purpose = parse_purpose(request.purpose);
  ReasonCounts counts;
  const auto say = [&](const CheckAnswer& answer) {
    take(answer);
    counts.add(answer.reason);
  };
  StateAnswers state_answers(service, service.clock.now());
  Group group;
  std::span<const std::string_view> left = request.entries;
  while (purpose && !left.empty()) {
    const std::size_t count = std::min(left.size(), Group::kSize);
    group.read(service, request.by, left.first(count));
    for (const Known& known : group.known()) say(answer(*purpose, state_answers, known));
    left = left.subspan(count);
  }
  for (std::size_t i = 0; i < left.size(); ++i) say(settled(Reason::unknown_purpose));
  counts.report(service.metrics);
}

http::Response json(std::string body) {
  http::Response response = http::text_response(200, "application/json", std::move(body));
  response.set("Cache-Control", "private, no-store");
  return response;
}

http::Response answer_many(const Service& service, const CheckRequest& request) {
  if (auto refused = refuse_site(service, request.site)) return std::move(*refused);
  std::string body = R"({"results":[)";
  body.reserve(request.entries.size() * kAnswerBytes + body.size());
  answer_all(service, request, [&](const CheckAnswer& one) {
    if (body.back() != '[') body += ',';
    write_check_answer(one, body);
  });
  body += "]}";
  return json(std::move(body));
}

}  // namespace

std::optional<http::Response> handle_check_one(const Service& service, const http::Request& http) {
  std::vector<http::PointedError> errors;
  const auto read = [&](std::string_view name) {
    const auto value = http.parameter(name);
    if (!value) errors.push_back({"/" + std::string(name), "must be given exactly once"});
    return value.value_or("");
  };
  const std::string_view site = read("site");
  const auto purpose = parse_purpose(read("purpose"));
  By by = By::subject;
  std::string_view entry;
  std::size_t entries = 0;
  for (const auto& [name, value] : http.query) {
    if (name != "subject" && name != "token") continue;
    by = name == "token" ? By::token : By::subject;
    entry = value;
    ++entries;
  }
  if (entries != 1) errors.push_back({"", "must have either one subject or one token"});
  if (!errors.empty()) return refuse(errors);
  if (auto refused = refuse_site(service, site)) return std::move(*refused);
  CheckAnswer said = settled(Reason::unknown_purpose);
  if (purpose) {
    const auto known = known_of(service, by, entry, http.at_once);
    if (!known) return std::nullopt;
    StateAnswers state_answers(service, service.clock.now());
    said = answer(*purpose, state_answers, *known);
  }
  service.metrics.count_decisions(said.reason, 1);
  std::string body;
  body.reserve(kAnswerBytes);
  write_check_answer(said, body);
  return json(std::move(body));
}

http::Response handle_check_many(const Service& service, const http::Request& http) {
  if (auto refused = refuse_media(http, {"application/json"})) return std::move(*refused);
  if (const auto plain = read_plain_check(http.body)) return answer_many(service, *plain);
  auto body = json_body(http, {"application/json"});
  if (auto* response = std::get_if<http::Response>(&body)) return std::move(*response);
  const CheckRequestRead read = read_check(std::get<JsonValue>(body));
  if (!read.errors.empty()) return refuse(pointed(read.errors));
  return answer_many(service, read.request);
}

}  // namespace consent::server
