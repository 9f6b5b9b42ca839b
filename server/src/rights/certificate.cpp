#include "rights/certificate.h"

#include <algorithm>
#include <bit>
#include <span>
#include <stdexcept>

#include "audit/tree_hash.h"
#include "consent/log_leaf.h"
#include "formats/base64.h"
#include "formats/hexadecimal.h"
#include "formats/timestamp.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::string_view kEntryLabel = "consent certificate 1";
constexpr std::string_view kRequestLabel = "consent erasure request 1";

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Sha256Digest root_of(std::span<const Uuid> ids) {
  if (ids.empty()) return empty_root();
  if (ids.size() == 1) {
    const Uuid& id = ids.front();
    return leaf_hash({reinterpret_cast<const char*>(id.data()), id.size()});
  }
  const std::size_t left = std::bit_floor(ids.size() - 1);
  return node_hash(root_of(ids.first(left)), root_of(ids.subspan(left)));
}

// Of the file this process runs; empty where it cannot be read.
const std::string& program_hash() {
  static const std::string hash = [] {
    try {
      return to_hex(sha256_of_file("/proc/self/exe"));
    } catch (const std::runtime_error&) {
      return std::string();
    }
  }();
  return hash;
}

JsonValue legal_basis(const Destruction& destruction) {
  if (destruction.cause == DestructionCause::retention) return "GDPR art. 5(1)(e)";
  if (!destruction.regime) return {};
  switch (*destruction.regime) {
    case RegimeId::eu_gdpr:
      return "GDPR art. 17(1)";
    case RegimeId::uk_gdpr:
      return "UK GDPR art. 17(1)";
    default:
      return "the right to erasure of the regime";
  }
}

JsonValue scope_json(const Destruction& destruction) {
  return JsonObject{
      {"data", JsonArray{"consent records", "folded state", "data key", "pseudonymised events",
                         "requests of data subjects"}},
      {"systems", JsonArray{"ledger of the zone", "event files"}},
      {"subjects", destruction.subjects},
      {"records", destruction.records.size()},
      {"superseded_records", destruction.superseded},
      {"log_entries", destruction.entries},
      {"records_root", to_hex(tree_root(destruction.records))},
      {"events", destruction.events},
      {"requests", destruction.requests},
      {"events_not_reached",
       "those under pseudonyms whose key was destroyed 48 hours after its day: nobody can tell "
       "whose they are; and what consumers of the event files took before"}};
}

std::string_view key_method(const Destruction& destruction) {
  if (destruction.subjects == 0) return "none destroyed";
  if (destruction.superseded == 0) {
    return "crypto erase: the subject's AES-256-GCM data key destroyed";
  }
  return "crypto erase: the subject's AES-256-GCM data key destroyed; not that of superseded "
         "records, whose subject goes on";
}

JsonArray keks_json(const std::set<KekId>& keks) {
  JsonArray names;
  for (const KekId kek : keks) names.emplace_back("kek." + std::to_string(kek));
  return names;
}

JsonArray copies_json(const Destruction& destruction) {
  JsonArray copies;
  for (const Destruction::Copies& one : destruction.copies) {
    copies.push_back(JsonObject{
        {"zone", to_text(one.zone)},
        {"records", one.records},
        {"method",
         "row delete, the bytes are overwritten in the database file; crypto erase of the copies' "
         "own AES-256-GCM data key where no copy of the subject is left"},
        {"key_was_wrapped_by", keks_json(one.keks)}});
  }
  return copies;
}

JsonValue method_json(const Destruction& destruction) {
  return JsonObject{
      {"records", "row delete; the bytes are overwritten in the database file"},
      {"key", key_method(destruction)},
      {"key_was_wrapped_by", keks_json(destruction.keks)},
      {"write_ahead_log", destruction.log_emptied ? "emptied" : "not emptied when this was signed"},
      {"events", "row delete; the files are written anew without them"},
      {"requests",
       "row delete, each with the data key of its own; the bytes are overwritten in the file"},
      {"media", "not identified: the service sees files, no devices and no serial numbers"}};
}

JsonValue verification_json(const Destruction& destruction) {
  const bool of_sweep = destruction.cause == DestructionCause::retention;
  std::string_view method = "full: each record of the subject was read back";
  if (of_sweep)
    method = "full: each subject that is left and has a record of that age was looked at again";
  if (of_sweep && destruction.read == 0)
    method = "none: nobody of that age is left, or it was interrupted";
  return JsonObject{{"method", method}, {"read", destruction.read}, {"left", destruction.left}};
}

JsonArray kept_json(const SitePolicy& site) {
  constexpr std::string_view kBasis = "GDPR art. 17(3)(b) and (e): to show what was done";
  return {JsonObject{{"data",
                      "id, time, commitment and hash of each record; without its nonce the "
                      "commitment opens to nobody"},
                     {"for", site.retention.audit_entries.iso8601()},
                     {"basis", kBasis}},
          JsonObject{{"data",
                      "keyed hash of the subject's id, so that a check answers erased and a "
                      "restored backup is erased again"},
                     {"basis", kBasis}}};
}

