#pragma once
// States of subjects asked for lately, in memory: bounded, at most 64 bytes each, sharded so that
// readers rarely wait. A stale state must never be seen: whoever read the ledger may only put what
// no write has overtaken.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consent/record_state.h"
#include "consent/token.h"

namespace consent::server {

class StateCache {
 public:
  explicit StateCache(std::size_t states_max);

  struct Lookup {
    std::optional<RecordState> state;
    std::uint64_t generation = 0;  // to give back to put()
  };
  Lookup find(std::string_view site, const SubjectId& subject);

  // Keeps a state read from the ledger after find() had missed; does nothing when a write happened
  // in between.
  void put(std::string_view site, const SubjectId& subject, const RecordState& state,
           std::uint64_t generation);

  // The writer calls this after the commit and before it acknowledges: the next find() misses, and
  // reads the ledger.
  void forget(std::string_view site, const SubjectId& subject);
  void forget_all();

 private:
  static constexpr std::size_t kShards = 64;
  static constexpr std::size_t kWays =
      8;  // places a subject can have; the oldest of them makes room

  struct Entry {
    SubjectId subject{};
    std::int64_t decided_at_s = 0;
    std::int64_t denied_event_ms = 0;
    std::uint16_t site = 0;  // 0: the entry is free
    std::uint16_t choices = 0;
    PolicyVersion policy = 0;
    Action action = Action::none;
    std::uint8_t flags = 0;
    Region region;
  };
  static_assert(sizeof(Entry) <= 64);

  struct alignas(64) Shard {
    std::mutex mutex;
    std::uint64_t generation = 0;
    std::vector<Entry> entries;       // sets of kWays
    std::vector<std::uint8_t> turns;  // which way of a set makes room next
  };
  struct Place {
    Shard& shard;
    std::size_t set;
  };

  Place place_of(const SubjectId& subject);
  static Entry* find_entry(const Place& place, std::uint16_t site, const SubjectId& subject);
  static Entry pack(std::uint16_t site, const SubjectId& subject, const RecordState& state);
  static RecordState unpack(const Entry& entry);
  std::uint16_t number_of(std::string_view site);  // from 1

  std::array<Shard, kShards> shards_;
  std::size_t sets_per_shard_;
  std::mutex sites_mutex_;
  std::vector<std::string> sites_;
};

}  // namespace consent::server
