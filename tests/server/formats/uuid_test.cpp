#include "formats/uuid.h"

#include "support/catch.h"
#include "support/fake_clock.h"
#include "visitor/subject_id.h"

using namespace consent;
using namespace consent::server;

TEST_CASE("A UUIDv7 carries its time and is new each time") {
  const auto now = consent::testing::FakeClock().now();
  const Uuid uuid = make_uuid_v7(now);
  CHECK(time_of(uuid) == now);
  CHECK(make_uuid_v7(now) != uuid);
  CHECK(parse_uuid_v7(to_text(uuid)) == uuid);
}

TEST_CASE("RFC 9562's example is read") {
  const auto uuid = parse_uuid_v7("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
  REQUIRE(uuid);
  CHECK(to_text(*uuid) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  CHECK(to_rfc3339(time_of(*uuid)) == "2022-02-22T19:22:22.000Z");
}

TEST_CASE("What is no UUIDv7 is refused") {
  for (const char* bad :
       {"", "017f22e2-79b0-4cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-18c4-dc0c0c07398f",
        "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f ", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398}",
        "017f22e2-79b07-cc3-98c4-dc0c0c07398f"}) {
    INFO(bad);
    CHECK_FALSE(parse_uuid_v7(bad));
  }
}

TEST_CASE("Subject ids are 22 canonical characters") {
  const SubjectId id = make_subject_id();
  CHECK(id != make_subject_id());
  CHECK(parse_subject_id(subject_text(id)) == id);
  for (const char* bad :
       {"", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAQ", "AAAAAAAAAAAAAAAAAAAA+Q", "AAAAAAAAAAAAAAAAAAAAAQ=="}) {
    INFO(bad);
    CHECK_FALSE(parse_subject_id(bad));
  }
}
