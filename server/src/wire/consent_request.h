#pragma once
// The body of POST /v1/consents, from JSON or from a form.
//
// The form's fields: site, event, ticket, notice, policy, language and action as in JSON;
// choices.<purpose> is "granted" or "denied" (absent: denied; read only when action is save);
// `return` is the path to come back to; a field given twice is an error. The subject is the one the
// cookie names; the layer is form.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "consent/policy.h"
#include "consent/record_state.h"
#include "consent/token.h"
#include "formats/uuid.h"
#include "http/fields.h"
#include "representation/language_tag.h"
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
  TimePoint client_time{};  // of the event where the client sent none
  bool gpc = false;
  std::string page;         // path without query; empty: not said
  std::string return_path;  // of a form; not checked
};

struct ConsentRequestRead {
  ConsentRequest request;  // usable only when errors is empty
  std::vector<JsonError> errors;
};

// `policy` says which optional purposes there are. Checks form and consistency (accept_all grants
// all ...), not site, tickets, tokens or time.
ConsentRequestRead read_consent_json(const JsonValue& body, const PolicyInForce& policy);
ConsentRequestRead read_consent_form(const http::Fields& fields, const PolicyInForce& policy);

// "sha256:" and 64 lower-case hexadecimal digits.
bool is_notice_id(std::string_view id);

}  // namespace consent::server
