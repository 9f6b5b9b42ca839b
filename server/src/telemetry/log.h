#pragma once
// The operator's log: one JSON object a line on standard error. No personal data: no addresses,
// user agents, subjects, tokens, paths with parameters, and no text a client sent.

#include <cstdint>
#include <string_view>

#include "wire/json_document.h"

namespace consent::server {

enum class LogLevel : std::uint8_t { info, warning, error };

// {"time":"...","level":"info","event":"listening", ...fields}. Thread-safe. `event` is a constant
// in snake_case.
void log_event(LogLevel level, std::string_view event, JsonObject fields = {});

}  // namespace consent::server
