#include "audit/evidence_file.h"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "audit/checkpoint.h"
#include "audit/tree_hash.h"
#include "consent/merkle.h"
#include "formats/base64.h"
#include "formats/timestamp.h"

namespace consent::server {
namespace {

[[noreturn]] void fail(std::string_view object, std::string_view name, std::string_view what) {
  std::string place = "/";
  if (!object.empty()) place.append(object).append("/");
  throw std::runtime_error(place.append(name).append(" ").append(what));
}

// What a service writes holds no other numbers, and no canonical form is there for them.
bool has_fractions(const JsonValue& value) {
  if (value.kind() == JsonKind::number) return true;
  if (const JsonArray* items = value.array()) {
    return std::any_of(items->begin(), items->end(), has_fractions);
  }
  const JsonObject* members = value.object();
  return members != nullptr &&
         std::any_of(members->begin(), members->end(),
                     [](const JsonMember& member) { return has_fractions(member.value); });
}

}  // namespace

const std::string& EvidenceFile::text(std::string_view object, std::string_view name) const {
  const JsonValue* at = object.empty() ? &json_ : json_.find(object);
  const JsonValue* value = at == nullptr ? nullptr : at->find(name);
  if (value == nullptr || value->string() == nullptr) fail(object, name, "is missing");
  return *value->string();
}

std::vector<std::uint8_t> EvidenceFile::bytes(std::string_view object,
                                              std::string_view name) const {
  auto decoded = parse_base64(text(object, name));
  if (!decoded) fail(object, name, "is no base64");
  return std::move(*decoded);
}

const JsonValue& EvidenceFile::object(std::string_view name) const {
  const JsonValue* value = json_.find(name);
  if (value == nullptr || value->object() == nullptr) fail("", name, "is missing");
  if (has_fractions(*value)) fail("", name, "holds a number that is not whole");
  return *value;
}

bool EvidenceFile::has(std::string_view name) const {
  const JsonValue* value = json_.find(name);
  return value != nullptr && !value->is_null();
}

std::uint64_t EvidenceFile::leaf_index() const {
  const JsonValue* leaf = json_.find("leaf");
  const JsonValue* index = leaf == nullptr ? nullptr : leaf->find("index");
  if (index == nullptr || index->integer().value_or(-1) < 0) fail("leaf", "index", "is missing");
  return static_cast<std::uint64_t>(*index->integer());
}

std::vector<Sha256Digest> EvidenceFile::proof() const {
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

EvidenceCheck check_evidence(
    std::string_view json,
    const std::function<void(const EvidenceFile& file, EvidenceCheck& check)>& all) {
  EvidenceCheck check;
  const JsonParse parsed = parse_json(json);
  if (parsed.error) {
    check.failure = "this is no JSON: " + parsed.error->detail;
    return check;
  }
  try {
    all(EvidenceFile(parsed.value), check);
  } catch (const std::runtime_error& failure) {
    check.failure = failure.what();
  }
  return check;
}

void require(bool holds, const char* failure) {
  if (!holds) throw std::runtime_error(failure);
}

LogLeaf check_logged(const EvidenceFile& file, const NoteVerifier& key, LogKind kind,
                     const std::vector<std::uint8_t>& entry, std::vector<std::string>& proven) {
  const auto text = key.open(file.text("", "checkpoint"));
  require(text.has_value(), "the checkpoint is not signed with this key");
  const auto checkpoint = parse_checkpoint(*text);
  require(checkpoint && checkpoint->origin == key.name(), "the checkpoint is of another log");
  proven.push_back("the log " + key.name() + " has signed a tree of " +
                   std::to_string(checkpoint->head.size) + " entries");

  const auto leaf = decode_leaf(entry);
  if (!leaf || leaf->kind != kind) {
    throw std::runtime_error("the leaf is not that of a " + std::string(to_text(kind)));
  }
  const std::vector<Sha256Digest> proof = file.proof();
  const std::string_view entry_text(reinterpret_cast<const char*>(entry.data()), entry.size());
  require(proves_inclusion(leaf_hash(entry_text), file.leaf_index(), checkpoint->head.size,
                           std::span<const Sha256Digest>(proof), checkpoint->head.root, node_hash),
          "the proof does not lead from the leaf to the signed tree");
  proven.push_back("entry " + std::to_string(file.leaf_index()) +
                   " of that tree is this leaf, logged at " +
                   to_rfc3339(TimePoint(std::chrono::milliseconds(leaf->time_ms))));
  return *leaf;
}

}  // namespace consent::server
