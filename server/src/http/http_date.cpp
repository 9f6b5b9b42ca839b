#include "http/http_date.h"

#include <array>

namespace consent::http {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_two_digits(std::string& out, int value) {
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

}  // namespace

std::string http_date(std::time_t seconds) {
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::string text(kDays[static_cast<std::size_t>(parts.tm_wday)]);
  text += ", ";
  append_two_digits(text, parts.tm_mday);
  text += ' ';
  text += kMonths[static_cast<std::size_t>(parts.tm_mon)];
  text += ' ';
  text += std::to_string(parts.tm_year + 1900);
  text += ' ';
  append_two_digits(text, parts.tm_hour);
  text += ':';
  append_two_digits(text, parts.tm_min);
  text += ':';
  append_two_digits(text, parts.tm_sec);
  return text + " GMT";
}

std::string_view http_date_now() {
  static thread_local std::time_t made_for = -1;
  static thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != made_for) {
    text = http_date(now);
    made_for = now;
  }
  return text;
}

}  // namespace consent::http
