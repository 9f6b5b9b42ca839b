#pragma once
// RFC 9457 problem documents: the only form an error takes on its way out.

#include <string>
#include <string_view>
#include <vector>

#include "http/response.h"

namespace consent::http {

struct PointedError {
  std::string pointer;  // RFC 6901, "/choices/analytics"; "" is the whole document
  std::string detail;
};

// `detail` and `errors` are shown to the caller: they never hold personal data, and never echo raw
// input beyond a JSON pointer.
Response problem(int status, std::string_view detail, const std::vector<PointedError>& errors = {});

}  // namespace consent::http
