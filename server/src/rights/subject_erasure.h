#pragma once
// A subject is erased (GDPR art. 17): its key, records and state in the ledger, then the events
// that can still be told to be its own; certified in the zone's log. Each step can be repeated:
// what a crash or a full disk interrupted is finished by the same request.

#include <cstdint>
#include <optional>

#include "consent/token.h"
#include "rights/certificate.h"
#include "service.h"

namespace consent::server {

struct SubjectErasure {
  enum class Outcome : std::uint8_t {
    erased,     // now or before: the certificate says when
    not_found,  // nothing is held
    frozen,     // a legal hold forbids it
    failed      // something could not be stored or read; the same again
  };
  Outcome outcome = Outcome::failed;
  JsonObject certificate = {};  // see find_certificate()
};

SubjectErasure erase_subject(const Service& service, const SubjectId& subject,
                             DestructionCause cause);

}  // namespace consent::server
