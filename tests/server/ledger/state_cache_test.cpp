#include "ledger/state_cache.h"

#include <fstream>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "sample_record.h"
#include "support/catch.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

RecordState state() {
  RecordState out = fold(RecordState{}, facts_of(grant(1)));
  out.denied_event_ms = 12345;
  out.region = parse_region("US-CA");
  out.model = Model::opt_out;
  out.gpc = true;
  out.hold = Hold::restricted;
  return out;
}

// Of all mappings of this process that no core dump holds: the caches' are among them.
std::size_t hidden_bytes() {
  std::ifstream maps("/proc/self/smaps");
  std::size_t kib = 0;
  std::size_t all = 0;
  for (std::string line; std::getline(maps, line);) {
    if (line.starts_with("Size:")) kib = std::stoull(line.substr(5));
    if (line.starts_with("VmFlags:") && line.find(" dd") != line.npos) all += kib * 1024;
  }
  return all;
}

}  // namespace

TEST_CASE("A state takes 64 bytes of memory, with all that finds it") {
  constexpr std::size_t kStates = 64 * 1024;
  const std::size_t before = hidden_bytes();
  StateCache cache(kStates);
  const std::size_t bytes = hidden_bytes() - before;
  CHECK(sizeof cache < 8192);  // of the whole cache, once
  std::vector<SubjectId> all(16 * kStates);
  std::mt19937_64 random(1);
  for (SubjectId& id : all) {
    for (std::uint8_t& byte : id) byte = static_cast<std::uint8_t>(random());
    cache.put(kSite, id, state(), Zone::eu, 0);
  }
  std::size_t held = 0;
  for (const SubjectId& id : all) held += cache.find(kSite, id).state ? 1U : 0U;
  CHECK(held == kStates);
  CHECK(bytes >= 48 * held);  // the search for the memory found it
  CHECK(bytes <= 64 * held);
}

TEST_CASE("The cache gives back every member of a state") {
  StateCache cache(1024);
  const auto miss = cache.find(kSite, subject(1));
  CHECK_FALSE(miss.state);
  cache.put(kSite, subject(1), state(), Zone::us, miss.generation);
  CHECK(cache.find(kSite, subject(1)).zone == Zone::us);
  const auto hit = cache.find(kSite, subject(1)).state;
  REQUIRE(hit);
  CHECK(hit->choices == state().choices);
  CHECK(hit->action == Action::accept_all);
  CHECK(hit->decided_at == state().decided_at);
  CHECK(hit->denied_event_ms == 12345);
  CHECK(hit->policy == 3);
  CHECK(hit->region == parse_region("US-CA"));
  CHECK(hit->model == Model::opt_out);
  CHECK(hit->gpc);
  CHECK(hit->hold == Hold::restricted);
  CHECK_FALSE(cache.find("another.example", subject(1)).state);
}

TEST_CASE("What was read before a write cannot be put after it") {
  StateCache cache(1024);
  const auto before = cache.find(kSite, subject(1));
  cache.forget(kSite, subject(1));
  cache.put(kSite, subject(1), state(), Zone::eu, before.generation);
  CHECK_FALSE(cache.find(kSite, subject(1)).state);
}

TEST_CASE("A forgotten state is gone, and so are all after forget_all") {
  StateCache cache(1024);
  for (std::uint8_t i = 1; i <= 2; ++i)
    cache.put(kSite, subject(i), state(), Zone::eu, cache.find(kSite, subject(i)).generation);
  cache.forget(kSite, subject(1));
  CHECK_FALSE(cache.find(kSite, subject(1)).state);
  CHECK(cache.find(kSite, subject(2)).state);
  cache.forget_all();
  CHECK_FALSE(cache.find(kSite, subject(2)).state);
}

