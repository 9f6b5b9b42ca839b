#pragma once
// The files of pseudonymised events: DIR/YYYY-MM-DD.ndjson by day of arrival. None of these locks:
// nothing may be appended to a file while it is changed here.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "events/event_sink.h"

namespace consent::server {

std::string event_file_of(const std::string& directory, Date day);

// Ascending.
std::vector<Date> stored_days(const std::string& directory);

// Copies that a crash left behind.
void remove_drafts(const std::string& directory);

std::optional<SinkFailure> read_events_of(const std::string& directory, Date day,
                                          const std::function<void(std::string_view)>& take);

EventSink::Removal count_events_of(const std::string& directory, Date day,
                                   std::span<const Pseudonym> visitors);

// Writes a day anew without these visitors' events, beside the old file, which it then replaces: a
// reader sees the one or the other. A day without them is left as it is. Durable on return.
EventSink::Removal remove_visitors(const std::string& directory, Date day,
                                   std::span<const Pseudonym> visitors);

EventSink::Removal remove_day(const std::string& directory, Date day);

}  // namespace consent::server
