#pragma once
// POST /v1/consents: records one decision and answers with the record and the visitor's token; the
// same as a form.

#include "http/outcome.h"
#include "service.h"

namespace consent::server {

// What is to be stored is answered once that is durable; no thread waits for it.
http::Outcome handle_consents(const Service& service, const http::Request& request);

}  // namespace consent::server
