#include "ledger/refusal_counter.h"

#include "formats/timestamp.h"

namespace consent::server {
namespace {

constexpr const char* kRefusalUpsert =
    "INSERT INTO refusals (day, site, regime, action, count) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (day, site, regime, action) DO UPDATE SET count = count + excluded.count";

}  // namespace

RefusalCounter::RefusalCounter(SqliteConnection& connection, Zone zone, ChangeLog* log)
    : upsert_(connection.prepare(kRefusalUpsert)), days_(connection, zone, log) {}

void RefusalCounter::count(const Record& record) {
  ++counted_[{.day = std::chrono::floor<std::chrono::days>(record.time),
              .site = record.site,
              .regime = record.regime,
              .action = record.action}];
}

void RefusalCounter::settle(TimePoint now) {
  for (const auto& [cell, count] : counted_) {
    const std::string day = to_iso_date(cell.day);
    upsert_.bind(0, day)
        .bind(1, cell.site)
        .bind(2, static_cast<std::int64_t>(cell.regime))
        .bind(3, static_cast<std::int64_t>(cell.action))
        .bind(4, count)
        .run();
    days_.counted(day);
  }
  counted_.clear();
  days_.settle(now);
}

}  // namespace consent::server
