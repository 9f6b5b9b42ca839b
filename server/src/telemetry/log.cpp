#include "telemetry/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <iterator>
#include <utility>

#include "clock.h"
#include "formats/timestamp.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

spdlog::logger& lines() {
  static const std::shared_ptr<spdlog::logger> kLogger = [] {
    auto logger = std::make_shared<spdlog::logger>(
        "consentd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%v", spdlog::pattern_time_type::utc);
    logger->flush_on(spdlog::level::info);
    return logger;
  }();
  return *kLogger;
}

std::string_view to_text(LogLevel level) {
  switch (level) {
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

void log_event(LogLevel level, std::string_view event, JsonObject fields) {
  JsonObject line{
      {"time", to_rfc3339(SystemClock().now())}, {"level", to_text(level)}, {"event", event}};
  line.insert(line.end(), std::make_move_iterator(fields.begin()),
              std::make_move_iterator(fields.end()));
  lines().log(to_spdlog(level), "{}", to_json(line));
}

}  // namespace consent::server
