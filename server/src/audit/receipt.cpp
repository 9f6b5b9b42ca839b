#include "audit/receipt.h"

#include <algorithm>
#include <stdexcept>

#include "audit/base64.h"
#include "audit/tree_hash.h"
#include "ledger/envelope.h"
#include "ledger/record_payload.h"
#include "timestamp.h"
#include "uuid.h"
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

// Material of a receipt, each part read on demand; what is missing or malformed ends the check.
class ReceiptReader {
 public:
  explicit ReceiptReader(const JsonValue& json) : json_(json) {}

  const std::string& text(std::string_view object, std::string_view name) const {
    const JsonValue* at = object.empty() ? &json_ : json_.find(object);
    const JsonValue* value = at == nullptr ? nullptr : at->find(name);
    if (value == nullptr || value->string() == nullptr) fail(object, name, "is missing");
    return *value->string();
  }
  std::vector<std::uint8_t> bytes(std::string_view object, std::string_view name) const {
    auto decoded = parse_base64(text(object, name));
    if (!decoded) fail(object, name, "is no base64");
    return std::move(*decoded);
  }
  std::uint64_t leaf_index() const {
    const JsonValue* leaf = json_.find("leaf");
    const JsonValue* index = leaf == nullptr ? nullptr : leaf->find("index");
    if (index == nullptr || index->integer().value_or(-1) < 0) fail("leaf", "index", "is missing");
    return static_cast<std::uint64_t>(*index->integer());
  }
  std::vector<Sha256Digest> proof() const {
    const JsonValue* list = json_.find("proof");
    if (list == nullptr || list->array() == nullptr) fail("", "proof", "is missing");
    std::vector<Sha256Digest> hashes;
    for (const JsonValue& item : *list->array()) {
      hashes.emplace_back();
      if (item.string() == nullptr || !parse_base64(*item.string(), hashes.back()))
        fail("", "proof", "is no list of hashes");
    }
    return hashes;
  }
  const JsonValue& record() const {
    const JsonValue* record = json_.find("record");
    if (record == nullptr || record->object() == nullptr) fail("", "record", "is missing");
    return *record;
  }
  bool has_notice() const {
    const JsonValue* notice = json_.find("notice");
    return notice != nullptr && !notice->is_null();
  }

 private:
  [[noreturn]] static void fail(std::string_view object, std::string_view name,
                                std::string_view what) {
    std::string place = "/";
    if (!object.empty()) place.append(object).append("/");
    throw std::runtime_error(place.append(name).append(" ").append(what));
  }
  const JsonValue& json_;
};

void require(bool holds, const char* failure) {
  if (!holds) throw std::runtime_error(failure);
}

LogLeaf check_log(const ReceiptReader& receipt, const NoteVerifier& key,
                  const std::vector<std::uint8_t>& entry, ReceiptCheck& check) {
  const auto text = key.open(receipt.text("", "checkpoint"));
  require(text.has_value(), "the checkpoint is not signed with this key");
  const auto checkpoint = parse_checkpoint(*text);
  require(checkpoint && checkpoint->origin == key.name(), "the checkpoint is of another log");
  check.proven.push_back("the log " + key.name() + " has signed a tree of " +
                         std::to_string(checkpoint->head.size) + " entries");

  const auto leaf = decode_leaf(entry);
  require(leaf && leaf->kind == LogKind::record, "the leaf is not that of a record");
  const std::vector<Sha256Digest> proof = receipt.proof();
  const std::string_view entry_text(reinterpret_cast<const char*>(entry.data()), entry.size());
  require(proves_inclusion(leaf_hash(entry_text), receipt.leaf_index(), checkpoint->head.size,
                           std::span<const Sha256Digest>(proof), checkpoint->head.root, node_hash),
          "the proof does not lead from the leaf to the signed tree");
  check.proven.push_back("entry " + std::to_string(receipt.leaf_index()) +
                         " of that tree is this leaf, logged at " +
                         to_rfc3339(TimePoint(std::chrono::milliseconds(leaf->time_ms))));
  return *leaf;
}

Record check_opening(const ReceiptReader& receipt, const LogLeaf& leaf, ReceiptCheck& check) {
  const std::vector<std::uint8_t> bytes = receipt.bytes("opening", "record");
  std::array<std::uint8_t, 32> nonce{};
  require(parse_base64(receipt.text("opening", "nonce"), nonce), "/opening/nonce is malformed");
  require(commitment_of(nonce, bytes) == leaf.commitment,
          "the leaf commits to another record than the one in the receipt");
  auto record = parse_record(bytes);
  require(record.has_value(), "/opening/record is no record");
  require(record->id == leaf.id, "the leaf is that of another record");
  require(content_json(record_json(*record)) == content_json(receipt.record()),
          "/record says something else than what was logged");
  check.proven.push_back("the leaf commits to the record " + to_text(record->id) + ", made at " +
                         to_rfc3339(record->time) + " for " + record->site);
  return std::move(*record);
}

void check_notice(const ReceiptReader& receipt, const Record& record, ReceiptCheck& check) {
  require(receipt.has_notice() == !record.notice.empty(),
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

ReceiptCheck check_receipt(std::string_view json, const NoteVerifier& key) {
  ReceiptCheck check;
  const JsonParse parsed = parse_json(json);
  if (parsed.error) {
    check.failure = "this is no JSON: " + parsed.error->detail;
    return check;
  }
  const ReceiptReader receipt(parsed.value);
  try {
    require(receipt.text("", "format") == kFormat, "this is no receipt, or one of another version");
    const std::vector<std::uint8_t> entry = receipt.bytes("leaf", "entry");
    const LogLeaf leaf = check_log(receipt, key, entry, check);
    check_notice(receipt, check_opening(receipt, leaf, check), check);
  } catch (const std::runtime_error& failure) {
    check.failure = failure.what();
  }
  return check;
}

}  // namespace consent::server
