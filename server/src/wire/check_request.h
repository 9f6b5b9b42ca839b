#pragma once
// The pipeline's question and its answer, as POST /v1/check has them.

#include <optional>
#include <string>
#include <string_view>
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
  // Any text; what is malformed is answered, not refused. They point into what was read.
  std::vector<std::string_view> entries;
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
// Appends the answer as JSON.
void write_check_answer(const CheckAnswer& answer, std::string& out);

}  // namespace consent::server
