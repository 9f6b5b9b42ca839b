#pragma once
// GET /v1/notice: what this visitor must be shown. GET /v1/notices/{id}: any notice ever served,
// for as long as a record cites it.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

http::Response handle_notice(const Service& service, const http::Request& request);
http::Response handle_notice_by_id(const Service& service, const http::Request& request);

}  // namespace consent::server
