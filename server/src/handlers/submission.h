#pragma once
// One decision as it was sent to POST /v1/consents, and everything it is refused for before any of
// it is stored.

#include <optional>
#include <variant>

#include "clock.h"
#include "http/request.h"
#include "http/response.h"
#include "keys/ticket.h"
#include "ledger/record.h"
#include "service.h"
#include "visitor/visitor_token.h"
#include "wire/consent_request.h"

namespace consent::server {

// Everything one request is answered from.
struct Submission {
  const Service& service;
  const http::Request& http;
  TimePoint now;
  ConsentRequest request;
  PresentedToken presented;
  OpenedTicket opened;
  bool ticket_is_ours() const {
    return opened.error != TicketError::forged && opened.ticket.site == request.site;
  }
};

bool is_form(const http::Request& request);

// From JSON or a form. The answer where the body is neither, or no valid decision about this site;
// or where no notice of this service led to it: that costs no disk.
std::variant<Submission, http::Response> read_submission(const Service& service,
                                                         const http::Request& request,
                                                         TimePoint now);

// Fills the record on the way. Reads the ledger only for a subject whose token was presented, and
// writes to it only where that one leaves its zone (residency.h).
std::optional<http::Response> refuse(const Submission& submission, Record& record);

// Its times are too far from the service's.
bool is_late(const Submission& submission);

// 403: writing for the subject that is named takes its token.
http::Response stranger();

}  // namespace consent::server
