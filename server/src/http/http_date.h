#pragma once
// The Date field: IMF-fixdate (RFC 9110, 5.6.7).

#include <ctime>
#include <string>
#include <string_view>

namespace consent::http {

std::string http_date(std::time_t seconds);
// Of the present second; the text is made once a second and thread, and valid until that thread's
// next call.
std::string_view http_date_now();

}  // namespace consent::http
