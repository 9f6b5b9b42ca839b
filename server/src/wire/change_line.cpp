#include "wire/change_line.h"

#include "consent/base64url.h"
#include "formats/timestamp.h"
#include "formats/uuid.h"
#include "visitor/subject_id.h"
#include "wire/consent_record.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

std::string key_text(const std::array<std::uint8_t, 16>& key) {
  std::string text(base64url_size(key.size()), '\0');
  base64url_encode(key, text);
  return text;
}

}  // namespace

void write_change_line(const StateChange& change, const ChangeAnswers& answers, std::string& out) {
  JsonValue subject;
  JsonValue choices;
  JsonValue action;
  TimePoint time = time_of(change.id);
  if (change.record) {
    const Record& record = *change.record;
    time = record.time;
    if (record.subject) subject = subject_text(*record.subject);
    if (record.kind == RecordKind::decision) {
      choices = choices_json(record.choices);
      action = to_text(record.action);
    }
  }
  const std::string_view kind = change.damaged ? "unreadable" : to_text(change.kind);
  out += to_json(JsonObject{{"zone", to_text(change.zone)},
                            {"sequence", static_cast<std::int64_t>(change.sequence)},
                            {"record", to_text(change.id)},
                            {"time", to_rfc3339(time)},
                            {"key", key_text(change.subject_key)},
                            {"subject", subject},
                            {"kind", kind},
                            {"action", action},
                            {"choices", choices}});
  out.pop_back();
  out += R"(,"now":{"analytics":)";
  write_check_answer(answers.analytics, out);
  out += R"(,"marketing":)";
  write_check_answer(answers.marketing, out);
  out += "}}\n";
}

void write_cursor_line(std::string_view cursor, bool more, std::string& out) {
  out += to_json(JsonObject{{"cursor", cursor}, {"more", more}});
  out += '\n';
}

}  // namespace consent::server
