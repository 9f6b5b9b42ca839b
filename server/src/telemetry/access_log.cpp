#include "telemetry/access_log.h"

#include <cmath>

#include "http/random_id.h"
#include "telemetry/log.h"

namespace consent::server {

AccessLog::AccessLog(double share) : share_(share) {}

bool AccessLog::chooses(int status) const {
  if (status >= 500) return true;
  return share_ > 0 && std::ldexp(static_cast<double>(http::random_bits() >> 11U), -53) < share_;
}

void AccessLog::write(const http::Request& request, const http::Response& response,
                      std::chrono::nanoseconds duration) const {
  if (!chooses(response.status)) return;
  const auto microseconds = std::chrono::floor<std::chrono::microseconds>(duration).count();
  log_event(response.status >= 500 ? LogLevel::error : LogLevel::info, "request",
            {{"request", request.id},
             {"route", request.route},
             {"method", request.method},
             {"status", response.status},
             {"duration_us", microseconds},
             {"request_bytes", request.body.size()},
             {"answer_bytes", response.content().size()}});
}

}  // namespace consent::server
