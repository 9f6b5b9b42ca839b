#include "rights/certificate_check.h"

#include <stdexcept>
#include <string>

#include "audit/log_origin.h"
#include "crypto/sha256.h"
#include "formats/uuid.h"
#include "rights/certificate.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

// Both say which log this certificate belongs to.
void check_place(const EvidenceFile& file, const NoteVerifier& key) {
  const std::string& zone = file.text("certificate", "zone");
  for (const Zone one : {Zone::eu, Zone::us}) {
    if (zone != to_text(one)) continue;
    require(key.name() == log_origin(file.text("certificate", "site"), one),
            "the certificate is of another site or zone than the log");
    return;
  }
  throw std::runtime_error("/certificate/zone is no zone");
}

std::string number_in(const JsonValue& certificate, std::string_view name) {
  const JsonValue* scope = certificate.find("scope");
  const JsonValue* value = scope == nullptr ? nullptr : scope->find(name);
  if (value == nullptr || value->integer().value_or(-1) < 0) {
    throw std::runtime_error("/certificate/scope/" + std::string(name) + " is missing");
  }
  return std::to_string(*value->integer());
}

void check_all(const EvidenceFile& file, const NoteVerifier& key, EvidenceCheck& check) {
  const JsonValue& certificate = file.object("certificate");
  require(file.text("certificate", "format") == kCertificateFormat,
          "this is no certificate, or one of another version");
  const auto signed_text = key.open(file.text("", "note"));
  require(signed_text.has_value(), "the note is not signed with this key");
  const std::string text = to_canonical_json(certificate);
  require(*signed_text == text + "\n", "/certificate says something else than what was signed");
  check_place(file, key);
  check.proven.push_back("the service has signed it with the key of " + key.name());

  const auto entry = file.bytes("leaf", "entry");
  const LogLeaf leaf = check_logged(file, key, LogKind::certificate, entry, check.proven);
  const auto id = parse_uuid_v7(file.text("certificate", "id"));
  require(id && leaf.id == certificate_entry_id(*id), "the leaf is that of another certificate");
  require(leaf.detail == text && leaf.content == sha256(text),
          "the certificate that was logged says something else");
  check.proven.push_back("certificate " + to_text(*id) + ": " + number_in(certificate, "subjects") +
                         " subjects, " + number_in(certificate, "records") + " records and " +
                         number_in(certificate, "events") + " events destroyed by " +
                         file.text("certificate", "ended_at"));
}

}  // namespace

EvidenceCheck check_certificate(std::string_view json, const NoteVerifier& key) {
  return check_evidence(json, [&key](const EvidenceFile& file, EvidenceCheck& check) {
    check_all(file, key, check);
  });
}

}  // namespace consent::server
