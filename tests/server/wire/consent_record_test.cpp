#include "wire/consent_record.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "wire/json_writer.h"

using namespace consent;
using namespace consent::server;

namespace {

Record granted() {
  Record record;
  record.id = {1, 2, 3};
  record.sequence = 17;
  record.subject = SubjectId{9, 8, 7};
  record.site = "dialphone.com";
  record.time = TimePoint(std::chrono::milliseconds(1'795'000'000'123));
  record.choices.set(Purpose::analytics, Choice::granted);
  record.choices.set(Purpose::marketing, Choice::denied);
  record.action = Action::save;
  record.layer = Layer::preferences;
  record.regime = RegimeId::eu_gdpr;
  record.model = model_of(record.regime);
  record.region = parse_region("DE");
  record.policy = 3;
  record.notice = "sha256:00";
  record.language = "de";
  record.expires_at = record.time + std::chrono::hours(24);
  return record;
}

}  // namespace

TEST_CASE("The answer to a decision is its record and token, in the bytes of the tree") {
  std::vector<Record> records(6, granted());
  records[1].subject.reset();
  records[2].notice.clear();
  records[2].language.clear();
  records[3].region = parse_region("US-CA");
  records[3].gpc = true;
  records[4].region = Region();
  records[4].choices = Choices();
  records[5].model = records[5].model == Model::opt_in ? Model::opt_out : Model::opt_in;
  records[5].site = "a\"b\\c\n\xc3\xa4";
  for (const Record& record : records) {
    const JsonValue tree = JsonObject{{"record", record_json(record)}, {"token", "a.b\"c"}};
    CHECK(recorded_text(record, "a.b\"c") == to_json(tree));
  }
}
