#include "ledger/state_cache.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace consent::server {
namespace {

constexpr unsigned kHoldBits = 0x03;
constexpr unsigned kOptOutBit = 0x04;
constexpr unsigned kGpcBit = 0x08;
constexpr unsigned kUsBit = 0x10;
constexpr unsigned kAbsentBit = 0x20;  // there are no records

// Of consecutive arrays, where the next one stands.
template <class Element>
Element* part_of(unsigned char*& at, std::size_t count) {
  static_assert(std::is_trivially_copyable_v<Element>);
  auto* const elements = reinterpret_cast<Element*>(at);
  at += count * sizeof(Element);
  return elements;
}

}  // namespace

StateCache::StateCache(std::size_t states_max)
    : sets_per_shard_(std::max<std::size_t>(1, states_max / (kShards * kWays))),
      pages_(hidden_pages(kShards * sets_per_shard_ * (kWays * (sizeof(Entry) + 1) + 1))) {
  auto* at = static_cast<unsigned char*>(pages_.get());
  for (Shard& shard : shards_) shard.entries = part_of<Entry>(at, sets_per_shard_ * kWays);
  for (Shard& shard : shards_) shard.tags = part_of<std::uint8_t>(at, sets_per_shard_ * kWays);
  for (Shard& shard : shards_) shard.turns = part_of<std::uint8_t>(at, sets_per_shard_);
}

StateCache::~StateCache() {
  for (const SiteNumber* site = sites_; site != nullptr;) {
    const std::unique_ptr<const SiteNumber> gone(site);
    site = gone->older;
  }
}

StateCache::Lookup StateCache::find(std::string_view site, const SubjectId& subject) {
  const std::uint16_t number = number_of(site);
  const Place place = place_of(subject);
  const std::lock_guard lock(place.shard.mutex);
  Lookup lookup{.state = std::nullopt, .generation = place.shard.generation};
  if (const Entry* entry = find_entry(place, number, subject)) {
    lookup.state = unpack(*entry);
    const Zone zone = (entry->flags & kUsBit) != 0 ? Zone::us : Zone::eu;
    if ((entry->flags & kAbsentBit) == 0) lookup.zone = zone;
  }
  return lookup;
}

void StateCache::put(std::string_view site, const SubjectId& subject, const RecordState& state,
                     std::optional<Zone> zone, std::uint64_t generation) {
  const std::uint16_t number = number_of(site);
  const Place place = place_of(subject);
  const std::lock_guard lock(place.shard.mutex);
  if (place.shard.generation != generation) return;
  Entry* entry = find_entry(place, number, subject);
  if (entry == nullptr) {
    entry = make_room(place, !zone);
    if (entry == nullptr) return;
    set_tag(place, *entry, place.tag);
  }
  *entry = pack(number, subject, state, zone);
}

// Whoever asks for made-up subjects must not drive out the real ones.
StateCache::Entry* StateCache::make_room(const Place& place, bool absent) {
  std::uint8_t& turn = place.shard.turns[place.set];
  const std::size_t first = place.set * kWays;
  for (std::size_t tried = 0; tried < kWays; ++tried) {
    const std::size_t at = first + turn;
    turn = static_cast<std::uint8_t>((turn + 1) % kWays);
    Entry& entry = place.shard.entries[at];
    if (place.shard.tags[at] == 0 || (entry.flags & kAbsentBit) != 0) return &entry;
  }
  if (absent) return nullptr;
  Entry& oldest = place.shard.entries[first + turn];
  turn = static_cast<std::uint8_t>((turn + 1) % kWays);
  return &oldest;
}

void StateCache::forget(std::string_view site, const SubjectId& subject) {
  const std::uint16_t number = number_of(site);
  const Place place = place_of(subject);
  const std::lock_guard lock(place.shard.mutex);
  ++place.shard.generation;
  Entry* const entry = find_entry(place, number, subject);
  if (entry == nullptr) return;
  set_tag(place, *entry, 0);
  *entry = Entry{};
}

void StateCache::forget_all() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    ++shard.generation;
    for (std::size_t at = 0; at < sets_per_shard_ * kWays; ++at) {
      if (std::exchange(shard.tags[at], std::uint8_t{0}) != 0) shard.entries[at] = Entry{};
    }
  }
}

// Subjects are random already (a client that chooses its own can only crowd its own set).
StateCache::Place StateCache::place_of(const SubjectId& subject) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, subject.data(), sizeof bits);
  bits *= 0x9e3779b97f4a7c15u;
  return {.shard = shards_[bits >> 58],
          .set = static_cast<std::size_t>((bits >> 16) % sets_per_shard_),
          .tag = static_cast<std::uint8_t>((bits >> 8) | 1U)};
}

StateCache::Entry* StateCache::find_entry(const Place& place, std::uint16_t site,
                                          const SubjectId& subject) {
  const std::size_t first = place.set * kWays;
  for (std::size_t at = first; at < first + kWays; ++at) {
    if (place.shard.tags[at] != place.tag) continue;
    Entry& entry = place.shard.entries[at];
    if (entry.site == site && entry.subject == subject) return &entry;
  }
  return nullptr;
}

void StateCache::set_tag(const Place& place, const Entry& entry, std::uint8_t tag) {
  place.shard.tags[static_cast<std::size_t>(&entry - place.shard.entries)] = tag;
}

StateCache::Entry StateCache::pack(std::uint16_t site, const SubjectId& subject,
                                   const RecordState& state, std::optional<Zone> zone) {
  Entry entry;
  entry.subject = subject;
  entry.decided_at_s = state.decided_at.time_since_epoch().count();
  entry.denied_event_ms = state.denied_event_ms;
  entry.site = site;
  entry.choices = state.choices.bits();
  entry.policy = state.policy;
  entry.action = state.action;
  entry.flags = static_cast<std::uint8_t>(
      static_cast<unsigned>(state.hold) | (state.model == Model::opt_out ? kOptOutBit : 0) |
      (state.gpc ? kGpcBit : 0) | (zone == Zone::us ? kUsBit : 0) | (zone ? 0 : kAbsentBit));
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

// Every question asks for this: without a lock, but for a site's first.
std::uint16_t StateCache::number_of(std::string_view site) {
  const auto known = [&]() -> const SiteNumber* {
    const SiteNumber* at = sites_.load(std::memory_order_acquire);
    while (at != nullptr && at->site != site) at = at->older;
    return at;
  };
  if (const SiteNumber* found = known()) return found->number;
  const std::lock_guard lock(sites_mutex_);
  if (const SiteNumber* found = known()) return found->number;
  const SiteNumber* const newest = sites_.load(std::memory_order_relaxed);
  const unsigned number = newest == nullptr ? 1U : newest->number + 1U;
  if (number > 0xffff) throw std::runtime_error("too many sites for one ledger");
  auto added = std::make_unique<SiteNumber>(
      SiteNumber{std::string(site), static_cast<std::uint16_t>(number), newest});
  sites_.store(added.release(), std::memory_order_release);
  return static_cast<std::uint16_t>(number);
}

}  // namespace consent::server