TEST_CASE("All are forgotten of a large cache and of a small one, and the places are free again") {
  for (const std::size_t size : {64U * 16 * 4, 64U * 16 * 5}) {  // whole pages a shard, and not
    StateCache cache(size);
    for (int round = 0; round < 2; ++round) {
      std::vector<SubjectId> all(500);
      for (std::size_t i = 0; i < all.size(); ++i) {
        all[i][1] = static_cast<std::uint8_t>(i);
        all[i][5] = static_cast<std::uint8_t>(1 + (i >> 8));
        cache.put(kSite, all[i], state(), Zone::eu, cache.find(kSite, all[i]).generation);
        CHECK(cache.find(kSite, all[i]).state);
      }
      const auto before = cache.find(kSite, all[0]);
      cache.forget_all();
      for (const SubjectId& id : all) CHECK_FALSE(cache.find(kSite, id).state);
      cache.put(kSite, all[0], state(), Zone::eu, before.generation);
      CHECK_FALSE(cache.find(kSite, all[0]).state);
    }
  }
}

TEST_CASE("A write takes the place of what was known, where that was of its zone or nothing") {
  StateCache cache(1024);
  const auto hit = [&](std::uint8_t number) { return cache.find(kSite, subject(number)); };
  cache.replace(kSite, subject(1), state(), Zone::eu, false);
  CHECK_FALSE(hit(1).state);  // what nobody asks for takes no place
  cache.put(kSite, subject(1), RecordState{}, std::nullopt, hit(1).generation);
  const auto before = hit(1);
  cache.replace(kSite, subject(1), state(), Zone::us, false);
  CHECK(hit(1).zone == Zone::us);
  CHECK(hit(1).state->denied_event_ms == 12345);
  cache.put(kSite, subject(1), RecordState{}, std::nullopt, before.generation);
  CHECK(hit(1).state->recorded());
  RecordState later = state();
  later.denied_event_ms = 99999;
  cache.replace(kSite, subject(1), later, Zone::us, false);
  CHECK(hit(1).state->denied_event_ms == 99999);
  cache.replace(kSite, subject(1), state(), Zone::eu, false);
  CHECK_FALSE(hit(1).state);  // which zone counts is the ledger's to say
}

TEST_CASE("The first write of a subject is kept though nobody has asked for it") {
  StateCache cache(1024);
  const auto hit = [&](std::uint8_t number) { return cache.find(kSite, subject(number)); };
  const auto before = hit(1);
  cache.replace(kSite, subject(1), state(), Zone::us, true);
  CHECK(hit(1).zone == Zone::us);
  CHECK(hit(1).state->denied_event_ms == 12345);
  cache.put(kSite, subject(1), RecordState{}, std::nullopt, before.generation);
  CHECK(hit(1).state->recorded());
  cache.replace(kSite, subject(1), state(), Zone::eu, true);
  CHECK_FALSE(hit(1).state);
}

TEST_CASE("That there are no records is known too, until there are") {
  StateCache cache(1024);
  cache.put(kSite, subject(1), RecordState{}, std::nullopt,
            cache.find(kSite, subject(1)).generation);
  const auto absent = cache.find(kSite, subject(1));
  REQUIRE(absent.state);
  CHECK_FALSE(absent.state->recorded());
  CHECK_FALSE(absent.zone);
  cache.forget(kSite, subject(1));
  const auto unknown = cache.find(kSite, subject(1));
  CHECK_FALSE(unknown.state);
  cache.put(kSite, subject(1), RecordState{}, std::nullopt, absent.generation);
  CHECK_FALSE(cache.find(kSite, subject(1)).state);
  cache.put(kSite, subject(1), state(), Zone::eu, unknown.generation);
  CHECK(cache.find(kSite, subject(1)).zone == Zone::eu);
}

TEST_CASE("Subjects without records never take the place of those with") {
  StateCache cache(1);  // all share sets of 16
  const auto put = [&](std::uint8_t number, std::optional<Zone> zone) {
    SubjectId id{};
    id[8] = number;
    const RecordState kept = zone ? state() : RecordState{};
    cache.put(kSite, id, kept, zone, cache.find(kSite, id).generation);
    return id;
  };
  std::vector<SubjectId> recorded;
  for (std::uint8_t i = 0; i < 8; ++i) recorded.push_back(put(i, Zone::eu));
  for (std::uint8_t i = 100; i < 200; ++i) put(i, std::nullopt);
  for (const SubjectId& id : recorded) CHECK(cache.find(kSite, id).zone == Zone::eu);
  for (std::uint8_t i = 8; i < 16; ++i) recorded.push_back(put(i, Zone::eu));
  for (std::uint8_t i = 100; i < 200; ++i) put(i, std::nullopt);
  int held = 0;
  for (const SubjectId& id : recorded) held += cache.find(kSite, id).zone == Zone::eu ? 1 : 0;
  CHECK(held == 16);
}

