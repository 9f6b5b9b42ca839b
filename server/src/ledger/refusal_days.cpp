#include "ledger/refusal_days.h"

#include "crypto/hmac.h"
#include "crypto/random.h"
#include "formats/timestamp.h"
#include "formats/uuid.h"

namespace consent::server {

Sha256Digest refusals_commitment(SqliteConnection& connection, Zone zone, std::string_view day,
                                 const Sha256Digest& nonce) {
  std::string text = "refusals 1 " + std::string(to_text(zone)) + ' ' + std::string(day) + '\n';
  SqliteStatement rows = connection.prepare(
      "SELECT site, regime, action, count FROM refusals WHERE day = ? ORDER BY site, regime, "
      "action");
  rows.bind(0, day);
  while (rows.step()) {
    text += rows.text(0);
    for (int column = 1; column < 4; ++column) text += ' ' + std::to_string(rows.integer(column));
    text += '\n';
  }
  return HmacSha256(SecretKey::from_bytes(nonce))
      .mac({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

RefusalDays::RefusalDays(SqliteConnection& connection, Zone zone, ChangeLog* log)
    : connection_(connection),
      zone_(zone),
      log_(log),
      known_(connection.prepare("SELECT 1 FROM refusal_days WHERE day = ?")),
      over_(connection.prepare("SELECT DISTINCT day FROM refusals WHERE day < ?"
                               " EXCEPT SELECT day FROM refusal_days ORDER BY day")),
      commit_(connection.prepare("INSERT INTO refusal_days (day, entry, nonce) VALUES (?, ?, ?)"
                                 " ON CONFLICT (day) DO UPDATE SET entry = excluded.entry,"
                                 " nonce = excluded.nonce")) {}

void RefusalDays::counted(std::string_view day) {
  const SqliteReading reading(known_.bind(0, day));
  if (known_.step()) changed_.emplace(day);
}

void RefusalDays::settle(TimePoint now) {
  if (log_ == nullptr) return;
  const std::string today = to_iso_date(std::chrono::floor<std::chrono::days>(now));
  if (today > settled_before_) {
    const SqliteReading reading(over_.bind(0, today));
    while (over_.step()) changed_.insert(over_.text(0));
    settled_before_ = today;
  }
  for (const std::string& day : changed_) commit_to(day, now);
  changed_.clear();
}

void RefusalDays::commit_to(const std::string& day, TimePoint now) {
  const auto nonce = random_bytes<std::tuple_size_v<Sha256Digest>>();
  LogEntry entry;
  entry.kind = LogKind::refusals;
  entry.zone = zone_;
  entry.time = now;
  entry.record = make_uuid_v7(now);
  entry.commitment = refusals_commitment(connection_, zone_, day, nonce);
  entry.subject = day;
  commit_.bind(0, day).bind_blob(1, entry.record).bind_blob(2, nonce).run();
  log_->append(connection_, entry);
}

}  // namespace consent::server
