#pragma once
// How far a command has come, for whoever watches it: one line on stderr that is written over.
// Nothing where nobody does (stderr is no terminal).

#include <cstdint>
#include <functional>
#include <string>

namespace consent::server {

// Steps done and to do; they are equal at the end.
using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

// Never goes back, and says 100 % at the end only. A line that did not come so far ends with the
// last copy, so that what is said next begins a new one.
Progress progress_line(std::string name);
// For a service: a line of the log every ten seconds, with the percentage.
Progress progress_log(std::string event, std::string part);

}  // namespace consent::server
