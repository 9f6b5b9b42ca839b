#pragma once
// The binary records of the consent module, little-endian, naturally aligned, no gaps.
// core_decision.ts and core_token.ts have the same offsets; the vectors hold them together.

#include <cstdint>

#include "consent/decision.h"
#include "consent/token.h"

namespace consent::abi {

struct StateRecord {
  std::uint8_t action, hold, model, gpc;
  std::uint16_t choices, policy;
  std::int64_t decided_at_s, denied_event_ms;
};
static_assert(sizeof(StateRecord) == 24);

struct QuestionRecord {
  StateRecord state;
  std::int64_t now_s;
  std::uint16_t policy, material_since[kPurposes];
  std::uint8_t purpose, model, signals, reserved[5];  // bit 0 of signals: GPC; bit 1: DNT
};
static_assert(sizeof(QuestionRecord) == 48);

// `state` is what the token says as a state; token_parse writes it, token_encode ignores it.
struct TokenRecord {
  StateRecord state;
  std::int64_t decided_at_s;
  std::uint16_t policy, choices;
  std::uint8_t kind, key_id, action, gpc;
  std::uint8_t subject[16];
  std::uint8_t region_size;
  char region[6];
  std::uint8_t reserved;
};
static_assert(sizeof(TokenRecord) == 64);

}  // namespace consent::abi
