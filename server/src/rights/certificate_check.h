#pragma once
// Checks a certificate of destruction without the service that issued it.

#include <string_view>

#include "audit/evidence_file.h"

namespace consent::server {

// `json`: as DELETE /v1/me, POST /v1/subjects/{id}/erase and GET /v1/certificates/{id} give it; a
// token that came with it is not looked at. Trusts `key` and nothing that the certificate says of
// itself. What it proves is that the service said this then, and has logged it; no file can prove
// that nothing is left anywhere.
EvidenceCheck check_certificate(std::string_view json, const NoteVerifier& key);

}  // namespace consent::server
