#pragma once
// Which zone's log a request is about, and the numbers it asks for.

#include <cstdint>
#include <optional>
#include <string_view>

#include "audit/zone_logs.h"
#include "http/request.h"
#include "http/router.h"
#include "service.h"

namespace consent::server {

// By path or query parameter `zone`, else the first one held; null when this process does not hold
// it.
ZoneLog* asked_log(const Service& service, const http::Request& request);

// Answers 503 when the log cannot be read or signed; the operator's log says why (log_failed).
http::Handler reading_log(const Service& service, http::Handler handler);

// A query parameter that is a decimal number without sign; empty when it is anything else, missing
// or repeated.
std::optional<std::uint64_t> asked_number(const http::Request& request, std::string_view name);

}  // namespace consent::server
