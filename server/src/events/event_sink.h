#pragma once
// Where pseudonymised events go.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/pseudonymised_event.h"
#include "telemetry/failure_log.h"

namespace consent::server {

// Why events could not be taken; for the operator's log, without event data.
struct SinkFailure {
  std::string detail;
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  // Gives each event that arrived on that day to `take`, as the JSON object it is stored as.
  virtual std::optional<SinkFailure> read_day(
      Date day, const std::function<void(std::string_view event)>& take) const = 0;
  // All or nothing. `arrived` picks the day's file. Thread-safe.
  virtual std::optional<SinkFailure> append(std::span<const PseudonymisedEvent> events,
                                            TimePoint arrived) = 0;
  // Gives each event that arrived on `first` or later to `take`, oldest day first, as the JSON
  // object it is stored as.
  virtual std::optional<SinkFailure> read(
      Date first, const std::function<void(std::string_view event)>& take) const = 0;
  struct Removal {
    std::size_t events = 0;
    std::optional<SinkFailure> failure = {};  // what is removed already stays removed
  };
  // Removes what arrived on `first` or later of these visitors. Durable on return. Appending waits
  // only while a day that has such events is copied.
  virtual Removal remove(std::span<const Pseudonym> visitors, Date first) = 0;
  // Days of arrival of which events are stored, ascending.
  virtual std::vector<Date> days() const = 0;
  // Removes a day with all its events. Durable on return.
  virtual Removal remove_day(Date day) = 0;
  // For /readyz: tries to store; empty when all is well.
  virtual std::optional<SinkFailure> probe() = 0;
};

// Appends NDJSON to DIR/events/YYYY-MM-DD.ndjson (UTC day of arrival), one write(2) a batch with
// O_APPEND, mode 0600. Acknowledged events are in the kernel: they survive the process, and the
// machine once the next fdatasync has passed (at most one second later, in the background, and on
// destruction). Every failure is reported, one in the background too. Throws std::runtime_error
// with a message for the operator when the directory cannot be made or written.
std::unique_ptr<EventSink> open_ndjson_sink(const std::string& data_dir, ReportFailure report = {});
// The same beside a running service: what is there is left as it is.
std::unique_ptr<EventSink> open_ndjson_sink_for_reading(const std::string& data_dir);

}  // namespace consent::server
