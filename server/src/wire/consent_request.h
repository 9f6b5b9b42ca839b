#pragma once
// The body of POST /v1/consents, from JSON or from a form.
//
// The form's fields: site, event, ticket, notice, policy, language and action as in JSON; one field
// per optional purpose, "granted" or "denied" (absent: denied; ignored unless action is save);
// `return`, the path to come back to. `event` may be missing (a double click is then two records);
// the subject is the one the cookie names; layer is form.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "consent/policy.h"
#include "consent/record_state.h"
#include "consent/token.h"
#include "http/problem.h"
#include "language_tag.h"
#include "uuid.h"
#include "wire/json_document.h"

namespace consent::server {

struct ConsentRequest {
  std::string site;
  Uuid event{};
  std::optional<SubjectId> subject;
  std::string ticket;        // empty: none (a withdrawal)
  std::string notice;        // empty: none (a withdrawal)
  PolicyVersion policy = 0;  // 0: none (a withdrawal)
  std::string language;
  Choices choices;
  Action action = Action::none;
  Layer layer = Layer::none;
  TimePoint client_time{};
  bool gpc = false;
  std::string return_path = "/";  // of a form; always a path of this site
};

struct ConsentRequestRead {
  ConsentRequest request;  // usable only when errors is empty
  std::vector<JsonError> errors;
};

// `policy` says which optional purposes there are. Checks form and consistency (accept_all grants
// all ...), not tickets, tokens or time.
ConsentRequestRead read_consent_json(const JsonValue& body, const PolicyInForce& policy);
ConsentRequestRead read_consent_form(const http::Fields& fields, const PolicyInForce& policy,
                                     TimePoint now);

// "/pricing?x=1" but not "//elsewhere", "/\\elsewhere", or anything with control characters.
bool is_same_site_path(std::string_view path);

}  // namespace consent::server
