#pragma once
// A JSON file that proves itself without the service: a receipt, a certificate. Both hold a leaf of
// a zone's log, the hashes from it to the root, and the signed checkpoint. AUDIT.md has the
// members.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/signed_note.h"
#include "consent/log_leaf.h"
#include "crypto/sha256.h"
#include "wire/json_document.h"

namespace consent::server {

struct EvidenceCheck {
  std::vector<std::string> proven;  // what holds, a line each, in the order checked
  std::string failure;              // the first thing that does not; empty: all of it holds
};

// Each part is read on demand. Each call throws std::runtime_error, which names the member, when
// it is missing or malformed: that ends the check.
class EvidenceFile {
 public:
  explicit EvidenceFile(const JsonValue& json) : json_(json) {}  // borrowed

  // `object` may be empty: the member is the file's own.
  const std::string& text(std::string_view object, std::string_view name) const;
  std::vector<std::uint8_t> bytes(std::string_view object, std::string_view name) const;
  // It has a canonical form: all its numbers are whole.
  const JsonValue& object(std::string_view name) const;
  bool has(std::string_view name) const;  // and it is not null
  std::uint64_t leaf_index() const;
  std::vector<Sha256Digest> proof() const;

 private:
  const JsonValue& json_;
};

// Reads `json`, which `all` checks: it throws std::runtime_error with what does not hold.
EvidenceCheck check_evidence(
    std::string_view json,
    const std::function<void(const EvidenceFile& file, EvidenceCheck& check)>& all);

// Throws std::runtime_error unless it holds.
void require(bool holds, const char* failure);

// That `entry`, the bytes of the file's leaf, is an entry of that kind of the log whose key this
// is: adds to `proven` what it has seen. The leaf's detail points into `entry`. Throws
// std::runtime_error with what is wrong.
LogLeaf check_logged(const EvidenceFile& file, const NoteVerifier& key, LogKind kind,
                     const std::vector<std::uint8_t>& entry, std::vector<std::string>& proven);

}  // namespace consent::server
