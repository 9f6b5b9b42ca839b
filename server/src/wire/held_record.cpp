#include "wire/held_record.h"

#include <string>
#include <utility>

#include "formats/timestamp.h"
#include "formats/uuid.h"
#include "wire/consent_record.h"

namespace consent::server {
namespace {

JsonValue text_or_null(const std::string& text) {
  return text.empty() ? JsonValue() : JsonValue(text);
}

JsonObject evidence_json(const Record& record) {
  JsonValue previous;
  if (record.previous) previous = to_text(*record.previous);
  JsonValue source;
  if (record.region_source) source = to_text(*record.region_source);
  return {{"event", to_text(record.event)},
          {"previous", std::move(previous)},
          {"client_time", to_rfc3339(record.client_time)},
          {"model", to_text(record.model)},
          {"ruleset", text_or_null(record.ruleset)},
          {"gpc_header", record.gpc_by_header},
          {"gpc_script", record.gpc_by_script},
          {"dnt", record.dnt},
          {"origin", text_or_null(record.origin)},
          {"service_version", text_or_null(record.service_version)},
          {"banner_build", text_or_null(record.banner_build)},
          {"page", text_or_null(record.page)},
          {"controller", text_or_null(record.controller)},
          {"region_source", std::move(source)}};
}

}  // namespace

JsonValue decided_json(const Record& record) {
  JsonObject json = *record_json(record).object();
  json.push_back({"kind", to_text(record.kind)});
  json.push_back({"evidence", evidence_json(record)});
  return json;
}

JsonValue held_record_json(const StoredRecord& stored) {
  const Record& record = stored.record;
  if (stored.erased || record.kind != RecordKind::decision) {
    return JsonObject{{"id", to_text(record.id)},
                      {"sequence", record.sequence},
                      {"kind", to_text(record.kind)},
                      {"time", to_rfc3339(time_of(record.id))},
                      {"erased", stored.erased}};
  }
  return decided_json(record);
}

}  // namespace consent::server
