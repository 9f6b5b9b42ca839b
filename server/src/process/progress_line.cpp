#include "process/progress_line.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace consent::server {

Progress progress_line(std::string name) {
  if (::isatty(STDERR_FILENO) == 0) return [](std::uint64_t, std::uint64_t) {};
  return [name = std::move(name)](std::uint64_t done, std::uint64_t all) {
    const auto percent =
        all == 0 ? 100.0 : 100.0 * static_cast<double>(done) / static_cast<double>(all);
    std::fprintf(stderr, "\r%s: %5.1f %%%s", name.c_str(), percent, done >= all ? "\n" : "");
  };
}

}  // namespace consent::server
