#include "wire/check_request.h"

#include <array>
#include <charconv>

#include "formats/timestamp.h"
#include "wire/json_fields.h"

namespace consent::server {
namespace {

void read_entries(JsonFields& fields, CheckRequestRead& read) {
  const JsonArray* subjects = fields.array("subjects", Presence::optional);
  const JsonArray* tokens = fields.array("tokens", Presence::optional);
  if ((subjects == nullptr) == (tokens == nullptr)) {
    if (read.errors.empty()) fields.fail("must have either subjects or tokens");
    return;
  }
  const std::string name = subjects != nullptr ? "subjects" : "tokens";
  const JsonArray& entries = subjects != nullptr ? *subjects : *tokens;
  read.request.by = subjects != nullptr ? CheckRequest::By::subject : CheckRequest::By::token;
  if (entries.size() > kCheckEntriesMax) {
    fields.fail(name,
                "has more than " + std::to_string(kCheckEntriesMax) + " entries; ask in parts");
    return;
  }
  read.request.entries.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string* text = entries[i].string();
    if (text == nullptr) {
      read.errors.push_back(
          {.pointer = "/" + name + "/" + std::to_string(i), .detail = "must be a string"});
      continue;
    }
    read.request.entries.push_back(*text);
  }
}

}  // namespace

CheckRequestRead read_check(const JsonValue& body) {
  CheckRequestRead read;
  JsonFields fields(body, "", read.errors);
  if (const std::string* site = fields.string("site")) read.request.site = *site;
  if (const std::string* purpose = fields.string("purpose")) read.request.purpose = *purpose;
  read_entries(fields, read);
  fields.refuse_unknown();
  return read;
}

void write_check_answer(const CheckAnswer& answer, std::string& out) {
  out += allows(answer.reason) ? R"({"allowed":true,"reason":")" : R"({"allowed":false,"reason":")";
  out += to_text(answer.reason);
  out += R"(","policy":)";
  if (answer.policy) {
    std::array<char, 24> digits{};
    const auto written =
        std::to_chars(digits.data(), digits.data() + digits.size(), *answer.policy);
    out.append(digits.data(), written.ptr);
  } else {
    out += "null";
  }
  out += R"(,"expires_at":)";
  if (answer.expires_at) {
    out += '"';
    append_rfc3339(*answer.expires_at, out);
    out += '"';
  } else {
    out += "null";
  }
  out += '}';
}

}  // namespace consent::server
