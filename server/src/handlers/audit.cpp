#include "handlers/audit.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audit/tree_hash.h"
#include "consent/log_leaf.h"
#include "formats/base64.h"
#include "formats/hexadecimal.h"
#include "formats/timestamp.h"
#include "formats/uuid.h"
#include "handlers/asked_log.h"
#include "http/problem.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::uint64_t kEntriesDefault = 100;
constexpr std::uint64_t kEntriesMax = 1000;

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

JsonValue destroyed_json(std::uint64_t leaf, const Sha256Digest& hash) {
  return JsonObject{{"sequence", static_cast<std::int64_t>(leaf + 1)},
                    {"leaf", static_cast<std::int64_t>(leaf)},
                    {"leaf_hash", to_hex(hash)},
                    {"destroyed", true}};
}

// Sequences count from 1, as records do; leaves count from 0, as RFC 6962 does.
JsonValue entry_json(std::uint64_t leaf, const std::string& entry) {
  JsonObject json{{"sequence", static_cast<std::int64_t>(leaf + 1)},
                  {"leaf", static_cast<std::int64_t>(leaf)},
                  {"leaf_hash", to_hex(leaf_hash(entry))}};
  const auto decoded = decode_leaf(bytes_of(entry));
  if (!decoded) return json;
  json.push_back({"kind", to_text(decoded->kind)});
  json.push_back({"time", to_rfc3339(TimePoint(std::chrono::milliseconds(decoded->time_ms)))});
  json.push_back({"id", to_text(Uuid(decoded->id))});
  if (is_personal(decoded->kind)) {
    json.push_back({"commitment", to_hex(decoded->commitment)});
  }
  if (may_have_detail(decoded->kind)) json.push_back({"detail", decoded->detail});
  json.push_back({"content", to_hex(decoded->content)});
  return json;
}

http::Response private_json(const JsonObject& json) {
  http::Response response = http::text_response(200, "application/json", to_json(json));
  response.set("Cache-Control", "private, no-store");
  return response;
}

// Only parameters given once count, so a repeated one is malformed.
bool is_given(const http::Request& request, std::string_view name) {
  return std::any_of(request.query.begin(), request.query.end(),
                     [name](const auto& parameter) { return parameter.first == name; });
}

http::Response no_log() { return http::problem(404, "This service keeps no log of this zone."); }

std::optional<InclusionProof> asked_proof(ZoneLog& log, const http::Request& request) {
  if (const auto sequence = asked_number(request, "sequence")) {
    return *sequence == 0 ? std::nullopt : log.prove(*sequence - 1);
  }
  const auto id = parse_uuid_v7(request.parameter("record").value_or(""));
  return id ? log.prove_id(*id) : std::nullopt;
}

}  // namespace

http::Response handle_audit(const Service& service, const http::Request& request) {
  ZoneLog* log = asked_log(service, request);
  if (log == nullptr) return no_log();
  const auto after = asked_number(request, "after");
  const auto limit = asked_number(request, "limit");
  std::vector<http::PointedError> errors;
  if (!after && is_given(request, "after")) {
    errors.push_back({"/after", "must be a sequence, 0 for the beginning, once"});
  }
  if (is_given(request, "limit") && limit.value_or(0) == 0) {
    errors.push_back({"/limit", "must be from 1 to 1000, once"});
  }
  if (!errors.empty()) return http::problem(422, "The query is not valid.", errors);
  const std::uint64_t first = after.value_or(0);
  const auto found = log->entries(first, std::min(limit.value_or(kEntriesDefault), kEntriesMax));
  JsonArray entries;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::uint64_t leaf = first + i;
    entries.push_back(found[i].empty() ? destroyed_json(leaf, log->hash_of_leaf(leaf))
                                       : entry_json(leaf, found[i]));
  }
  const auto next = static_cast<std::int64_t>(first + found.size());
  return private_json({{"entries", std::move(entries)}, {"next", next}});
}

http::Response handle_audit_proof(const Service& service, const http::Request& request) {
  ZoneLog* log = asked_log(service, request);
  if (log == nullptr) return no_log();
  if (request.parameter("sequence").has_value() == request.parameter("record").has_value()) {
    return http::problem(422, "The query must name the entry once.",
                         {{"/sequence", "must be an entry's sequence, or /record a record's id"}});
  }
  const std::optional<InclusionProof> proof = asked_proof(*log, request);
  if (!proof) {
    return http::problem(404, "The log has no such entry, or it was destroyed after its period.");
  }
  JsonArray hashes;
  for (const Sha256Digest& hash : proof->hashes) hashes.emplace_back(to_base64(hash));
  JsonValue entry = entry_json(proof->leaf, proof->entry);
  return private_json({{"entry", std::move(entry)},
                       {"bytes", to_base64(bytes_of(proof->entry))},
                       {"proof", std::move(hashes)},
                       {"checkpoint", proof->checkpoint},
                       {"key", log->verifier_key()}});
}

}  // namespace consent::server
