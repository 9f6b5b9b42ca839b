#pragma once
// The answer when no coding of it is accepted.

#include "http/response.h"

namespace consent::server {

// 406 for an Accept-Encoding that refuses every coding the answer has, even none (RFC 9110,
// 12.5.3).
http::Response nothing_acceptable();

}  // namespace consent::server
