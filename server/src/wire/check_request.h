#pragma once
// The pipeline's question and its answer, as POST /v1/check has them.

#include <optional>
#include <string>
#include <vector>

#include "consent/decision.h"
#include "wire/json_document.h"

namespace consent::server {

inline constexpr std::size_t kCheckEntriesMax = 10'000;

struct CheckRequest {
  enum class By : std::uint8_t { subject, token };
  std::string site;
  std::string purpose;
  By by = By::subject;
  std::vector<std::string> entries;  // any text; what is malformed is answered, not refused
};

struct CheckRequestRead {
  CheckRequest request;  // usable only when errors is empty
  std::vector<JsonError> errors;
};
CheckRequestRead read_check(const JsonValue& body);

struct CheckAnswer {
  Reason reason = Reason::no_record;
  std::optional<PolicyVersion> policy;
  std::optional<Instant> expires_at;
};
JsonValue check_answer_json(const CheckAnswer& answer);

}  // namespace consent::server
