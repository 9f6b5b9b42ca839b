#pragma once
// consentd serve: every part of the service, built in order, run until a signal, taken down in
// reverse.

#include <memory>
#include <string_view>

#include "config.h"

namespace consent::server {

class Application {
 public:
  // Opens everything and binds both listeners, or throws std::runtime_error with one message for
  // the operator. Blocks SIGTERM and SIGINT for this and every later thread.
  explicit Application(const Config& config);
  ~Application();

  // Serves until SIGTERM or SIGINT, then finishes what is in flight.
  void run();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

std::string_view program_version();  // "0.1.0"

}  // namespace consent::server
