#pragma once
// Which zone a decision is stored in, and under whose id. A subject lives in one zone: a grant that
// comes with a ticket of another zone makes a new subject there, after the old one was withdrawn in
// its own (deny wins; nothing crosses).

#include <optional>
#include <string_view>

#include "http/response.h"
#include "ledger/record.h"
#include "service.h"
#include "visitor/visitor_token.h"

namespace consent::server {

// 421: this process does not hold the zone; `path` is what to ask of the service that does.
http::Response misdirected(const Service& service, std::string_view pointer, Zone zone,
                           std::string_view path);

// Takes the record with its subject and the zone of its ticket; settles both. A denial goes to
// where its subject is; one whose token did not come is new, or refused by its write. Of an erased
// subject nothing is written: a grant gets a new one, a denial is only counted. 421 with the right
// endpoint when this process does not hold a zone that must be written to; 503 when it cannot be
// stored.
std::optional<http::Response> settle_residency(const Service& service,
                                               const PresentedToken& presented, Record& record);

}  // namespace consent::server
