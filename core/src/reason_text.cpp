// Apart from the decision, so that a build that does not print reasons does not carry them.
#include "consent/decision.h"

namespace consent {

std::string_view to_text(Reason reason) {
  switch (reason) {
    case Reason::essential:
      return "essential";
    case Reason::granted:
      return "granted";
    case Reason::opt_out_default:
      return "opt_out_default";
    case Reason::no_record:
      return "no_record";
    case Reason::refused:
      return "refused";
    case Reason::withdrawn:
      return "withdrawn";
    case Reason::opted_out:
      return "opted_out";
    case Reason::gpc:
      return "gpc";
    case Reason::expired:
      return "expired";
    case Reason::notice_changed:
      return "notice_changed";
    case Reason::restricted:
      return "restricted";
    case Reason::erased:
      return "erased";
    case Reason::invalid_token:
      return "invalid_token";
    case Reason::unknown_purpose:
      return "unknown_purpose";
  }
  return "no_record";
}

}  // namespace consent
