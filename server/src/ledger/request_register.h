#pragma once
// The register of data subjects' requests, as the ledger keeps it: each in the zone of its subject,
// sealed, and every change of it an entry of the transparency log.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/rights_request.h"

namespace consent::server {

// A place in the order of the register: by when it is due, then by id.
struct RequestPlace {
  TimePoint due{};
  RecordId id{};
};

struct RequestQuestion {
  std::uint32_t states = (1U << kRequestStates) - 1;  // bit n: state n
  std::optional<TimePoint> due_before;
  std::optional<SubjectId> subject;
  std::optional<RequestPlace> after;
  std::size_t limit = 100;
};

struct RequestCounts {
  std::uint64_t open = 0;
  std::uint64_t overdue = 0;  // of them
};

enum class RequestPut : std::uint8_t {
  stored,
  changed,  // another revision is stored than the one before this one
  failed
};

// Thread-safe. What reads throws std::runtime_error when a file cannot be read or a row does not
// open.
class RequestRegister {
 public:
  virtual ~RequestRegister() = default;
  // In request.zone, which must be held. Revision 1 is a new one. Durable on return. A subject that
  // is erased is left out of what is stored, and is found by its id all the same.
  virtual RequestPut put(const RightsRequest& request) = 0;
  virtual std::optional<RightsRequest> find(const RecordId& id) = 0;
  // In order, of all held zones; at most `limit`.
  virtual std::vector<RightsRequest> list(const std::string& site,
                                          const RequestQuestion& question) = 0;
  virtual RequestCounts counts(TimePoint now) = 0;

  // How many requests of a zone were closed before that, of subjects without a legal hold. One that
  // does not open is taken for one of the regime that keeps them longest.
  virtual std::uint64_t count_closed(Zone zone, const ClosedBefore& before) = 0;
  // Removes those, durably; how many. Throws std::runtime_error when they cannot be.
  virtual std::uint64_t remove_closed(Zone zone, const ClosedBefore& before, TimePoint now) = 0;
};

}  // namespace consent::server
