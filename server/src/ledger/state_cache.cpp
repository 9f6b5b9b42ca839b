#include "ledger/state_cache.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace consent::server {
namespace {

constexpr unsigned kHoldBits = 0x03;
constexpr unsigned kOptOutBit = 0x04;
constexpr unsigned kGpcBit = 0x08;

}  // namespace

StateCache::StateCache(std::size_t states_max)
    : sets_per_shard_(std::max<std::size_t>(1, states_max / (kShards * kWays))) {
  for (Shard& shard : shards_) {
    shard.entries.resize(sets_per_shard_ * kWays);
    shard.turns.resize(sets_per_shard_);
  }
}

StateCache::Lookup StateCache::find(std::string_view site, const SubjectId& subject) {
  const std::uint16_t number = number_of(site);
  const Place place = place_of(subject);
  const std::lock_guard lock(place.shard.mutex);
  Lookup lookup{.state = std::nullopt, .generation = place.shard.generation};
  if (const Entry* entry = find_entry(place, number, subject)) lookup.state = unpack(*entry);
  return lookup;
}

void StateCache::put(std::string_view site, const SubjectId& subject, const RecordState& state,
                     std::uint64_t generation) {
  const std::uint16_t number = number_of(site);
  const Place place = place_of(subject);
  const std::lock_guard lock(place.shard.mutex);
  if (place.shard.generation != generation) return;
  Entry* entry = find_entry(place, number, subject);
  if (entry == nullptr) {
    std::uint8_t& turn = place.shard.turns[place.set];
    entry = &place.shard.entries[place.set * kWays + turn];
    turn = static_cast<std::uint8_t>((turn + 1) % kWays);
  }
  *entry = pack(number, subject, state);
}

void StateCache::forget(std::string_view site, const SubjectId& subject) {
  const std::uint16_t number = number_of(site);
  const Place place = place_of(subject);
  const std::lock_guard lock(place.shard.mutex);
  ++place.shard.generation;
  if (Entry* entry = find_entry(place, number, subject)) *entry = Entry{};
}

void StateCache::forget_all() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    ++shard.generation;
    std::fill(shard.entries.begin(), shard.entries.end(), Entry{});
  }
}

// Subjects are random already (a client that chooses its own can only crowd its own set).
StateCache::Place StateCache::place_of(const SubjectId& subject) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, subject.data(), sizeof bits);
  bits *= 0x9e3779b97f4a7c15u;
  return {.shard = shards_[bits >> 58],
          .set = static_cast<std::size_t>((bits >> 16) % sets_per_shard_)};
}

StateCache::Entry* StateCache::find_entry(const Place& place, std::uint16_t site,
                                          const SubjectId& subject) {
  Entry* const first = &place.shard.entries[place.set * kWays];
  Entry* const found = std::find_if(first, first + kWays, [&](const Entry& entry) {
    return entry.site == site && entry.subject == subject;
  });
  return found == first + kWays ? nullptr : found;
}

StateCache::Entry StateCache::pack(std::uint16_t site, const SubjectId& subject,
                                   const RecordState& state) {
  Entry entry;
  entry.subject = subject;
  entry.decided_at_s = state.decided_at.time_since_epoch().count();
  entry.denied_event_ms = state.denied_event_ms;
  entry.site = site;
  entry.choices = state.choices.bits();
  entry.policy = state.policy;
  entry.action = state.action;
  entry.flags = static_cast<std::uint8_t>(static_cast<unsigned>(state.hold) |
                                          (state.model == Model::opt_out ? kOptOutBit : 0) |
                                          (state.gpc ? kGpcBit : 0));
  entry.region = state.region;
  return entry;
}

RecordState StateCache::unpack(const Entry& entry) {
  RecordState state;
  state.choices = Choices::from_bits(entry.choices).value_or(Choices{});
  state.action = entry.action;
  state.decided_at = Instant(std::chrono::seconds(entry.decided_at_s));
  state.denied_event_ms = entry.denied_event_ms;
  state.policy = entry.policy;
  state.region = entry.region;
  state.model = (entry.flags & kOptOutBit) != 0 ? Model::opt_out : Model::opt_in;
  state.gpc = (entry.flags & kGpcBit) != 0;
  state.hold = static_cast<Hold>(entry.flags & kHoldBits);
  return state;
}

std::uint16_t StateCache::number_of(std::string_view site) {
  const std::lock_guard lock(sites_mutex_);
  const auto found = std::find(sites_.begin(), sites_.end(), site);
  if (found != sites_.end()) return static_cast<std::uint16_t>(found - sites_.begin() + 1);
  if (sites_.size() >= 0xfffe) throw std::runtime_error("too many sites for one ledger");
  sites_.emplace_back(site);
  return static_cast<std::uint16_t>(sites_.size());
}

}  // namespace consent::server
