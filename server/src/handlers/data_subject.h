#pragma once
// Who exercises a right: whoever holds the token, by cookie or by Authorization: Consent.

#include <optional>
#include <string_view>
#include <variant>

#include "http/request.h"
#include "http/response.h"
#include "ledger/ledger.h"
#include "service.h"
#include "wire/json_document.h"

namespace consent::server {

struct DataSubject {
  std::optional<SubjectId> id;  // none: a refusal's token, which is the same for everybody
  Ledger::StateRead known;      // of the id
};

// 401 without a token of this service, 421 when the subject belongs to a zone that this process
// does not hold (`path` is what to ask there), 503 when the ledger cannot be read.
std::variant<DataSubject, http::Response> data_subject(const Service& service,
                                                       const http::Request& request,
                                                       std::string_view path);

// 503 when something cannot be read: nothing is answered in part.
http::Response unreadable();

// JSON that is this visitor's alone.
http::Response private_json(int status, std::string_view media_type, const JsonValue& json);

}  // namespace consent::server