TEST_CASE("The cache is bounded: newer states take the place of older ones") {
  StateCache cache(1);
  SubjectId id{};
  int held = 0;
  for (unsigned i = 0; i < 10'000; ++i) {
    id[8] = static_cast<std::uint8_t>(i & 0xff);
    id[9] = static_cast<std::uint8_t>(i >> 8);
    cache.put(kSite, id, state(), Zone::eu, cache.find(kSite, id).generation);
  }
  for (unsigned i = 0; i < 10'000; ++i) {
    id[8] = static_cast<std::uint8_t>(i & 0xff);
    id[9] = static_cast<std::uint8_t>(i >> 8);
    if (cache.find(kSite, id).state) ++held;
  }
  CHECK(held == 16);  // they share one set
}

TEST_CASE("Many are found as one by one, whatever their order and number") {
  StateCache cache(4096);
  std::vector<SubjectId> asked;
  for (unsigned i = 0; i < 700; ++i) {
    SubjectId id{};
    id[0] = static_cast<std::uint8_t>(i * 37);
    id[9] = static_cast<std::uint8_t>(i >> 3);
    asked.push_back(id);
    if (i % 3 == 0) continue;
    RecordState kept = state();
    kept.denied_event_ms = i;
    const auto zone = i % 3 == 1 ? std::optional(Zone::us) : std::nullopt;
    cache.put(kSite, id, zone ? kept : RecordState{}, zone, cache.find(kSite, id).generation);
    if (i % 5 == 0) cache.forget(kSite, id);
  }
  for (const std::size_t count : {0U, 1U, 2U, 255U, 256U, 257U, 700U}) {
    const std::span some = std::span(asked).last(count);
    std::vector<StateCache::Lookup> found(count);
    cache.find_all(kSite, some, found);
    std::size_t known = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto one = cache.find(kSite, some[i]);
      INFO(i << " of " << count);
      CHECK(found[i].state.has_value() == one.state.has_value());
      CHECK(found[i].zone == one.zone);
      CHECK(found[i].generation == one.generation);
      if (one.state) CHECK(found[i].state->denied_event_ms == one.state->denied_event_ms);
      known += one.state ? 1U : 0U;
    }
    if (count > 200) CHECK((known > count / 3 && known < count));
    cache.find_all("another.example", some, found);
    for (const StateCache::Lookup& lookup : found) CHECK_FALSE(lookup.state);
  }
}

TEST_CASE("The cache answers many at once while other threads put and forget") {
  StateCache cache(256);
  std::vector<SubjectId> all(500);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i][1] = static_cast<std::uint8_t>(i);
    all[i][2] = static_cast<std::uint8_t>(1 + (i >> 8));
  }
  std::vector<std::thread> writers;
  for (std::size_t first = 0; first < 2; ++first) {
    writers.emplace_back([&, first] {
      for (std::size_t i = first; i < 20'000; ++i) {
        const SubjectId& id = all[i * 7 % all.size()];
        RecordState kept = state();
        kept.denied_event_ms = id[1];
        cache.put(kSite, id, kept, Zone::eu, cache.find(kSite, id).generation);
        if (i % 4 == first) cache.forget(kSite, all[i % all.size()]);
      }
    });
  }
  std::size_t wrong = 0;
  for (int round = 0; round < 100; ++round) {
    std::vector<StateCache::Lookup> found(all.size());
    cache.find_all(kSite, all, found);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (found[i].state && found[i].state->denied_event_ms != all[i][1]) ++wrong;
    }
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(wrong == 0);
}
