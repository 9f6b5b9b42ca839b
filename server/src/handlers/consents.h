#pragma once
// POST /v1/consents: records one decision and answers with the record and the visitor's token; the
// same as a form.

#include "http/router.h"
#include "service.h"

namespace consent::server {

// What is to be stored is answered once that is durable; no thread waits for it.
http::Outcome handle_consents(const Service& service, const http::Request& request);

// `handler` where it is asked at once is asked only for what waits for nothing but its write: a
// body of 4 KiB at most, in JSON, about no subject whose token comes with it. Stands before
// everything that must not happen twice.
http::Handler unless_it_waits(const Service& service, http::Handler handler);

}  // namespace consent::server
