#include "formats/timestamp.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace consent::server {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Takes exactly `digits` decimal digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char upper, char lower) {
  if (text.empty() || (text[0] != upper && text[0] != lower)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || *year < 1970 || !take(text, '-', '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-', '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<seconds> take_clock(std::string_view& text) {
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ':', ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59 || !take(text, ':', ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *second > 60) return std::nullopt;
  return hours(*hour) + minutes(*minute) + seconds(*second == 60 ? 59 : *second);
}

std::optional<milliseconds> take_fraction(std::string_view& text) {
  if (!take(text, '.', '.')) return milliseconds(0);
  int value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits < 3) value = value * 10 + (text[digits] - '0');
  }
  if (digits == 0 || digits > 12) return std::nullopt;
  for (std::size_t i = digits; i < 3; ++i) value *= 10;
  text.remove_prefix(digits);
  return milliseconds(value);
}

std::optional<minutes> take_offset(std::string_view& text) {
  if (take(text, 'Z', 'z')) return minutes(0);
  const bool east = take(text, '+', '+');
  if (!east && !take(text, '-', '-')) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ':', ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  const auto offset = hours(*hour) + minutes(*minute);
  return east ? offset : -offset;
}

std::string date_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  std::array<char, 24> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string clock_text(std::chrono::seconds of_day) {
  const auto total = static_cast<unsigned>(of_day.count());
  std::array<char, 16> text{};
  const int size = std::snprintf(text.data(), text.size(), "%02u:%02u:%02u", total / 3600,
                                 total / 60 % 60, total % 60);
  return {text.data(), static_cast<std::size_t>(size)};
}

// The lowest `count` decimal digits and what stands behind them.
void write_digits(char*& to, unsigned value, int count, char behind) {
  for (int i = count; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
  to[count] = behind;
  to += count + 1;
}

}  // namespace

void append_rfc3339(TimePoint time, std::string& out) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const auto ms = static_cast<unsigned>((time - day).count());
  std::array<char, 24> text{};
  char* to = text.data();
  write_digits(to, static_cast<unsigned>(static_cast<int>(date.year())), 4, '-');
  write_digits(to, static_cast<unsigned>(date.month()), 2, '-');
  write_digits(to, static_cast<unsigned>(date.day()), 2, 'T');
  write_digits(to, ms / 3'600'000, 2, ':');
  write_digits(to, ms / 60'000 % 60, 2, ':');
  write_digits(to, ms / 1'000 % 60, 2, '.');
  write_digits(to, ms % 1'000, 3, 'Z');
  out.append(text.data(), text.size());
}

std::string to_rfc3339(TimePoint time) {
  std::string text;
  append_rfc3339(time, text);
  return text;
}

std::string to_rfc3339_seconds(Instant time) {
  const auto day = std::chrono::floor<days>(time);
  return date_text(day) + "T" + clock_text(time - day) + "Z";
}

std::string to_iso_date(Date day) { return date_text(day); }

std::optional<TimePoint> parse_rfc3339(std::string_view text) {
  const auto day = take_date(text);
  if (!day || !take(text, 'T', 't')) return std::nullopt;
  const auto clock = take_clock(text);
  if (!clock) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return TimePoint(*day) + *clock + *fraction - *offset;
}

}  // namespace consent::server
