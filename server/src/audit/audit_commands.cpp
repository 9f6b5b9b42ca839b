#include "audit/audit_commands.h"

#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>

#include "audit/ledger_audit.h"
#include "audit/log_origin.h"
#include "audit/log_signer.h"
#include "audit/receipt.h"
#include "audit/signed_note.h"
#include "ledger/ledger.h"
#include "ledger/ledger_commands.h"
#include "process/exit_status.h"
#include "process/progress_line.h"
#include "rights/certificate_check.h"
#include "site/site_file.h"

namespace consent::server {
namespace {

constexpr const char* kNoKey = "--key must be a log's key, as consentd audit key prints it";

std::string read(const std::string& path) {
  TextFile file = read_text_file(path);
  if (!file.failure.empty()) throw std::runtime_error(file.failure);
  return std::move(file.text);
}

struct Kept {
  std::string origin;
  TreeHead head;
};

// Empty: the checkpoint can be read, or there is none. A key alone would be believed to be checked.
std::string misuse_of_checkpoint(const Config& config) {
  if (config.checkpoint_file.empty()) {
    return config.verifier_key.empty()
               ? ""
               : "--key is the key of a checkpoint: name its file with --checkpoint, too";
  }
  if (config.verifier_key.empty())
    return "--checkpoint needs --key, the log's key, as consentd audit key prints it";
  if (!parse_verifier_key(config.verifier_key)) return kNoKey;
  return "";
}

std::optional<Kept> kept_checkpoint(const Config& config) {
  if (config.checkpoint_file.empty()) return std::nullopt;
  const auto key = parse_verifier_key(config.verifier_key);
  const auto text = key.value().open(read(config.checkpoint_file));
  if (!text) throw std::runtime_error(config.checkpoint_file + ": is not signed with this key");
  const auto checkpoint = parse_checkpoint(*text);
  if (!checkpoint) throw std::runtime_error(config.checkpoint_file + ": is no checkpoint");
  return Kept{checkpoint->origin, checkpoint->head};
}

// True when nothing is wrong with the zone.
bool report(std::string_view zone, const AuditReport& found) {
  const std::string name(zone);
  if (!found.failure.empty()) {
    std::printf("%s: WRONG: %s\n", name.c_str(), found.failure.c_str());
    return false;
  }
  std::printf("%s: %llu entries and %llu records are as they were written (%llu erased)\n",
              name.c_str(), static_cast<unsigned long long>(found.head.size),
              static_cast<unsigned long long>(found.records),
              static_cast<unsigned long long>(found.erased));
  if (found.copies > 0) {
    std::printf("%s: %llu copies of another zone's records are as they were written\n",
                name.c_str(), static_cast<unsigned long long>(found.copies));
  }
  if (found.destroyed > 0) {
    std::printf("%s: of %llu entries, destroyed after their period, the hashes are\n", name.c_str(),
                static_cast<unsigned long long>(found.destroyed));
  }
  return true;
}

int verify_evidence(const std::string& path, const std::string& verifier_key, const char* name,
                    EvidenceCheck (*check)(std::string_view, const NoteVerifier&)) {
  if (path.empty()) return complain("name the " + std::string(name) + "'s file", kMisused);
  const auto key = parse_verifier_key(verifier_key);
  if (!key) return complain(kNoKey, kMisused);
  const EvidenceCheck found = check(read(path), *key);
  for (const std::string& line : found.proven) std::printf("proven: %s\n", line.c_str());
  if (found.failure.empty()) {
    std::printf("the %s holds\n", name);
    return 0;
  }
  std::printf("WRONG: %s\n", found.failure.c_str());
  return kFailed;
}

}  // namespace

int verify_ledger(const Config& config) {
  const std::string misuse = misuse_of_checkpoint(config);
  if (!misuse.empty()) return complain(misuse, kMisused);
  const std::optional<Kept> kept = kept_checkpoint(config);
  bool good = true;
  bool compared = false;
  for (const Zone zone : zones_in(config.data_dir, {Zone::eu, Zone::us})) {
    const std::string_view name = to_text(zone);
    const bool same_log = kept && kept->origin.ends_with("/" + std::string(name));
    const std::optional<TreeHead> head = same_log ? std::optional(kept->head) : std::nullopt;
    compared = compared || same_log;
    const std::string directory = zone_directory(config.data_dir, zone);
    good = report(name, audit_ledger(directory, head, progress_line(std::string(name)))) && good;
  }
  if (kept && !compared) {
    std::printf("WRONG: the checkpoint is of %s, and no such log is here\n", kept->origin.c_str());
    return kFailed;
  }
  return good ? 0 : kFailed;
}

int print_log_keys(const Config& config) {
  const SiteFile site = load_site_file(config.site_file, config.data_dir, SystemClock().now());
  if (!site.errors.empty()) throw std::runtime_error(site.errors.front());
  for (const Zone zone : zones_in(config.data_dir, {Zone::eu, Zone::us})) {
    const LogSigner signer(zone_directory(config.data_dir, zone),
                           log_origin(site.policy.site, zone));
    std::printf("%s\n", signer.verifier().text().c_str());
  }
  return 0;
}

int verify_receipt(const Config& config) {
  return verify_evidence(config.receipt_file, config.verifier_key, "receipt", check_receipt);
}

int verify_certificate(const Config& config) {
  return verify_evidence(config.certificate_file, config.verifier_key, "certificate",
                         check_certificate);
}

}  // namespace consent::server
