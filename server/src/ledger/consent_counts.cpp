#include "ledger/consent_counts.h"

#include <array>

#include "formats/timestamp.h"

namespace consent::server {
namespace {

constexpr std::array<std::string_view, kConsentEvents> kEventTexts = {
    "notices", "accepted", "partly", "refused", "withdrawn"};

constexpr const char* kDecisionUpsert =
    "INSERT INTO decisions (day, site, regime, notice, layer, action, choices, count) VALUES (?, "
    "?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, site, regime, notice, layer, action, choices) DO "
    "UPDATE SET count = count + excluded.count";
// Columns: day, regime, language, layer, action, choices, count.
constexpr const char* kServings =
    "SELECT day, regime, language, layer, 0, 0, count FROM servings"
    " WHERE site = ? AND day BETWEEN ? AND ?";
constexpr const char* kRefusals =
    "SELECT day, regime, '', 0, action, 0, count FROM refusals"
    " WHERE site = ? AND day BETWEEN ? AND ?";
constexpr const char* kDecisions =
    "SELECT day, regime, coalesce(json_extract(canonical_json, '$.language'), ''), layer, action,"
    " choices, count FROM decisions LEFT JOIN notices ON notices.number = decisions.notice"
    " WHERE site = ? AND day BETWEEN ? AND ?";

ConsentEvent event_of(Choices choices) {
  if (!choices.any_granted()) return ConsentEvent::withdrawn;
  const bool all = choices.of(Purpose::analytics) == Choice::granted &&
                   choices.of(Purpose::marketing) == Choice::granted;
  return all ? ConsentEvent::accepted : ConsentEvent::partly;
}

class CountReader {
 public:
  CountReader(SqliteConnection& connection, std::string site, Date from, Date to)
      : connection_(connection), site_(std::move(site)), from_(from), to_(to) {}

  // `event` says what a row counts, by its action and choices.
  template <typename EventOf>
  void read(const char* sql, EventOf event, std::vector<ConsentCount>& counts) {
    SqliteStatement rows = connection_.prepare(sql);
    rows.bind(0, site_).bind(1, to_iso_date(from_)).bind(2, to_iso_date(to_));
    while (rows.step()) {
      const auto action = static_cast<Action>(rows.integer(4));
      if (action == Action::default_state) continue;
      const auto day = parse_rfc3339(rows.text(0) + "T00:00:00Z");
      if (!day) continue;
      const auto choices = Choices::from_bits(static_cast<std::uint16_t>(rows.integer(5)));
      counts.push_back({.day = std::chrono::floor<std::chrono::days>(*day),
                        .regime = static_cast<RegimeId>(rows.integer(1)),
                        .language = rows.text(2),
                        .layer = static_cast<Layer>(rows.integer(3)),
                        .event = event(action, choices.value_or(Choices())),
                        .count = static_cast<std::uint64_t>(rows.integer(6))});
    }
  }

 private:
  SqliteConnection& connection_;
  const std::string site_;
  const Date from_;
  const Date to_;
};

}  // namespace

std::string_view to_text(ConsentEvent event) {
  return kEventTexts[static_cast<std::size_t>(event)];
}

std::vector<ConsentCount> read_consent_counts(SqliteConnection& connection, const std::string& site,
                                              Date from, Date to) {
  std::vector<ConsentCount> counts;
  CountReader reader(connection, site, from, to);
  reader.read(
      kServings, [](Action, Choices) { return ConsentEvent::notice; }, counts);
  reader.read(
      kRefusals,
      [](Action action, Choices) {
        return action == Action::withdraw ? ConsentEvent::withdrawn : ConsentEvent::refused;
      },
      counts);
  reader.read(
      kDecisions, [](Action, Choices choices) { return event_of(choices); }, counts);
  return counts;
}

DecisionCounter::DecisionCounter(SqliteConnection& connection)
    : upsert_(connection.prepare(kDecisionUpsert)) {}

void DecisionCounter::count(const Record& record, std::int64_t notice) {
  if (record.kind != RecordKind::decision) return;
  ++counted_[{.day = std::chrono::floor<std::chrono::days>(record.time),
              .site = record.site,
              .regime = record.regime,
              .notice = notice,
              .layer = record.layer,
              .action = record.action,
              .choices = record.choices.bits()}];
}

void DecisionCounter::settle() {
  for (const auto& [cell, count] : counted_) {
    upsert_.bind(0, to_iso_date(cell.day))
        .bind(1, cell.site)
        .bind(2, static_cast<std::int64_t>(cell.regime))
        .bind(3, cell.notice)
        .bind(4, static_cast<std::int64_t>(cell.layer))
        .bind(5, static_cast<std::int64_t>(cell.action))
        .bind(6, std::int64_t{cell.choices})
        .bind(7, count)
        .run();
  }
  counted_.clear();
}

}  // namespace consent::server
