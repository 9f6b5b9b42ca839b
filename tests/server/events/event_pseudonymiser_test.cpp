#include "events/event_pseudonymiser.h"

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;

namespace {

struct Workshop {
  TemporaryDirectory directory;
  Keyring keyring{directory.path().string()};
  FakeClock clock;
  Visitor visitor;
  SubjectId subject{1};
  RawEvent event;

  Workshop() {
    visitor.region = parse_region("DE");
    event.time = clock.now();
    event.url = "https://dialphone.com/pricing?utm_source=news&email=anna@example.com";
    event.session = "AAAAAAAAAAAAAAAAAAAAAQ";
  }
  std::variant<PseudonymisedEvent, EventDrop> run() {
    const EventContext context{
        .site = "dialphone.com",
        .visitor = visitor,
        .user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        .subject = subject,
        .policy = 3,
        .basis = EventBasis::consent,
        .now = clock.now()};
    return pseudonymise(event, context, keyring);
  }
  PseudonymisedEvent kept() {
    auto outcome = run();
    REQUIRE(std::holds_alternative<PseudonymisedEvent>(outcome));
    return std::get<PseudonymisedEvent>(outcome);
  }
  std::optional<EventDrop> dropped() {
    auto outcome = run();
    const auto* drop = std::get_if<EventDrop>(&outcome);
    return drop == nullptr ? std::nullopt : std::optional(*drop);
  }
};

}  // namespace

TEST_CASE("An event keeps what the schema has, reduced") {
  Workshop workshop;
  workshop.event.referrer = "https://News.Example/story?id=1";
  workshop.event.duration_ms = 45'000;
  const PseudonymisedEvent event = workshop.kept();
  CHECK(event.path == "/pricing");
  CHECK(event.campaign_source == "news");
  CHECK(event.referrer == "news.example");
  CHECK(event.duration == "30-60s");
  CHECK(event.browser == "Firefox");
  CHECK(event.browser_major == 140);
  CHECK(event.os == "Linux");
  CHECK(event.device == "desktop");
  CHECK(event.visitor != event.session);
  CHECK(event.session != workshop.event.session);
}

TEST_CASE("Without subject and session there are no pseudonyms") {
  Workshop workshop;
  workshop.event.session.clear();
  const EventContext context{.site = "dialphone.com",
                             .visitor = workshop.visitor,
                             .user_agent = "",
                             .subject = std::nullopt,
                             .policy = 3,
                             .basis = EventBasis::opt_out_default,
                             .now = workshop.clock.now()};
  const auto outcome = pseudonymise(workshop.event, context, workshop.keyring);
  CHECK_FALSE(std::get<PseudonymisedEvent>(outcome).visitor);
  CHECK_FALSE(std::get<PseudonymisedEvent>(outcome).session);
}

TEST_CASE("A late event is dropped: until then it keeps the key of its own day") {
  Workshop workshop;
  workshop.event.time = workshop.clock.now() - 48h + 1ms;
  CHECK(workshop.kept().key_epoch == std::chrono::floor<std::chrono::days>(workshop.event.time));
  workshop.event.time = workshop.clock.now() - 48h;
  CHECK(workshop.dropped() == EventDrop::late);
}

TEST_CASE("A clock ahead counts as now, one far ahead is no event") {
  Workshop workshop;
  workshop.event.time = workshop.clock.now() + 24h;
  CHECK(workshop.kept().time == workshop.clock.now());
  workshop.event.time += 1ms;
  CHECK(workshop.dropped() == EventDrop::invalid_event);
}

TEST_CASE("What is no event is dropped") {
  const auto broken = [](auto change) {
    Workshop workshop;
    change(workshop.event);
    return workshop.dropped();
  };
  CHECK(broken([](RawEvent& e) { e.url = ""; }) == EventDrop::invalid_event);
  CHECK(broken([](RawEvent& e) { e.url = "javascript:alert(1)"; }) == EventDrop::invalid_event);
  CHECK(broken([](RawEvent& e) { e.duration_ms = -1; }) == EventDrop::invalid_event);
  CHECK(broken([](RawEvent& e) { e.type = EventType::custom; }) == EventDrop::invalid_event);
  CHECK(broken([](RawEvent& e) { e.type = EventType::custom, e.name = "anna@example.com"; }) ==
        EventDrop::invalid_event);
  CHECK_FALSE(broken([](RawEvent& e) { e.type = EventType::custom, e.name = "video.play"; }));
}

TEST_CASE("Without a key the event is dropped") {
  Workshop workshop;
  workshop.directory.write("keys/pseudonym/2026-11-23.eu.dialphone.com.key", "short");
  CHECK(workshop.dropped() == EventDrop::key_unavailable);
}
