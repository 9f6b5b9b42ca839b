#pragma once
// One entry of a subject's history, as the ledger keeps it: a decision, as POST /v1/consents
// answers it, or a right that was exercised. Every field that demonstrates consent (GDPR art. 7(1))
// and that the wire gives is here; the notice itself is found by its id.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "clock.h"
#include "consent/record_state.h"
#include "consent/ruleset.h"
#include "consent/token.h"
#include "crypto/sha256.h"
#include "visitor/region_source.h"

namespace consent::server {

using EventId = std::array<std::uint8_t, 16>;   // UUIDv7 bytes, made by the client
using RecordId = std::array<std::uint8_t, 16>;  // UUIDv7 bytes, made by the service

// Numbers are stored and never reused.
enum class RecordKind : std::uint8_t {
  decision = 0,
  restricted = 1,  // GDPR art. 18: nothing is allowed, nothing is destroyed by retention
  objected = 2,    // GDPR art. 21: denies everything, and folds as a decision does
  released = 3,    // the restriction is over
  erased = 4       // GDPR art. 17: what was there before is destroyed; final
};
std::string_view to_text(RecordKind kind);

// 2: with page, controller and region source. A record of format 1 keeps its bytes, for its
// commitment is made of them.
inline constexpr std::uint8_t kRecordFormat = 2;
inline constexpr std::size_t kRecordTextBytesMax = 255;

struct Record {
  std::uint8_t format = kRecordFormat;  // of its bytes (record_payload.h)
  RecordId id{};
  std::uint64_t sequence = 0;  // given by the ledger, strictly increasing in a zone
  RecordKind kind = RecordKind::decision;
  Zone zone = Zone::eu;  // where it is stored
  EventId event{};       // of other kinds than a decision: the record's own id
  std::optional<SubjectId>
      subject;  // none: nothing was granted; such a record is counted, never stored
  std::optional<RecordId> previous;  // the subject's record before; given by the ledger
  std::string site;
  TimePoint time{};         // the service's
  TimePoint client_time{};  // what the client claimed; informative
  Choices choices;
  Action action = Action::none;
  Layer layer = Layer::none;
  RegimeId regime = RegimeId::unknown;
  Model model = Model::opt_in;  // it was made under: the regime's, or the site's own
  Region region;
  PolicyVersion policy = 0;
  std::string notice;    // "sha256:<hex>"; empty for a withdrawal without one
  std::string language;  // BCP 47
  bool gpc = false;      // an opt-out signal was there: GPC, or DNT where the site honours it
  TimePoint expires_at{};
  // Evidence. Each text has 255 bytes at most.
  bool gpc_by_header = false;   // Sec-GPC
  bool gpc_by_script = false;   // navigator.globalPrivacyControl
  bool dnt = false;             // DNT, honoured
  std::string ruleset;          // version of the ruleset that gave the regime
  std::string origin;           // scheme, host and port of the page; never path or query
  std::string service_version;  // of this program, which brings forms, texts and ledger
  std::string banner_build;     // "sha256:<hex>" of the banner's script that is served
  std::string page;             // path of the page, reduced as an event's; empty: not known
  std::string controller;       // as the policy in force names it; empty: not recorded
  std::optional<RegionSource> region_source;  // none: not recorded
};

// A record with what proves it later without it.
struct StoredRecord {
  Record record;                   // of an erased one only id, sequence, kind and zone
  bool erased = false;             // the payload is destroyed
  Sha256Digest commitment{};       // HMAC-SHA-256 of the record's canonical bytes under `nonce`
  Sha256Digest ciphertext_hash{};  // SHA-256 of the payload as it is (was) stored
  std::array<std::uint8_t, 32> nonce{};  // zero when erased
};

// The ruleset's model.
Model model_of(RegimeId regime);

// Cut to what a record's text may have, between two characters.
std::string evidence_text(std::string_view text);

// A record of a right that was exercised now, or of an erasure, which says nothing of whom.
Record mark_of(RecordKind kind, const std::string& site, std::optional<SubjectId> subject,
               TimePoint now);

RecordFacts facts_of(const Record& record);

// Appends one record to a subject's state. Pure: the core's fold and hold.
RecordState apply(const RecordState& state, const Record& record);

// Whether the state is what these records, oldest first, fold to. Where some are destroyed or
// missing (not `whole`), the newest denial among those stands in the state alone.
bool follows(const RecordState& state, std::span<const StoredRecord> records, bool whole);

}  // namespace consent::server
