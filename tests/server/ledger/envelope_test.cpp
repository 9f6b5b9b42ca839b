// What was sealed opens in its own place and nowhere else, and not when a bit of it is another.

#include "ledger/envelope.h"

#include <algorithm>

#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

struct ZoneOf {
  TemporaryDirectory directory;
  ZoneKeys keys;
  Envelope envelope;

  explicit ZoneOf(Zone zone)
      : keys(zone, (directory.path() / "keys").string(), {}, MissingKeys::make),
        envelope(zone, keys) {}
};

// The same keys under another zone's name, as if a file had been copied there.
struct Copied {
  ZoneKeys keys;
  Envelope envelope;
  Copied(const ZoneOf& from, Zone zone)
      : keys(zone, (from.directory.path() / "keys").string(), {}, MissingKeys::refuse),
        envelope(zone, keys) {}
};

void flip(Bytes& bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
}

const LookupHash kOne{1};
const LookupHash kTwo{2};

}  // namespace

TEST_CASE("A wrapped data key opens for its subject, its zone and its key alone") {
  ZoneOf eu(Zone::eu);
  const SecretKey key = SecretKey::random();
  const WrappedKey wrapped = eu.envelope.wrap(kOne, key);
  const SecretKey opened = eu.envelope.unwrap(kOne, wrapped);
  CHECK(std::equal(key.bytes().begin(), key.bytes().end(), opened.bytes().begin()));
  CHECK_THROWS_AS(eu.envelope.unwrap(kTwo, wrapped), DamagedRecord);
  CHECK_THROWS_AS(Copied(eu, Zone::us).envelope.unwrap(kOne, wrapped), DamagedRecord);
  CHECK_THROWS_AS(ZoneOf(Zone::eu).envelope.unwrap(kOne, wrapped), DamagedRecord);
  CHECK_THROWS_AS(eu.envelope.unwrap(kOne, {.kek = 2, .bytes = wrapped.bytes}), DamagedRecord);
  for (std::size_t bit = 0; bit < wrapped.bytes.size() * 8; ++bit) {
    WrappedKey altered = wrapped;
    flip(altered.bytes, bit);
    CHECK_THROWS_AS(eu.envelope.unwrap(kOne, altered), DamagedRecord);
  }
  for (std::size_t size = 0; size < wrapped.bytes.size(); ++size) {
    WrappedKey cut = wrapped;
    cut.bytes.resize(size);
    CHECK_THROWS_AS(eu.envelope.unwrap(kOne, cut), DamagedRecord);
  }
}

TEST_CASE("A record opens under its id, in its zone, with its subject's key alone") {
  ZoneOf eu(Zone::eu);
  const SecretKey key = SecretKey::random();
  const Record record = grant(1);
  const Record other = grant(1);
  const SealedRecord sealed = eu.envelope.seal(key, record);
  CHECK(eu.envelope.open(key, record.id, sealed.payload).record.event == record.event);
  CHECK_THROWS_AS(eu.envelope.open(key, other.id, sealed.payload), DamagedRecord);
  CHECK_THROWS_AS(eu.envelope.open(SecretKey::random(), record.id, sealed.payload), DamagedRecord);
  CHECK_THROWS_AS(Copied(eu, Zone::us).envelope.open(key, record.id, sealed.payload),
                  DamagedRecord);
  // Sealed in one zone as a record of the other: it says so itself.
  Record american = record;
  american.zone = Zone::us;
  CHECK_THROWS_AS(eu.envelope.open(key, record.id, eu.envelope.seal(key, american).payload),
                  DamagedRecord);
  for (std::size_t bit = 0; bit < sealed.payload.size() * 8; ++bit) {
    Bytes altered = sealed.payload;
    flip(altered, bit);
    CHECK_THROWS_AS(eu.envelope.open(key, record.id, altered), DamagedRecord);
  }
  CHECK_THROWS_AS(eu.envelope.open(key, record.id, {}), DamagedRecord);
}

TEST_CASE("A state opens for its subject, with its hold, and not as a record or a key") {
  ZoneOf eu(Zone::eu);
  const SecretKey key = SecretKey::random();
  const RecordState state = hold(apply(RecordState{}, grant(1)), Hold::restricted);
  const Bytes sealed = eu.envelope.seal_state(key, kOne, state);
  CHECK(eu.envelope.open_state(key, kOne, Hold::restricted, sealed).hold == Hold::restricted);
  for (const Hold other : {Hold::none, Hold::erased}) {
    CHECK_THROWS_AS(eu.envelope.open_state(key, kOne, other, sealed), DamagedRecord);
  }
  CHECK_THROWS_AS(eu.envelope.open_state(key, kTwo, Hold::restricted, sealed), DamagedRecord);
  CHECK_THROWS_AS(Copied(eu, Zone::us).envelope.open_state(key, kOne, Hold::restricted, sealed),
                  DamagedRecord);
  CHECK_THROWS_AS(eu.envelope.open(key, grant(1).id, sealed), DamagedRecord);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes altered = sealed;
    flip(altered, bit);
    CHECK_THROWS_AS(eu.envelope.open_state(key, kOne, Hold::restricted, altered), DamagedRecord);
  }
}

TEST_CASE(
    "An event's hash begins with its second, and ends with nothing that a key does not give") {
  ZoneOf eu(Zone::eu);
  ZoneOf other(Zone::eu);
  EventId event = grant(1).event;
  event[4] = 0x55;
  const LookupHash hash = event_hash(eu.keys, event);
  CHECK(hash == event_hash(eu.keys, event));
  CHECK(std::equal(event.begin(), event.begin() + 4, hash.begin()));
  CHECK((hash[4] & 0xfc) == 0x54);
  const LookupHash keyed = event_hash(other.keys, event);
  CHECK(std::equal(hash.begin(), hash.begin() + 4, keyed.begin()));
  CHECK_FALSE(std::equal(hash.begin() + 5, hash.end(), keyed.begin() + 5));
  EventId next = event;
  next.back() ^= 1;
  const LookupHash beside = event_hash(eu.keys, next);
  CHECK(std::equal(hash.begin(), hash.begin() + 4, beside.begin()));
  CHECK_FALSE(std::equal(hash.begin() + 5, hash.end(), beside.begin() + 5));
  const LookupHash old = old_event_hash(eu.keys, event);
  CHECK(std::equal(hash.begin() + 5, hash.end(), old.begin() + 5));
  CHECK(old != hash);
}
