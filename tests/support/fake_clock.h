#pragma once
// A clock that stands still until a test moves it.

#include "clock.h"
#include "formats/timestamp.h"

namespace consent::testing {

class FakeClock final : public server::Clock {
 public:
  server::TimePoint now() const override { return time_; }
  void set(std::string_view rfc3339) { time_ = server::parse_rfc3339(rfc3339).value(); }
  void advance(std::chrono::milliseconds by) { time_ += by; }

 private:
  server::TimePoint time_ = server::parse_rfc3339("2026-11-23T10:00:00.000Z").value();
};

}  // namespace consent::testing
