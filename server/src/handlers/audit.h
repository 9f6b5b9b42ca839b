#pragma once
// The transparency log for the privacy office: its entries in words, and the proof of one.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// GET /v1/audit?after=SEQUENCE&limit=N&zone=
http::Response handle_audit(const Service& service, const http::Request& request);
// GET /v1/audit/proof?sequence=N&zone=, or ?record=UUID
http::Response handle_audit_proof(const Service& service, const http::Request& request);

}  // namespace consent::server
