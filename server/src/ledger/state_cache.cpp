#include "ledger/state_cache.h"

#include <algorithm>
#include <bit>
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

// The highest bit of each byte that equals the tag, and perhaps of one behind such a byte.
std::uint64_t bytes_equal(std::uint64_t word, std::uint8_t tag) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  const std::uint64_t different = word ^ (kOnes * tag);
  return (different - kOnes) & ~different & (kOnes << 7U);
}

constexpr std::size_t kFoundAtOnce = 256;  // their lines fit into the nearest cache

}  // namespace

StateCache::StateCache(std::size_t states_max)
    : sets_per_shard_(std::max<std::size_t>(1, states_max / (kShards * kWays))),
      pages_(hidden_pages(kShards * sets_per_shard_ * sizeof(Set))) {
  static_assert(std::is_trivially_copyable_v<Set>);
  auto* sets = static_cast<Set*>(pages_.get());
  for (Shard& shard : shards_) shard.sets = std::exchange(sets, sets + sets_per_shard_);
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
  Shard& shard = shards_[place.shard];
  // Both lines at once: nearly always it is where it is looked for first.
  __builtin_prefetch(&shard.sets[place.set]);
  __builtin_prefetch(&shard.sets[place.set][place.home]);
  const std::lock_guard lock(shard.mutex);
  return look_up(shard, place, number, subject);
}

StateCache::Lookup StateCache::look_up(const Shard& shard, const Place& place, std::uint16_t site,
                                       const SubjectId& subject) {
  Lookup lookup{.state = std::nullopt, .generation = shard.generation};
  Set& set = shard.sets[place.set];
  if (const auto way = find_way(set, place, site, subject)) {
    const Entry& entry = set[*way].entry;
    lookup.state = unpack(entry);
    const Zone zone = (entry.flags & kUsBit) != 0 ? Zone::us : Zone::eu;
    if ((entry.flags & kAbsentBit) == 0) lookup.zone = zone;
  }
  return lookup;
}

void StateCache::find_all(std::string_view site, std::span<const SubjectId> subjects,
                          std::span<Lookup> found) {
  if (subjects.size() == 1) {
    found[0] = find(site, subjects[0]);
    return;
  }
  const std::uint16_t number = number_of(site);
  while (!subjects.empty()) {
    const std::size_t count = std::min(subjects.size(), kFoundAtOnce);
    find_some(number, subjects.first(count), found.first(count));
    subjects = subjects.subspan(count);
    found = found.subspan(count);
  }
}

// Without a lock only the addresses of entries are guessed at, from tags that may change meanwhile.
void StateCache::find_some(std::uint16_t site, std::span<const SubjectId> subjects,
                           std::span<Lookup> found) {
  std::array<Place, kFoundAtOnce> places;
  std::array<std::uint16_t, kShards + 1> starts{};
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    places[i] = place_of(subjects[i]);
    ++starts[places[i].shard + 1];
    __builtin_prefetch(&set_of(places[i]));
    __builtin_prefetch(&set_of(places[i])[places[i].home]);
  }
  for (std::size_t i = 0; i < kShards; ++i) starts[i + 1] += starts[i];
  std::array<std::uint16_t, kFoundAtOnce> by_shard;
  std::array<std::uint16_t, kShards + 1> next = starts;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const Place& place = places[i];
    Set& set = set_of(place);
    by_shard[next[place.shard]++] = static_cast<std::uint16_t>(i);
    for (std::size_t word = 0; word < kTagWords; ++word) {
      const auto equal = bytes_equal(tag_word(set, word), place.tag);
      if (equal == 0) continue;
      const auto way = word * sizeof(equal) + static_cast<std::size_t>(std::countr_zero(equal)) / 8;
      __builtin_prefetch(&set[way]);
      break;
    }
  }
  for (std::size_t at = 0; at < kShards; ++at) {
    if (starts[at] == starts[at + 1]) continue;
    Shard& shard = shards_[at];
    const std::lock_guard lock(shard.mutex);
    for (std::size_t i = starts[at]; i < starts[at + 1]; ++i) {
      const std::size_t which = by_shard[i];
      found[which] = look_up(shard, places[which], site, subjects[which]);
    }
  }
}

void StateCache::put(std::string_view site, const SubjectId& subject, const RecordState& state,
                     std::optional<Zone> zone, std::uint64_t generation) {
  const std::uint16_t number = number_of(site);
  const Place place = place_of(subject);
  Shard& shard = shards_[place.shard];
  const std::lock_guard lock(shard.mutex);
  if (shard.generation != generation) return;
  Set& set = set_of(place);
  auto way = find_way(set, place, number, subject);
  if (!way) way = add(shard, place, !zone);
  if (way) set[*way].entry = pack(number, subject, state, zone);
}

