#include "ledger/envelope.h"

#include <algorithm>

#include "crypto/hmac.h"
#include "ledger/record_payload.h"

namespace consent::server {
namespace {

constexpr std::size_t kCommitmentNonceBytes = 32;
// Of the 48 bits of milliseconds in a UUIDv7 the upper 38: 1024 ms are one.
constexpr std::size_t kEventTimeBytes = 4;
constexpr std::uint8_t kEventTimeBits = 0xfc;

// What a sealed text is bound to, or a lookup hash is made of: no two purposes can be the same.
class Bound {
 public:
  explicit Bound(std::string_view purpose) {
    bytes_.reserve(kUsualBytes);
    add(purpose);
  }
  Bound& add(std::string_view text) {
    bytes_.push_back(static_cast<std::uint8_t>(text.size()));
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }
  Bound& add(ByteView bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Bound& add(std::uint8_t byte) {
    bytes_.push_back(byte);
    return *this;
  }
  ByteView view() const { return bytes_; }

 private:
  static constexpr std::size_t kUsualBytes = 64;
  Bytes bytes_;
};

LookupHash lookup_hash(const ZoneKeys& keys, const Bound& what) {
  const Sha256Digest mac = keys.lookup().mac(what.view());
  LookupHash hash{};
  std::copy_n(mac.begin(), hash.size(), hash.begin());
  return hash;
}

Bound bound_key(Zone zone, const LookupHash& subject) {
  return Bound("key 1").add(to_text(zone)).add(subject);
}
Bound bound_record(Zone zone, const RecordId& id) {
  return Bound("record 1").add(to_text(zone)).add(id);
}
Bound bound_copy(Zone zone, Zone source, std::uint64_t sequence, const RecordId& id) {
  Bound bound("copy 1");
  bound.add(to_text(zone)).add(to_text(source)).add(id);
  for (int shift = 56; shift >= 0; shift -= 8) {
    bound.add(static_cast<std::uint8_t>(sequence >> shift));
  }
  return bound;
}
Bound bound_text(Zone zone, const RecordId& id) {
  return Bound("text 1").add(to_text(zone)).add(id);
}
Bound bound_state(Zone zone, const LookupHash& subject, Hold hold) {
  return Bound("state 1").add(to_text(zone)).add(subject).add(static_cast<std::uint8_t>(hold));
}

Sha256Digest hash_of(ByteView bytes) {
  return sha256({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

LookupHash subject_hash(const ZoneKeys& keys, std::string_view site, const SubjectId& subject) {
  return lookup_hash(keys, Bound("subject 1").add(site).add(subject));
}

LookupHash copied_subject_hash(const ZoneKeys& keys, Zone source, std::string_view site,
                               const SubjectId& subject) {
  return lookup_hash(keys, Bound("copied subject 1").add(to_text(source)).add(site).add(subject));
}

LookupHash old_event_hash(const ZoneKeys& keys, const EventId& event) {
  return lookup_hash(keys, Bound("event 1").add(event));
}

LookupHash event_hash(const ZoneKeys& keys, const EventId& event) {
  LookupHash hash = old_event_hash(keys, event);
  std::copy_n(event.begin(), kEventTimeBytes, hash.begin());
  std::uint8_t& mixed = hash[kEventTimeBytes];
  mixed = static_cast<std::uint8_t>((event[kEventTimeBytes] & kEventTimeBits) |
                                    (mixed & ~kEventTimeBits));
  return hash;
}

Sha256Digest commitment_of(const std::array<std::uint8_t, 32>& nonce, ByteView record_bytes) {
  return HmacSha256(SecretKey::from_bytes(nonce)).mac(record_bytes);
}

SecretKey Envelope::make_data_key() {
  auto bytes = cipher_.pool().bytes<SecretKey::kBytes>();
  SecretKey key = SecretKey::from_bytes(bytes);
  server::wipe(bytes);
  return key;
}

WrappedKey Envelope::wrap(const LookupHash& subject, const SecretKey& data_key) {
  const KekId id = keys_.newest_kek();
  const auto kek = keys_.kek(id);
  return {id, cipher_.seal(*kek, bound_key(zone_, subject).view(), data_key.bytes())};
}

SecretKey Envelope::unwrap(const LookupHash& subject, const WrappedKey& wrapped) {
  const auto kek = keys_.kek(wrapped.kek);
  if (!kek) {
    throw DamagedRecord("key-encryption key " + std::to_string(wrapped.kek) + " of zone " +
                        std::string(to_text(zone_)) +
                        " is missing: restore it from where keys are kept. Where a rotation has "
                        "destroyed it, nobody can read these records");
  }
  Bytes plain;
  if (!cipher_.open(*kek, bound_key(zone_, subject).view(), wrapped.bytes, plain) ||
      plain.size() != SecretKey::kBytes) {
    throw DamagedRecord("a subject's data key does not open: it was damaged or altered");
  }
  SecretKey key = SecretKey::from_bytes(std::span(plain).first<SecretKey::kBytes>());
  wipe(plain);
  return key;
}

SealedRecord Envelope::seal_bound(const SecretKey& data_key, ByteView bound, ByteView bytes) {
  const auto nonce = cipher_.pool().bytes<kCommitmentNonceBytes>();
  Bytes plain;
  plain.reserve(nonce.size() + bytes.size());
  plain.insert(plain.end(), nonce.begin(), nonce.end());
  plain.insert(plain.end(), bytes.begin(), bytes.end());
  SealedRecord sealed;
  sealed.payload = cipher_.seal(data_key, bound, plain);
  sealed.commitment = commitment_of(nonce, bytes);
  sealed.ciphertext_hash = hash_of(sealed.payload);
  wipe(plain);
  return sealed;
}

SealedRecord Envelope::seal(const SecretKey& data_key, const Record& record) {
  return seal_bound(data_key, bound_record(zone_, record.id).view(), record_bytes(record));
}

SealedRecord Envelope::seal_copy(const SecretKey& data_key, const Record& record) {
  return seal_bound(data_key, bound_copy(zone_, record.zone, record.sequence, record.id).view(),
                    record_bytes(record));
}

StoredRecord Envelope::open_copy(const SecretKey& data_key, Zone source, std::uint64_t sequence,
                                 const RecordId& id, ByteView payload) {
  StoredRecord stored =
      open_bound(data_key, bound_copy(zone_, source, sequence, id).view(), source, id, payload);
  stored.record.sequence = sequence;
  return stored;
}

SealedRecord Envelope::seal_text(const SecretKey& data_key, const RecordId& id,
                                 std::string_view text) {
  return seal_bound(data_key, bound_text(zone_, id).view(),
                    {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string Envelope::open_text(const SecretKey& data_key, const RecordId& id, ByteView payload) {
  Bytes plain;
  if (!cipher_.open(data_key, bound_text(zone_, id).view(), payload, plain) ||
      plain.size() < kCommitmentNonceBytes) {
    throw DamagedRecord("a stored request does not open: it was damaged or altered");
  }
  std::string text(plain.begin() + kCommitmentNonceBytes, plain.end());
  wipe(plain);
  return text;
}

StoredRecord Envelope::open(const SecretKey& data_key, const RecordId& id, ByteView payload) {
  return open_bound(data_key, bound_record(zone_, id).view(), zone_, id, payload);
}

StoredRecord Envelope::open_bound(const SecretKey& data_key, ByteView bound, Zone zone,
                                  const RecordId& id, ByteView payload) {
  Bytes plain;
  const bool opened = cipher_.open(data_key, bound, payload, plain);
  StoredRecord stored;
  const auto record = opened && plain.size() > kCommitmentNonceBytes
                          ? parse_record(ByteView(plain).subspan(kCommitmentNonceBytes))
                          : std::nullopt;
  if (!record || record->id != id || record->zone != zone) {
    throw DamagedRecord("a stored record does not open: it was damaged or altered");
  }
  std::copy_n(plain.begin(), kCommitmentNonceBytes, stored.nonce.begin());
  stored.record = *record;
  stored.commitment = commitment_of(stored.nonce, ByteView(plain).subspan(kCommitmentNonceBytes));
  stored.ciphertext_hash = hash_of(payload);
  return stored;
}

Bytes Envelope::seal_state(const SecretKey& data_key, const LookupHash& subject,
                           const RecordState& state) {
  return cipher_.seal(data_key, bound_state(zone_, subject, state.hold).view(), state_bytes(state));
}

RecordState Envelope::open_state(const SecretKey& data_key, const LookupHash& subject, Hold hold,
                                 ByteView sealed) {
  Bytes plain;
  const bool opened =
      cipher_.open(data_key, bound_state(zone_, subject, hold).view(), sealed, plain);
  auto state = opened ? parse_state(plain) : std::nullopt;
  if (!state) throw DamagedRecord("a subject's state does not open: it was damaged or altered");
  state->hold = hold;
  return *state;
}

}  // namespace consent::server
