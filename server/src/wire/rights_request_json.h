#pragma once
// Requests of data subjects on the wire: what the privacy office brings, and what it is told.

#include <optional>
#include <string>
#include <vector>

#include "ledger/request_register.h"
#include "wire/json_document.h"

namespace consent::server {

// The body of POST /v1/requests.
struct RequestBody {
  std::optional<RecordId> id;  // none: the service makes one
  Right right = Right::access;
  std::optional<SubjectId> subject;
  std::optional<Region> region;  // none: the subject's, where it is known
  std::optional<TimePoint> received_at;
  std::string note;
};
// `site` is the only one there is. Usable only when `errors` stays empty.
RequestBody read_request_body(const JsonValue& json, const std::string& site, TimePoint now,
                              std::vector<JsonError>& errors);

// The body of PATCH /v1/requests/{id}.
struct RequestChange {
  std::optional<RequestState> state;
  std::string reason;
  std::optional<std::string> note;
};
RequestChange read_request_change(const JsonValue& json, std::vector<JsonError>& errors);

// `kept_until`: when a closed one leaves the register.
JsonObject request_json(const RightsRequest& request, TimePoint now,
                        std::optional<TimePoint> kept_until);

// Opaque; of a page's last request.
std::string to_text(const RequestPlace& place);
std::optional<RequestPlace> parse_request_place(std::string_view text);

}  // namespace consent::server