std::optional<std::size_t> StateCache::add(Shard& shard, const Place& place, bool absent) {
  const auto way = make_room(shard, place, absent);
  if (way) set_tag(shard.sets[place.set], *way, place.tag);
  return way;
}

// Whoever asks for made-up subjects must not drive out the real ones.
std::optional<std::size_t> StateCache::make_room(Shard& shard, const Place& place, bool absent) {
  Set& set = shard.sets[place.set];
  for (std::size_t tried = 0; tried < kWays; ++tried) {
    const std::size_t way = (place.home + tried) % kWays;
    if (tag_of(set, way) == 0 || (set[way].entry.flags & kAbsentBit) != 0) return way;
  }
  if (absent) return std::nullopt;
  return shard.turn++ % kWays;
}

void StateCache::replace(std::string_view site, const SubjectId& subject, const RecordState& state,
                         Zone zone, bool first) {
  const std::uint16_t number = number_of(site);
  const Place place = place_of(subject);
  Shard& shard = shards_[place.shard];
  const std::lock_guard lock(shard.mutex);
  ++shard.generation;
  Set& set = set_of(place);
  auto way = find_way(set, place, number, subject);
  const bool added = !way && first;
  if (added) way = add(shard, place, false);
  if (!way) return;
  Entry& entry = set[*way].entry;
  const Zone known = (entry.flags & kUsBit) != 0 ? Zone::us : Zone::eu;
  if (added || (entry.flags & kAbsentBit) != 0 || known == zone) {
    entry = pack(number, subject, state, zone);
    return;
  }
  remove(set, *way);
}

void StateCache::forget(std::string_view site, const SubjectId& subject) {
  const std::uint16_t number = number_of(site);
  const Place place = place_of(subject);
  Shard& shard = shards_[place.shard];
  const std::lock_guard lock(shard.mutex);
  ++shard.generation;
  Set& set = set_of(place);
  if (const auto way = find_way(set, place, number, subject)) remove(set, *way);
}

void StateCache::remove(Set& set, std::size_t way) {
  set_tag(set, way, 0);
  set[way].entry = Entry{};
}

void StateCache::forget_all() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    ++shard.generation;
    if (drop_hidden(shard.sets, sets_per_shard_ * sizeof(Set))) continue;
    for (Set& set : std::span(shard.sets, sets_per_shard_)) {
      for (std::size_t way = 0; way < kWays; ++way) {
        if (tag_of(set, way) != 0) remove(set, way);
      }
    }
  }
}

// Subjects are random already (a client that chooses its own can only crowd its own set).
StateCache::Place StateCache::place_of(const SubjectId& subject) const {
  std::uint64_t bits = 0;
  std::memcpy(&bits, subject.data(), sizeof bits);
  bits *= 0x9e3779b97f4a7c15u;
  return {.shard = static_cast<std::uint32_t>(bits >> 58),
          .set = static_cast<std::uint32_t>((bits >> 16) % sets_per_shard_),
          .tag = static_cast<std::uint8_t>((bits >> 8) | 1U),
          .home = static_cast<std::uint8_t>(bits % kWays)};
}

// A free entry is of no site.
std::optional<std::size_t> StateCache::find_way(Set& set, const Place& place, std::uint16_t site,
                                                const SubjectId& subject) {
  const auto is_in = [&](std::size_t way) {
    const Entry& entry = set[way].entry;
    return entry.site == site && entry.subject == subject;
  };
  if (is_in(place.home)) return place.home;
  for (std::size_t word = 0; word < kTagWords; ++word) {
    auto equal = bytes_equal(tag_word(set, word), place.tag);
    for (; equal != 0; equal &= equal - 1) {
      const auto way = word * sizeof(equal) + static_cast<std::size_t>(std::countr_zero(equal)) / 8;
      if (is_in(way)) return way;
    }
  }
  return std::nullopt;
}

// Tags are written under the shard's lock only, and read without it by find_some().
std::uint64_t StateCache::tag_word(Set& set, std::size_t word) {
  return std::atomic_ref(set[0].tags[word]).load(std::memory_order_relaxed);
}

std::uint8_t StateCache::tag_of(Set& set, std::size_t way) {
  constexpr std::size_t kBytes = sizeof(std::uint64_t);
  return static_cast<std::uint8_t>(tag_word(set, way / kBytes) >> (way % kBytes * 8));
}

void StateCache::set_tag(Set& set, std::size_t way, std::uint8_t tag) {
  constexpr std::size_t kBytes = sizeof(std::uint64_t);
  const std::size_t shift = way % kBytes * 8;
  const std::uint64_t others = tag_word(set, way / kBytes) & ~(std::uint64_t{0xff} << shift);
  std::atomic_ref(set[0].tags[way / kBytes])
      .store(others | (std::uint64_t{tag} << shift), std::memory_order_relaxed);
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
