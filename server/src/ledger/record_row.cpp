#include "ledger/record_row.h"

namespace consent::server {
namespace {

enum Column : int {
  kId,
  kEvent,
  kSubject,
  kSite,
  kTime,
  kClientTime,
  kChoices,
  kAction,
  kLayer,
  kRegime,
  kRegion,
  kPolicy,
  kNotice,
  kLanguage,
  kGpc,
  kExpiresAt,
  kModel,
  kSequence
};

std::int64_t ms_of(TimePoint time) { return time.time_since_epoch().count(); }

[[noreturn]] void fail() {
  throw SqliteError(SqliteError::Kind::corrupt, "a stored record is damaged");
}

template <typename Number>
Number number(const SqliteStatement& row, int column, std::int64_t max) {
  const std::int64_t value = row.integer(column);
  if (value < 0 || value > max) fail();
  return static_cast<Number>(value);
}

TimePoint time(const SqliteStatement& row, int column) {
  return TimePoint(std::chrono::milliseconds(row.integer(column)));
}

}  // namespace

void bind_record(SqliteStatement& insert, const Record& record) {
  insert.bind_blob(kId, record.id)
      .bind_blob(kEvent, record.event)
      .bind_blob(kSubject, record.subject.value())
      .bind(kSite, record.site)
      .bind(kTime, ms_of(record.time))
      .bind(kClientTime, ms_of(record.client_time))
      .bind(kChoices, std::int64_t{record.choices.bits()})
      .bind(kAction, static_cast<std::int64_t>(record.action))
      .bind(kLayer, static_cast<std::int64_t>(record.layer))
      .bind(kRegime, static_cast<std::int64_t>(record.regime))
      .bind(kRegion, to_text(record.region).view())
      .bind(kPolicy, std::int64_t{record.policy})
      .bind(kNotice, record.notice)
      .bind(kLanguage, record.language)
      .bind(kGpc, std::int64_t{record.gpc})
      .bind(kExpiresAt, ms_of(record.expires_at))
      .bind(kModel, static_cast<std::int64_t>(record.model));
}

Record read_record(const SqliteStatement& row) {
  Record record;
  SubjectId subject{};
  if (!row.blob(kId, record.id) || !row.blob(kEvent, record.event) || !row.blob(kSubject, subject))
    fail();
  record.subject = subject;
  record.site = row.text(kSite);
  record.time = time(row, kTime);
  record.client_time = time(row, kClientTime);
  const auto choices = Choices::from_bits(number<std::uint16_t>(row, kChoices, 0xffff));
  if (!choices) fail();
  record.choices = *choices;
  record.action = number<Action>(row, kAction, static_cast<std::int64_t>(Action::default_state));
  record.layer = number<Layer>(row, kLayer, static_cast<std::int64_t>(Layer::api));
  record.regime = number<RegimeId>(row, kRegime, 0xff);
  record.region = parse_region(row.text(kRegion));
  record.policy = number<PolicyVersion>(row, kPolicy, 0xffff);
  record.notice = row.text(kNotice);
  record.language = row.text(kLanguage);
  record.gpc = number<unsigned>(row, kGpc, 1) == 1;
  record.expires_at = time(row, kExpiresAt);
  const bool has_model = row.integer(kModel) != -1;
  record.model = has_model ? number<Model>(row, kModel, static_cast<std::int64_t>(Model::opt_out))
                           : model_of(record.regime);
  record.sequence = number<std::uint64_t>(row, kSequence, INT64_MAX);
  return record;
}

}  // namespace consent::server
