#include "site/retention.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "consent/request_records.h"

namespace consent::server {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::years;

struct UnitForm {
  RetentionUnit unit;
  std::string_view word;
  char letter;
  std::uint16_t min;
  std::uint16_t max;
};
// Two months are 59 days at least, one may be 28. Ten years are 3652 days at least.
constexpr std::array kUnits = {UnitForm{RetentionUnit::days, "days", 'D', 30, 3652},
                               UnitForm{RetentionUnit::months, "months", 'M', 2, 120},
                               UnitForm{RetentionUnit::years, "years", 'Y', 1, 10}};

const UnitForm& form_of(RetentionUnit unit) { return kUnits[static_cast<std::size_t>(unit)]; }

std::chrono::sys_days existing(const std::chrono::year_month_day& date) {
  return date.ok() ? std::chrono::sys_days(date)
                   : std::chrono::sys_days(date.year() / date.month() / std::chrono::last);
}

// The last day of the month where the day does not exist.
TimePoint moved(TimePoint time, RetentionUnit unit, int count) {
  const auto day = std::chrono::floor<days>(time);
  const auto time_of_day = time - day;
  const std::chrono::year_month_day date(day);
  switch (unit) {
    case RetentionUnit::days:
      return time + days(count);
    case RetentionUnit::months:
      return existing(date + months(count)) + time_of_day;
    case RetentionUnit::years:
      return existing(date + years(count)) + time_of_day;
  }
  return time;
}

std::optional<RetentionPeriod> read_period(JsonFields& fields, std::string_view name) {
  const std::string* text = fields.string(name, Presence::optional);
  if (text == nullptr) return std::nullopt;
  const auto period = parse_retention_period(*text);
  if (!period) {
    fields.fail(name,
                "must be a period from 30 days to 10 years, e.g. \"730 days\", \"24 months\" "
                "or \"2 years\"");
  }
  return period;
}

RetentionPeriod asked_by_law(const RequestRecords& records) {
  return {records.months, RetentionUnit::months};
}

// Of any start: a period of days is shorter than one of months when its shortest is.
bool is_longer(RetentionPeriod asked, RetentionPeriod set) {
  if (set.unit != RetentionUnit::days) return asked.after({}) > set.after({});
  const TimePoint before_leap_day(std::chrono::sys_days(days(2 * 365)));  // 1972-01-01
  return asked.after(before_leap_day) > set.after(before_leap_day);
}

// "24 months under us_ca_ccpa (11 CCR 7101), ..." of those that ask for more than is set.
std::string longer_by_law(RetentionPeriod set) {
  std::string text;
  for (const RequestRecords& records : all_request_records()) {
    const RetentionPeriod asked = asked_by_law(records);
    if (!is_longer(asked, set)) continue;
    text += (text.empty() ? "" : ", ") + asked.text() + " under " +
            std::string(to_text(records.regime)) + " (" + std::string(records.source) + ")";
  }
  return text;
}

}  // namespace

TimePoint RetentionPeriod::after(TimePoint start) const { return moved(start, unit, count); }

TimePoint RetentionPeriod::before(TimePoint end) const { return moved(end, unit, -int{count}); }

std::string RetentionPeriod::text() const {
  const bool single = count == 1;
  std::string_view word = form_of(unit).word;
  if (single) word.remove_suffix(1);
  return std::to_string(count) + " " + std::string(word);
}

std::string RetentionPeriod::iso8601() const {
  return "P" + std::to_string(count) + form_of(unit).letter;
}

std::optional<RetentionPeriod> parse_retention_period(std::string_view text) {
  RetentionPeriod period;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), period.count);
  if (error != std::errc{} || !(text.front() >= '1' && text.front() <= '9')) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const UnitForm& form : kUnits) {
    period.unit = form.unit;
    const bool one = period.count == 1 && text == " year" && form.unit == RetentionUnit::years;
    const bool several = period.count > 1 && text.size() == form.word.size() + 1 &&
                         text.front() == ' ' && text.substr(1) == form.word;
    if (!one && !several) continue;
    if (period.count < form.min || period.count > form.max) return std::nullopt;
    return period;
  }
  return std::nullopt;
}

TimePoint Retention::request_kept_until(RegimeId regime, TimePoint closed) const {
  return std::max(requests.after(closed), asked_by_law(request_records_of(regime)).after(closed));
}

TimePoint Retention::requests_closed_before(RegimeId regime, TimePoint now) const {
  return std::min(requests.before(now), asked_by_law(request_records_of(regime)).before(now));
}

Retention read_retention(JsonFields& root, std::vector<JsonError>& errors,
                         std::vector<JsonError>& warnings) {
  Retention retention;
  const JsonValue* value = root.object("retention", Presence::optional);
  if (value == nullptr) return retention;
  JsonFields fields(*value, root.pointer_to("retention"), errors);
  const auto read = [&](std::string_view name, RetentionPeriod& out) {
    out = read_period(fields, name).value_or(out);
  };
  read("consent_records", retention.consent_records);
  read("events", retention.events);
  read("audit_entries", retention.audit_entries);
  retention.backups = read_period(fields, "backups");
  read("requests", retention.requests);
  const std::string lifted = longer_by_law(retention.requests);
  if (!lifted.empty()) {
    JsonFields(*value, root.pointer_to("retention"), warnings)
        .fail("requests",
              "is shorter than the law asks for some requests, which are kept longer: " + lifted +
                  "; all others are kept " + retention.requests.text());
  }
  fields.refuse_unknown();
  return retention;
}

}  // namespace consent::server
