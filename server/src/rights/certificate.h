#pragma once
// A certificate of destruction: what was destroyed, how, what was kept and why (after NIST SP
// 800-88, the fields that apply to data in files). It holds nothing of a person. Its canonical JSON
// is the detail of an entry of the zone's log, and the text of a note that the log's key signs.

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "audit/zone_log.h"
#include "clock.h"
#include "consent/ruleset.h"
#include "formats/uuid.h"
#include "keys/zone_keys.h"
#include "site/site_policy.h"
#include "wire/json_document.h"

namespace consent::server {

inline constexpr std::string_view kCertificateFormat = "dialphone-consent-certificate/1";

enum class DestructionCause : std::uint8_t { data_subject, privacy_office, retention };
std::string_view to_text(DestructionCause cause);

struct Destruction {
  Uuid id{};  // of the ledger's `erased` entry; of a sweep: its own
  DestructionCause cause = DestructionCause::data_subject;
  Zone zone = Zone::eu;
  std::optional<RegimeId> regime;  // of the subject; none: not known any more, or of several
  std::size_t subjects = 1;
  std::vector<Uuid> records;   // destroyed; oldest first
  std::size_t superseded = 0;  // of them: of subjects that go on
  std::set<KekId> keks;        // had wrapped the data keys; none: not known any more
  bool log_emptied = false;    // the write-ahead log holds no copy any more
  std::size_t entries = 0;     // of the log, whose period was over
  std::size_t events = 0;
  // In other zones, of the records that are destroyed here; or of those that were already.
  struct Copies {
    Zone zone = Zone::us;
    std::size_t records = 0;
    std::set<KekId> keks = {};  // had wrapped the copies' data keys; none: not known any more
  };
  std::vector<Copies> copies = {};
  std::size_t requests = 0;  // of the register, whose period was over
  std::size_t read = 0;  // looked at again afterwards: records of a subject, subjects of a sweep
  std::size_t left = 0;  // of them, what should have been destroyed
  TimePoint started{};
  TimePoint ended{};
};

// Adds what an erasure, or a review, destroyed in that zone.
void add_copies(Destruction& destruction, Zone zone, std::size_t records,
                const std::vector<KekId>& keks);

// RFC 8785. `program` is the version of this program.
std::string certificate_text(const SitePolicy& site, const Destruction& destruction,
                             std::string_view program);

// The id of the certificate's own entry in the log, made of that of the `erased` entry, so that
// either is found by the other: a UUIDv7 of the same time.
Uuid certificate_entry_id(const Uuid& erased);
// The same for the entry in the register of requests that an erasure makes by itself.
Uuid erasure_request_id(const Uuid& erased);

// The certificate as it is handed out: its content, the signed note, and the proof that it is in
// the log. Empty when the log has none of this id.
std::optional<JsonObject> find_certificate(ZoneLog& log, const Uuid& erased);

// The root of the RFC 6962 tree whose leaves are these ids.
Sha256Digest tree_root(const std::vector<Uuid>& ids);

}  // namespace consent::server
