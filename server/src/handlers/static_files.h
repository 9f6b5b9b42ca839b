#pragma once
// GET /*: the web directory's files, with strong validators and the encoding the client likes best.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

http::Response handle_static_file(const Service& service, const http::Request& request);

}  // namespace consent::server
