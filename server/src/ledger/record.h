#pragma once
// One recorded decision, as the ledger keeps it and POST /v1/consents answers it.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "clock.h"
#include "consent/record_state.h"
#include "consent/token.h"

namespace consent::server {

using EventId = std::array<std::uint8_t, 16>;   // UUIDv7 bytes, made by the client
using RecordId = std::array<std::uint8_t, 16>;  // UUIDv7 bytes, made by the service

struct Record {
  RecordId id{};
  std::uint64_t sequence = 0;  // given by the ledger, strictly increasing
  EventId event{};
  std::optional<SubjectId>
      subject;  // none: nothing was granted; such a record is counted, never stored
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
};

// The ruleset's model.
Model model_of(RegimeId regime);

RecordFacts facts_of(const Record& record);

}  // namespace consent::server
