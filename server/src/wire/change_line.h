#pragma once
// A change of a subject's state as a line of GET /v1/changes.

#include <string>
#include <string_view>

#include "ledger/state_change.h"
#include "wire/check_request.h"

namespace consent::server {

// What a check would answer about the subject now.
struct ChangeAnswers {
  CheckAnswer analytics;
  CheckAnswer marketing;
};

// Appends the line with its end.
void write_change_line(const StateChange& change, const ChangeAnswers& answers, std::string& out);

// The last line: where to go on, and whether there is more there already.
void write_cursor_line(std::string_view cursor, bool more, std::string& out);

}  // namespace consent::server
