#pragma once
// What a visitor takes home: the record, the notice it cites, and the proof that both are in the
// log, in one JSON file that is checked without the service. AUDIT.md has its members.

#include <optional>
#include <string>
#include <string_view>

#include "audit/evidence_file.h"
#include "audit/zone_log.h"
#include "ledger/record.h"

namespace consent::server {

// `notice_json`: canonical; empty where the record cites none. `proof` is of the record's leaf.
std::string receipt_json(const StoredRecord& stored, const std::string& notice_json,
                         const InclusionProof& proof, const std::string& verifier_key);

// Trusts `key` and nothing that the receipt says of itself.
EvidenceCheck check_receipt(std::string_view json, const NoteVerifier& key);

}  // namespace consent::server
