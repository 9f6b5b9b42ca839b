#include "audit/receipt.h"

#include <algorithm>
#include <stdexcept>

#include "formats/base64.h"
#include "formats/timestamp.h"
#include "formats/uuid.h"
#include "ledger/envelope.h"
#include "ledger/record_payload.h"
#include "wire/consent_record.h"
#include "wire/json_document.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::string_view kFormat = "dialphone-consent-receipt/1";

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

JsonArray hashes_json(const std::vector<Sha256Digest>& hashes) {
  JsonArray json;
  for (const Sha256Digest& hash : hashes) json.emplace_back(to_base64(hash));
  return json;
}

// The record as its bytes give it: its place in the ledger is not among them.
std::string content_json(JsonValue record) {
  JsonObject kept;
  for (const JsonMember& member : *record.object()) {
    if (member.name != "sequence") kept.push_back(member);
  }
  return to_canonical_json(kept);
}

Record check_opening(const EvidenceFile& receipt, const LogLeaf& leaf, EvidenceCheck& check) {
  const std::vector<std::uint8_t> bytes = receipt.bytes("opening", "record");
  std::array<std::uint8_t, 32> nonce{};
  require(parse_base64(receipt.text("opening", "nonce"), nonce), "/opening/nonce is malformed");
  require(commitment_of(nonce, bytes) == leaf.commitment,
          "the leaf commits to another record than the one in the receipt");
  auto record = parse_record(bytes);
  require(record.has_value(), "/opening/record is no record");
  require(record->id == leaf.id, "the leaf is that of another record");
  require(content_json(record_json(*record)) == content_json(receipt.object("record")),
          "/record says something else than what was logged");
  check.proven.push_back("the leaf commits to the record " + to_text(record->id) + ", made at " +
                         to_rfc3339(record->time) + " for " + record->site);
  return std::move(*record);
}

void check_notice(const EvidenceFile& receipt, const Record& record, EvidenceCheck& check) {
  require(receipt.has("notice") == !record.notice.empty(),
          "the receipt has no notice, or one that the record does not cite");
  if (record.notice.empty()) return;
  const std::string& notice = receipt.text("notice", "canonical_json");
  require("sha256:" + sha256_hex(notice) == record.notice &&
              receipt.text("notice", "id") == record.notice,
          "the notice is not the one that the record cites");
  check.proven.push_back("the notice is the one that was shown, " + record.notice);
}

}  // namespace

std::string receipt_json(const StoredRecord& stored, const std::string& notice_json,
                         const InclusionProof& proof, const std::string& verifier_key) {
  JsonValue notice;
  if (!notice_json.empty()) {
    notice = JsonObject{{"id", stored.record.notice}, {"canonical_json", notice_json}};
  }
  return to_json(JsonObject{
      {"format", kFormat},
      {"key", verifier_key},
      {"record", record_json(stored.record)},
      {"notice", std::move(notice)},
      {"opening", JsonObject{{"record", to_base64(record_bytes(stored.record))},
                             {"nonce", to_base64(stored.nonce)}}},
      {"leaf", JsonObject{{"index", proof.leaf}, {"entry", to_base64(bytes_of(proof.entry))}}},
      {"proof", hashes_json(proof.hashes)},
      {"checkpoint", proof.checkpoint}});
}

EvidenceCheck check_receipt(std::string_view json, const NoteVerifier& key) {
  return check_evidence(json, [&key](const EvidenceFile& receipt, EvidenceCheck& check) {
    require(receipt.text("", "format") == kFormat, "this is no receipt, or one of another version");
    const std::vector<std::uint8_t> entry = receipt.bytes("leaf", "entry");
    const LogLeaf leaf = check_logged(receipt, key, LogKind::record, entry, check.proven);
    check_notice(receipt, check_opening(receipt, leaf, check), check);
  });
}

}  // namespace consent::server
