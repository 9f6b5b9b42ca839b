#include "consent/event_reduction.h"

#include <limits>
#include <string>

#include "support/catch.h"

using consent::duration_bucket;
using consent::EventType;
using consent::is_event_name;
using consent::parse_event_type;

TEST_CASE("event types have one spelling") {
  CHECK(parse_event_type("page_view") == EventType::page_view);
  CHECK(parse_event_type("session_end") == EventType::session_end);
  CHECK(parse_event_type("form_submit") == EventType::form_submit);
  CHECK(parse_event_type("custom") == EventType::custom);
  for (const char* text : {"", "pageview", "Page_view", "custom "})
    CHECK_FALSE(parse_event_type(text));
  CHECK(consent::to_text(EventType::custom) == "custom");
}

TEST_CASE("durations fall into buckets whose upper bound is exclusive") {
  CHECK(duration_bucket(-1).empty());
  CHECK(duration_bucket(std::numeric_limits<std::int64_t>::min()).empty());
  CHECK(duration_bucket(0) == "0-10s");
  CHECK(duration_bucket(9'999) == "0-10s");
  CHECK(duration_bucket(10'000) == "10-30s");
  CHECK(duration_bucket(29'999) == "10-30s");
  CHECK(duration_bucket(30'000) == "30-60s");
  CHECK(duration_bucket(60'000) == "1-3m");
  CHECK(duration_bucket(180'000) == "3-10m");
  CHECK(duration_bucket(599'999) == "3-10m");
  CHECK(duration_bucket(600'000) == "10m+");
  CHECK(duration_bucket(std::numeric_limits<std::int64_t>::max()) == "10m+");
}

TEST_CASE("an event's name is a short word, not a value") {
  for (const char* name : {"a", "demo_requested", "video.play-50", "step-3", "checkout_v2"}) {
    CAPTURE(name);
    CHECK(is_event_name(name));
  }
  CHECK(is_event_name(std::string(64, 'o')));
  CHECK_FALSE(is_event_name(std::string(65, 'o')));
  for (const char* name :
       {"", "Demo", "a b", "a/b", "a@b.de", "call-030-1234567", "a%40b",
        "user_550e8400-e29b-41d4-a716-446655440000", "0123456789abcdef", "\xc3\xa4"}) {
    CAPTURE(name);
    CHECK_FALSE(is_event_name(name));
  }
}
