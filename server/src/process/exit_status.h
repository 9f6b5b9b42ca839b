#pragma once
// How a command ends: 0, or one of these with a message on standard error.

#include <cstdio>
#include <string>

namespace consent::server {

inline constexpr int kFailed = 1;   // it could not be done
inline constexpr int kMisused = 2;  // the command line makes no sense

inline int complain(const std::string& message, int status) {
  std::fprintf(stderr, "consentd: %s\n", message.c_str());
  return status;
}

}  // namespace consent::server
