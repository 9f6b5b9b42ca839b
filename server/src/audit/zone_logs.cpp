#include "audit/zone_logs.h"

#include <exception>

namespace consent::server {

std::string ZoneLogs::failure() const {
  for (const auto& [zone, log] : logs_) {
    try {
      log->checkpoint();
    } catch (const std::exception& error) {
      return "zone " + std::string(to_text(zone)) + ": " + error.what();
    }
  }
  return "";
}

}  // namespace consent::server
