#include "consent/request_deadline.h"

#include <chrono>

namespace consent {
namespace {

using std::chrono::days;

Date existing(const std::chrono::year_month_day& date) {
  return date.ok() ? Date(date) : Date(date.year() / date.month() / std::chrono::last);
}

bool is_business_day(Date day) {
  const std::chrono::weekday weekday(day);
  return weekday != std::chrono::Saturday && weekday != std::chrono::Sunday;
}

Date after_business_days(Date day, unsigned count) {
  while (count > 0) {
    day += days(1);
    if (is_business_day(day)) --count;
  }
  return day;
}

// The whole of both, counted from the start: two months after one month are three.
TimeLimit together(TimeLimit answer, TimeLimit extension) {
  return {static_cast<std::uint8_t>(answer.count + extension.count), answer.unit};
}

bool is_opt_out(Right right) {
  return right == Right::opt_out_of_sale || right == Right::opt_out_of_profiling ||
         right == Right::limit_sensitive || right == Right::opt_out_by_signal;
}

TimeLimit limit_of(const RegimeRights& rights, Right right) {
  if (!is_opt_out(right)) return rights.answer;
  const bool any_state = rights.regime == RegimeId::us_union || rights.regime == RegimeId::us_none;
  if (any_state) return rights_of(RegimeId::us_ca_ccpa).opt_out_effect;
  return rights.opt_out_effect.count > 0 ? rights.opt_out_effect : rights.answer;
}

}  // namespace

Instant end_of(TimeLimit limit, Instant start) {
  const Date day = std::chrono::floor<days>(start);
  const auto time_of_day = start - Instant(day);
  Date end = day;
  switch (limit.unit) {
    case TimeUnit::days:
      end = day + days(limit.count);
      break;
    case TimeUnit::business_days:
      end = after_business_days(day, limit.count);
      break;
    case TimeUnit::months:
      end = existing(std::chrono::year_month_day(day) + std::chrono::months(limit.count));
      break;
  }
  return Instant(end) + time_of_day;
}

RequestDeadlines deadlines_of(RegimeId regime, Right right, Instant received) {
  const RegimeRights& rights = rights_of(regime);
  const TimeLimit limit = limit_of(rights, right);
  RequestDeadlines deadlines;
  deadlines.answer = end_of(limit, received);
  deadlines.extended = deadlines.answer;
  // What is extended is an answer; an effect with a period of its own is not.
  if (limit == rights.answer && rights.extension.count > 0) {
    deadlines.extended = end_of(together(limit, rights.extension), received);
  }
  if (rights.acknowledge.count > 0) deadlines.acknowledge = end_of(rights.acknowledge, received);
  return deadlines;
}

}  // namespace consent
