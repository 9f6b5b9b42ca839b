#pragma once
// What leaves for the sink: the closed schema of http-api, "Pseudonymised event". Nothing else can
// be held.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "clock.h"
#include "consent/event_reduction.h"
#include "consent/policy.h"
#include "consent/region.h"
#include "consent/ruleset.h"
#include "keys/keyring.h"

namespace consent::server {

enum class EventBasis : std::uint8_t { consent, opt_out_default };

struct PseudonymisedEvent {
  std::string site;
  EventType type = EventType::page_view;
  std::string name;  // of a custom event
  Instant time{};
  std::optional<Pseudonym> visitor;
  std::optional<Pseudonym> session;
  std::string path;
  std::string campaign_source;
  std::string campaign_medium;
  std::string campaign_name;
  std::string referrer;
  std::string_view duration;  // bucket; empty when none was sent
  std::string_view browser;
  std::uint16_t browser_major = 0;
  std::string_view os;
  std::string_view device;
  Region region;
  PolicyVersion policy = 0;
  EventBasis basis = EventBasis::consent;
  Date key_epoch{};
};

}  // namespace consent::server
