#include "handlers/not_acceptable.h"

#include "http/problem.h"

namespace consent::server {

http::Response nothing_acceptable() {
  http::Response response =
      http::problem(406, "Accept-Encoding refuses every encoding of this answer; allow identity.");
  response.set("Vary", "Accept-Encoding");
  return response;
}

}  // namespace consent::server
