#pragma once
// States of subjects asked for lately, in memory: bounded, 64 bytes each with what finds them,
// sharded so that readers rarely wait. A place takes memory when it is first used. A stale state
// must never be seen: whoever read the ledger may only put what no write has overtaken.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "consent/record_state.h"
#include "consent/token.h"
#include "crypto/clean_memory.h"

namespace consent::server {

class StateCache {
 public:
  // As many as fit into sets of the same size. Throws std::bad_alloc.
  explicit StateCache(std::size_t states_max);
  ~StateCache();
  StateCache(const StateCache&) = delete;
  StateCache& operator=(const StateCache&) = delete;

  struct Lookup {
    std::optional<RecordState> state;  // empty: not known here
    std::optional<Zone> zone = {};     // the state was read from; empty: there are no records
    std::uint64_t generation = 0;      // to give back to put()
  };
  Lookup find(std::string_view site, const SubjectId& subject);
  // find() for many, into as many: while one waits for memory, others are fetched.
  void find_all(std::string_view site, std::span<const SubjectId> subjects,
                std::span<Lookup> found);

  // Keeps a state read from the ledger after find() had missed; does nothing when a write happened
  // in between. Without a zone it keeps that there are no records, if that costs no state its
  // place.
  void put(std::string_view site, const SubjectId& subject, const RecordState& state,
           std::optional<Zone> zone, std::uint64_t generation);

  // The writer calls one of these after the commit and before it acknowledges. replace() keeps what
  // was committed in this zone, if nothing of another zone was known, and of a subject that was not
  // known at all if it is new (`first`) in every zone; else, and after forget(), the next find()
  // misses, and reads the ledger.
  void replace(std::string_view site, const SubjectId& subject, const RecordState& state, Zone zone,
               bool first);
  void forget(std::string_view site, const SubjectId& subject);
  void forget_all();

 private:
  static constexpr std::size_t kShards = 64;
  // Places a subject can have. Twice as many places as subjects are then enough for nearly every
  // one.
  static constexpr std::size_t kWays = 16;
  static constexpr std::size_t kTagWords = kWays / sizeof(std::uint64_t);  // of a set

  struct Entry {
    SubjectId subject{};
    std::int64_t decided_at_s = 0;
    std::int64_t denied_event_ms = 0;
    std::uint16_t site = 0;
    std::uint16_t choices = 0;
    PolicyVersion policy = 0;
    Action action = Action::none;
    std::uint8_t flags = 0;
    Region region;
  };
  struct alignas(64) Line {  // of the processor's cache
    Entry entry;
    // Only of the first line of a set: a byte of each entry's subject; 0: the entry is free.
    std::array<std::uint64_t, kTagWords> tags;
  };
  static_assert(sizeof(Line) == 64, "a state takes 64 bytes, all in");
  using Set = std::array<Line, kWays>;

  struct alignas(64) Shard {
    std::mutex mutex;
    std::uint64_t generation = 0;
    Set* sets = nullptr;
    std::uint8_t turn = 0;  // which way of a full set makes room next
  };
  struct Place {
    std::uint32_t shard = 0;
    std::uint32_t set = 0;
    std::uint8_t tag = 1;   // never 0
    std::uint8_t home = 0;  // the way that is tried first
  };
  // Never changed once it is in the list.
  struct SiteNumber {
    std::string site;
    std::uint16_t number;  // from 1
    const SiteNumber* older;
  };

  void find_some(std::uint16_t site, std::span<const SubjectId> subjects, std::span<Lookup> found);
  Place place_of(const SubjectId& subject) const;
  Set& set_of(const Place& place) { return shards_[place.shard].sets[place.set]; }
  static Lookup look_up(const Shard& shard, const Place& place, std::uint16_t site,
                        const SubjectId& subject);
  // The way it is in; none.
  static std::optional<std::size_t> find_way(Set& set, const Place& place, std::uint16_t site,
                                             const SubjectId& subject);
  static std::optional<std::size_t> make_room(Shard& shard, const Place& place, bool absent);
  static std::optional<std::size_t> add(Shard& shard, const Place& place, bool absent);
  static void remove(Set& set, std::size_t way);
  static std::uint64_t tag_word(Set& set, std::size_t word);
  static std::uint8_t tag_of(Set& set, std::size_t way);
  static void set_tag(Set& set, std::size_t way, std::uint8_t tag);
  static Entry pack(std::uint16_t site, const SubjectId& subject, const RecordState& state,
                    std::optional<Zone> zone);
  static RecordState unpack(const Entry& entry);
  std::uint16_t number_of(std::string_view site);  // from 1

  std::array<Shard, kShards> shards_;
  std::size_t sets_per_shard_;
  HiddenPages pages_;                              // of all shards: subjects are in no core dump
  std::mutex sites_mutex_;                         // of additions
  std::atomic<const SiteNumber*> sites_{nullptr};  // the newest
};

}  // namespace consent::server
