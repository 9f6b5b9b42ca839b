#pragma once
// One request of a data subject in the privacy office's register: what is asked, under which rules,
// by when, and how it ended.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "consent/regime_rights.h"
#include "ledger/record.h"

namespace consent::server {

// Numbers are stored and never reused.
enum class RequestState : std::uint8_t {
  received = 0,
  acknowledged = 1,
  extended = 2,   // the person was told why it takes longer
  completed = 3,  // closed
  refused = 4     // closed, with the reason
};
inline constexpr std::uint8_t kRequestStates = 5;
std::string_view to_text(RequestState state);
std::optional<RequestState> parse_request_state(std::string_view text);
constexpr bool is_closed(RequestState state) { return state >= RequestState::completed; }

struct RightsRequest {
  RecordId id{};
  std::uint32_t revision = 1;  // counts its changes
  Zone zone = Zone::eu;        // where it is stored
  std::string site;
  Right right = Right::access;
  RegimeId regime = RegimeId::unknown;
  Region region;
  std::optional<SubjectId> subject;  // none: not known by an id here, or erased
  RequestState state = RequestState::received;
  TimePoint received_at{};
  TimePoint due_at{};
  std::optional<TimePoint> acknowledge_by;
  std::optional<TimePoint> acknowledged_at;
  std::optional<TimePoint> extended_at;
  std::optional<TimePoint> closed_at;
  TimePoint changed_at{};  // of this revision
  std::string extension_reason;
  std::string reason;  // of how it was closed
  std::string note;

  bool is_overdue(TimePoint now) const { return !is_closed(state) && due_at < now; }
};

// Which closed requests are over: those that were closed before this, by the regime they were
// answered under.
struct ClosedBefore {
  TimePoint latest{};
  std::map<RegimeId, TimePoint> earlier = {};  // of those that are kept longer
  TimePoint of(RegimeId regime) const;
  TimePoint earliest() const;
};

// What is sealed: RFC 8785 JSON, all of it but the id and the zone.
std::string request_text(const RightsRequest& request);
// Empty when the text is not one of those.
std::optional<RightsRequest> parse_request_text(std::string_view text);

}  // namespace consent::server
