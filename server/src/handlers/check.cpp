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

// One question for many visitors.
struct Inquiry {
  const Service& service;
  const CheckRequest& request;
  bool at_once = false;  // from memory, or not at all
};

// What is known of a visitor; a reason when the answer is settled without that.
struct Known {
  RecordState state;
  std::optional<Reason> settled;
};

// Visitors who are asked about together, so that the ledger can look for all of them at once.
class Group {
 public:
  static constexpr std::size_t kSize = 256;

  // False when only memory may be asked, and does not know one of them.
  bool read(const Inquiry& inquiry, std::span<const std::string_view> entries) {
    subjects_.clear();
    of_.clear();
    known_.clear();
    for (const std::string_view entry : entries) known_.push_back(before(inquiry, entry));
    reads_.assign(subjects_.size(), {});
    Ledger& ledger = inquiry.service.ledger;
    if (!inquiry.at_once) {
      ledger.states_of(inquiry.request.site, subjects_, reads_);
    } else if (!ledger.states_in_memory(inquiry.request.site, subjects_, reads_)) {
      return false;
    }
    for (std::size_t i = 0; i < subjects_.size(); ++i) {
      Known& known = known_[of_[i]];
      known.state = reads_[i].state;
      if (reads_[i].failure) known = {.state = {}, .settled = Reason::no_record};
    }
    return true;
  }
  std::span<const Known> known() const { return known_; }

 private:
  // The ledger is the authority on a subject; a refusal token names none and speaks for itself.
  Known before(const Inquiry& inquiry, std::string_view entry) {
    if (inquiry.request.by == CheckRequest::By::subject) {
      const auto subject = parse_subject_id(entry);
      if (!subject) return {.state = {}, .settled = Reason::no_record};
      return ask(*subject);
    }
    const auto token = inquiry.service.keyring.verify_token(inquiry.request.site, entry);
    if (!token) return {.state = {}, .settled = Reason::invalid_token};
    if (token->kind == TokenKind::grant) return ask(token->subject);
    return {.state = state_of(*token), .settled = std::nullopt};
  }
  Known ask(const SubjectId& subject) {
    of_.push_back(known_.size());
    subjects_.push_back(subject);
    return {};
  }

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

std::optional<http::Response> refuse_site(const Service& service, const std::string& site) {
  if (site == service.site.site) return std::nullopt;
  return refuse({{"/site", "is not a site of this service"}});
}

// Calls `take` with each answer, in the order asked. False, and nothing is counted, when it would
// have to wait and must not.
template <typename Take>
bool answer_all(const Inquiry& inquiry, Take take) {
  const Service& service = inquiry.service;
  const auto purpose = parse_purpose(inquiry.request.purpose);
  ReasonCounts counts;
  const auto say = [&](const CheckAnswer& answer) {
    take(answer);
    counts.add(answer.reason);
  };
  StateAnswers state_answers(service, service.clock.now());
  Group group;
  std::span<const std::string_view> left = inquiry.request.entries;
  while (purpose && !left.empty()) {
    const std::size_t count = std::min(left.size(), Group::kSize);
    if (!group.read(inquiry, left.first(count))) return false;
    for (const Known& known : group.known()) say(answer(*purpose, state_answers, known));
    left = left.subspan(count);
  }
  for (std::size_t i = 0; i < left.size(); ++i) say(settled(Reason::unknown_purpose));
  counts.report(service.metrics);
  return true;
}

http::Response json(std::string body) {
  http::Response response = http::text_response(200, "application/json", std::move(body));
  response.set("Cache-Control", "private, no-store");
  return response;
}

http::Response answer_many(const Service& service, const CheckRequest& request) {
  if (auto refused = refuse_site(service, request.site)) return std::move(*refused);
  constexpr std::size_t kAnswerBytes = 96;  // of most
  std::string body = R"({"results":[)";
  body.reserve(request.entries.size() * kAnswerBytes + body.size());
  answer_all({.service = service, .request = request}, [&](const CheckAnswer& one) {
    if (body.back() != '[') body += ',';
    write_check_answer(one, body);
  });
  body += "]}";
  return json(std::move(body));
}

}  // namespace

std::optional<http::Response> handle_check_one(const Service& service, const http::Request& http) {
  CheckRequest request;
  std::vector<http::PointedError> errors;
  const auto read = [&](std::string_view name, std::string& out) {
    const auto value = http.parameter(name);
    if (value) out = *value;
    if (!value) errors.push_back({"/" + std::string(name), "must be given exactly once"});
  };
  read("site", request.site);
  read("purpose", request.purpose);
  std::vector<std::pair<CheckRequest::By, std::string_view>> asked;
  for (const auto& [name, value] : http.query) {
    if (name == "subject") asked.emplace_back(CheckRequest::By::subject, value);
    if (name == "token") asked.emplace_back(CheckRequest::By::token, value);
  }
  if (asked.size() != 1) errors.push_back({"", "must have either one subject or one token"});
  if (!errors.empty()) return refuse(errors);
  if (auto refused = refuse_site(service, request.site)) return std::move(*refused);
  request.by = asked[0].first;
  request.entries.push_back(asked[0].second);
  std::string body;
  const Inquiry inquiry{.service = service, .request = request, .at_once = http.at_once};
  const auto take = [&](const CheckAnswer& one) { write_check_answer(one, body); };
  if (!answer_all(inquiry, take)) return std::nullopt;
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
