#pragma once
// A notice on its way to a visitor, with the ticket that proves it was served. The banner's JSON
// and the preferences page are two forms of it.

#include <string>

#include "clock.h"
#include "consent/record_state.h"
#include "http/request.h"
#include "service.h"
#include "site/notice.h"
#include "visitor/visitor.h"

namespace consent::server {

struct ServedNotice {
  TimePoint now{};
  Visitor visitor;
  const Notice& notice;
  std::string ticket;
};

// The notice in force, in the language of the `language` parameter or of Accept-Language. Counted
// in the metrics, and in the ledger under the layer it is shown in.
ServedNotice serve_notice(const Service& service, const http::Request& request, Layer layer);

}  // namespace consent::server
