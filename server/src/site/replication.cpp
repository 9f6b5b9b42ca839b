#include "site/replication.h"

#include <algorithm>

namespace consent::server {
namespace {

std::optional<Zone> read_zone(JsonFields& fields, std::string_view name) {
  const std::string* text = fields.string(name);
  if (text == nullptr) return std::nullopt;
  for (const Zone zone : {Zone::eu, Zone::us}) {
    if (*text == to_text(zone)) return zone;
  }
  fields.fail(name, "must be eu or us");
  return std::nullopt;
}

}  // namespace

std::optional<CopyDirection> read_replication(JsonFields& root, std::vector<JsonError>& errors) {
  const JsonValue* value = root.object("replication", Presence::optional);
  if (value == nullptr) return std::nullopt;
  JsonFields fields(*value, root.pointer_to("replication"), errors);
  const auto from = read_zone(fields, "from");
  const auto to = read_zone(fields, "to");
  if (from && to && *from == *to) fields.fail("to", "must be another zone than from");
  fields.refuse_unknown();
  if (!from || !to) return std::nullopt;
  return CopyDirection{*from, *to};
}

std::string replication_flaw(const std::optional<CopyDirection>& replication,
                             std::span<const Zone> held) {
  if (!replication) return "";
  for (const Zone zone : {replication->from, replication->to}) {
    if (std::find(held.begin(), held.end(), zone) != held.end()) continue;
    return "/replication: zone " + std::string(to_text(zone)) +
           " is not held by this process, and copying needs both zones in one: leave --zone out, "
           "or remove \"replication\" from the site file";
  }
  return "";
}

}  // namespace consent::server