JsonValue backups_json(const SitePolicy& site, TimePoint ended) {
  if (!site.retention.backups) {
    return JsonObject{{"expire_after", JsonValue()},
                      {"gone_by", JsonValue()},
                      {"note", "the site file does not say when backups expire"}};
  }
  return JsonObject{
      {"expire_after", site.retention.backups->iso8601()},
      {"gone_by", to_rfc3339(site.retention.backups->after(ended))},
      {"note", "until then a backup may hold copies; restoring it erases them again"}};
}

// A UUIDv7 of the same time.
Uuid derived_id(std::string_view label, const Uuid& erased) {
  constexpr std::size_t kTimeBytes = 6;
  std::string input(label);
  input.append(reinterpret_cast<const char*>(erased.data()), erased.size());
  const Sha256Digest hash = sha256(input);
  Uuid id = erased;
  std::copy_n(hash.begin(), id.size() - kTimeBytes, id.begin() + kTimeBytes);
  id[6] = static_cast<std::uint8_t>(0x70 | (id[6] & 0x0f));
  id[8] = static_cast<std::uint8_t>(0x80 | (id[8] & 0x3f));
  return id;
}

}  // namespace

std::string_view to_text(DestructionCause cause) {
  switch (cause) {
    case DestructionCause::data_subject:
      return "data_subject";
    case DestructionCause::privacy_office:
      return "privacy_office";
    case DestructionCause::retention:
      return "retention";
  }
  return "";
}

Sha256Digest tree_root(const std::vector<Uuid>& ids) { return root_of(ids); }

std::string certificate_text(const SitePolicy& site, const Destruction& destruction,
                             std::string_view program) {
  JsonValue regime;
  if (destruction.regime) regime = to_text(*destruction.regime);
  JsonValue program_sha256;
  if (!program_hash().empty()) program_sha256 = program_hash();
  return to_canonical_json(JsonObject{{"format", kCertificateFormat},
                                      {"id", to_text(destruction.id)},
                                      {"site", site.site},
                                      {"controller", site.in_force(destruction.ended).controller},
                                      {"zone", to_text(destruction.zone)},
                                      {"requested_by", to_text(destruction.cause)},
                                      {"carried_out_by", "the service, without a person"},
                                      {"regime", std::move(regime)},
                                      {"legal_basis", legal_basis(destruction)},
                                      {"scope", scope_json(destruction)},
                                      {"copies", copies_json(destruction)},
                                      {"method", method_json(destruction)},
                                      {"tool", JsonObject{{"name", "consentd"},
                                                          {"version", program},
                                                          {"sha256", std::move(program_sha256)}}},
                                      {"started_at", to_rfc3339(destruction.started)},
                                      {"ended_at", to_rfc3339(destruction.ended)},
                                      {"verification", verification_json(destruction)},
                                      {"kept", kept_json(site)},
                                      {"backups", backups_json(site, destruction.ended)}});
}

void add_copies(Destruction& destruction, Zone zone, std::size_t records,
                const std::vector<KekId>& keks) {
  if (records == 0) return;
  const auto same = std::find_if(destruction.copies.begin(), destruction.copies.end(),
                                 [zone](const auto& one) { return one.zone == zone; });
  Destruction::Copies& copies =
      same == destruction.copies.end() ? destruction.copies.emplace_back() : *same;
  copies.zone = zone;
  copies.records += records;
  copies.keks.insert(keks.begin(), keks.end());
}

Uuid certificate_entry_id(const Uuid& erased) { return derived_id(kEntryLabel, erased); }

Uuid erasure_request_id(const Uuid& erased) { return derived_id(kRequestLabel, erased); }

std::optional<JsonObject> find_certificate(ZoneLog& log, const Uuid& erased) {
  const auto proof = log.prove_id(certificate_entry_id(erased));
  if (!proof) return std::nullopt;
  const auto leaf = decode_leaf(bytes_of(proof->entry));
  if (!leaf || leaf->kind != LogKind::certificate) return std::nullopt;
  JsonParse content = parse_json(leaf->detail);
  if (content.error) return std::nullopt;
  JsonArray hashes;
  for (const Sha256Digest& hash : proof->hashes) hashes.emplace_back(to_base64(hash));
  JsonObject logged{{"index", proof->leaf}, {"entry", to_base64(bytes_of(proof->entry))}};
  return JsonObject{{"certificate", std::move(content.value)},
                    {"note", log.sign_statement(std::string(leaf->detail))},
                    {"key", log.verifier_key()},
                    {"leaf", std::move(logged)},
                    {"proof", std::move(hashes)},
                    {"checkpoint", proof->checkpoint}};
}

}  // namespace consent::server
