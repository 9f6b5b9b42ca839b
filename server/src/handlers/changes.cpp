#include "handlers/changes.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "formats/uuid.h"
#include "handlers/asked_log.h"
#include "handlers/state_answers.h"
#include "http/problem.h"
#include "ledger/ledger.h"
#include "wire/change_line.h"
#include "wire/changes_cursor.h"

namespace consent::server {
namespace {

constexpr std::uint64_t kLimitDefault = 1000;
constexpr std::uint64_t kLimitMax = 10'000;
constexpr std::uint64_t kWaitMaxS = 30;

struct ChangesQuestion {
  ChangesCursor after;
  std::size_t limit = kLimitDefault;
  std::chrono::seconds wait{};
  std::vector<Zone> zones;  // to read; all are held
};

// Only parameters given once count, so a repeated one is malformed.
bool is_given(const http::Request& request, std::string_view name) {
  return std::any_of(request.query.begin(), request.query.end(),
                     [name](const auto& parameter) { return parameter.first == name; });
}

std::vector<http::PointedError> read_numbers(const http::Request& request,
                                             ChangesQuestion& question) {
  std::vector<http::PointedError> errors;
  if (is_given(request, "after")) {
    const auto cursor = parse_changes_cursor(request.parameter("after").value_or(""));
    if (cursor) question.after = *cursor;
    if (!cursor) errors.push_back({"/after", "must be a cursor of an earlier answer, once"});
  }
  if (is_given(request, "limit")) {
    const std::uint64_t limit = asked_number(request, "limit").value_or(0);
    question.limit = limit;
    if (limit == 0 || limit > kLimitMax) errors.push_back({"/limit", "must be from 1 to 10000"});
  }
  if (is_given(request, "wait")) {
    const std::uint64_t wait = asked_number(request, "wait").value_or(kWaitMaxS + 1);
    question.wait = std::chrono::seconds(std::min(wait, kWaitMaxS));
    if (wait > kWaitMaxS) errors.push_back({"/wait", "must be from 0 to 30 seconds"});
  }
  return errors;
}

// 421 for a zone that another process holds.
std::optional<http::Response> refuse(const Service& service, const http::Request& request,
                                     ChangesQuestion& question) {
  auto errors = read_numbers(request, question);
  const bool one_zone = is_given(request, "zone");
  const std::string_view name = request.parameter("zone").value_or("");
  bool known = false;
  for (const Zone zone : {Zone::eu, Zone::us}) {
    if (one_zone && name != to_text(zone)) continue;
    known = true;
    if (service.ledger.holds(zone)) question.zones.push_back(zone);
  }
  if (!known) errors.push_back({"/zone", "must be eu or us, once"});
  if (!errors.empty()) return http::problem(422, "The query is not valid.", errors);
  if (!question.zones.empty()) return std::nullopt;
  return http::problem(421, "This process does not hold this zone; ask the one that does.");
}

// Whether the ledger is the one that the cursor was read from, or what became of it.
bool is_known_place(const Service& service, const ChangesQuestion& question) {
  return std::all_of(question.zones.begin(), question.zones.end(), [&](Zone zone) {
    const ChangesPlace& place = question.after.of(zone);
    if (place.sequence == 0) return place == ChangesPlace{};
    const auto id = service.ledger.record_at(zone, place.sequence);
    return id && ChangesPlace::behind(place.sequence, *id) == place;
  });
}

struct ChangesPage {
  std::string lines;
  ChangesCursor next;
  bool more = false;
};

// In the order of the ids' times, and of each zone in the order of its sequences even where a clock
// was set back. A subject's changes are all in one zone: times only mix the zones.
std::vector<StateChange> merged(std::vector<StateChange> left, std::vector<StateChange> right) {
  std::vector<StateChange> all;
  all.reserve(left.size() + right.size());
  auto from_left = left.begin();
  for (StateChange& change : right) {
    while (from_left != left.end() && time_of(from_left->id) <= time_of(change.id)) {
      all.push_back(std::move(*from_left++));
    }
    all.push_back(std::move(change));
  }
  std::move(from_left, left.end(), std::back_inserter(all));
  return all;
}

ChangesPage read_page(const Service& service, const ChangesQuestion& question) {
  std::vector<StateChange> all;
  bool more = false;
  for (const Zone zone : question.zones) {
    const std::uint64_t after = question.after.of(zone).sequence;
    all = merged(std::move(all), service.ledger.changes(zone, after, question.limit + 1));
  }
  if (all.size() > question.limit) {
    more = true;
    all.resize(question.limit);
  }
  ChangesPage page{.lines = {}, .next = question.after, .more = more};
  StateAnswers answers(service, service.clock.now());
  for (const StateChange& change : all) {
    page.next.of(change.zone) = ChangesPlace::behind(change.sequence, change.id);
    if (change.destroyed()) continue;
    if (change.record && change.record->site != service.site.site) continue;
    const ChangeAnswers now{.analytics = answers.of(Purpose::analytics, change.state),
                            .marketing = answers.of(Purpose::marketing, change.state)};
    write_change_line(change, now, page.lines);
  }
  return page;
}

http::Response answer(ChangesPage page) {
  write_cursor_line(to_text(page.next), page.more, page.lines);
  http::Response response = http::text_response(200, "application/x-ndjson", std::move(page.lines));
  response.set("Cache-Control", "private, no-store");
  return response;
}

http::Response unavailable(std::string_view detail) {
  http::Response response = http::problem(503, detail);
  response.set("Retry-After", "5");
  return response;
}

http::Response answer_when_changed(const Service& service, const ChangesQuestion& question) {
  if (!is_known_place(service, question)) {
    return http::problem(409,
                         "The ledger does not hold what this cursor is behind: it was restored "
                         "from an older copy. Drop what was read, and begin without after.");
  }
  const auto until = std::chrono::steady_clock::now() + question.wait;
  ChangeSignal& signal = service.ledger.change_signal();
  while (true) {
    const std::uint64_t seen = signal.count();
    ChangesPage page = read_page(service, question);
    const bool is_empty = page.next == question.after;
    if (!is_empty || question.wait.count() == 0) return answer(std::move(page));
    const ChangeSignal::Wait end = signal.wait_past(seen, until);
    if (end == ChangeSignal::Wait::too_many) {
      return unavailable(
          "As many wait for changes as may; ask without wait, or again a little later.");
    }
    if (end != ChangeSignal::Wait::changed) return answer(std::move(page));
  }
}

}  // namespace

http::Response handle_changes(const Service& service, const http::Request& request) {
  ChangesQuestion question;
  if (auto refused = refuse(service, request, question)) return std::move(*refused);
  try {
    return answer_when_changed(service, question);
  } catch (const std::runtime_error&) {
    return unavailable("The ledger cannot be read; GET /readyz says why. Ask again.");
  }
}

}  // namespace consent::server
