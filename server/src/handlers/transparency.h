#pragma once
// The transparency log as anybody may read it (C2SP tlog-tiles): no personal data is in it.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// GET /v1/transparency[/{zone}]/checkpoint
http::Response handle_checkpoint(const Service& service, const http::Request& request);
// GET /v1/transparency[/{zone}]/key: the verifier key.
http::Response handle_log_key(const Service& service, const http::Request& request);
// GET /v1/transparency[/{zone}]/tile/*
http::Response handle_tile(const Service& service, const http::Request& request);
// GET /v1/transparency[/{zone}]/consistency?from=SIZE: from a checkpoint of that size to today's.
http::Response handle_consistency(const Service& service, const http::Request& request);

}  // namespace consent::server
