#include "events/event_pseudonymiser.h"

#include <algorithm>
#include <array>

#include "consent/url_reduction.h"
#include "consent/user_agent.h"
#include "visitor/subject_id.h"

namespace consent::server {
namespace {

bool is_wellformed(const RawEvent& event) {
  if (event.type == EventType::custom && !is_event_name(event.name)) return false;
  return !event.duration_ms || *event.duration_ms >= 0;
}

bool reduce_urls(const RawEvent& event, PseudonymisedEvent& out) {
  std::array<char, kReducedUrlBytes> url_buffer{};
  const ReducedUrl url = reduce_url(event.url, url_buffer);
  if (url.path.empty()) return false;
  out.path = url.path;
  out.campaign_source = url.campaign_source;
  out.campaign_medium = url.campaign_medium;
  out.campaign_name = url.campaign_name;
  std::array<char, kHostBytesMax> host_buffer{};
  out.referrer = reduce_referrer(event.referrer, event.url, host_buffer);
  return true;
}

}  // namespace

std::variant<PseudonymisedEvent, EventDrop> pseudonymise(const RawEvent& event,
                                                         const EventContext& context,
                                                         Keyring& keyring) {
  if (!is_wellformed(event) || event.time > context.now + kEventClockSlack)
    return EventDrop::invalid_event;
  if (event.time <= context.now - kEventLateness) return EventDrop::late;
  const TimePoint time = std::min(event.time, context.now);

  PseudonymisedEvent out;
  if (!reduce_urls(event, out)) return EventDrop::invalid_event;
  out.site = context.site;
  out.type = event.type;
  if (event.type == EventType::custom) out.name = event.name;
  out.time = std::chrono::floor<std::chrono::seconds>(time);
  out.key_epoch = std::chrono::floor<std::chrono::days>(time);
  out.region = context.visitor.region;
  out.policy = context.policy;
  out.basis = context.basis;
  if (event.duration_ms) out.duration = duration_bucket(*event.duration_ms);
  const ReducedUserAgent agent = reduce_user_agent(context.user_agent);
  out.browser = agent.browser;
  out.browser_major = agent.browser_major;
  out.os = agent.os;
  out.device = agent.device;

  const auto pseudonym = [&](Keyring::PseudonymKind kind, std::string_view value) {
    return keyring.pseudonym(kind, context.site, context.visitor.zone, out.key_epoch, value);
  };
  if (context.subject) {
    out.visitor = pseudonym(Keyring::PseudonymKind::visitor, subject_text(*context.subject));
    if (!out.visitor) return EventDrop::key_unavailable;
  }
  if (!event.session.empty()) {
    out.session = pseudonym(Keyring::PseudonymKind::session, event.session);
    if (!out.session) return EventDrop::key_unavailable;
  }
  return out;
}

}  // namespace consent::server
