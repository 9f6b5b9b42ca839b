#pragma once
// How a zone's records are encrypted. Each subject has a random data key; the zone's key-encryption
// key wraps it, and without it nothing of the subject can be read again. Everything sealed is bound
// to its zone and place: moved elsewhere, it does not open.

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "crypto/aes_gcm.h"
#include "crypto/sha256.h"
#include "keys/zone_keys.h"
#include "ledger/record.h"

namespace consent::server {

// One row does not open: the others do.
class DamagedRecord : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// How a subject or event is found: HMAC-SHA-256 under the zone's lookup key, 16 bytes of it.
using LookupHash = std::array<std::uint8_t, 16>;
LookupHash subject_hash(const ZoneKeys& keys, std::string_view site, const SubjectId& subject);
// Of events the first bits are their time, to about a second, so that new ones lie together in an
// index: 38 bits of time, 90 of the MAC. Without it, as files of before have it: `old_event_hash`.
LookupHash event_hash(const ZoneKeys& keys, const EventId& event);
LookupHash old_event_hash(const ZoneKeys& keys, const EventId& event);
// Of a subject of another zone, whose copies this zone holds: never that of a subject of its own.
LookupHash copied_subject_hash(const ZoneKeys& keys, Zone source, std::string_view site,
                               const SubjectId& subject);

struct WrappedKey {
  KekId kek = 0;
  Bytes bytes;
};

struct SealedRecord {
  Bytes payload;  // nonce || ciphertext || tag of: 32 bytes commitment nonce, the record's bytes
  Sha256Digest commitment{};
  Sha256Digest ciphertext_hash{};
};

// HMAC-SHA-256 of the record's canonical bytes; `nonce` is the key.
Sha256Digest commitment_of(const std::array<std::uint8_t, 32>& nonce, ByteView record_bytes);

// Used by one thread at a time.
class Envelope {
 public:
  Envelope(Zone zone, const ZoneKeys& keys) : zone_(zone), keys_(keys) {}

  SecretKey make_data_key();
  WrappedKey wrap(const LookupHash& subject, const SecretKey& data_key);
  // Each throws DamagedRecord when what is stored does not open.
  SecretKey unwrap(const LookupHash& subject, const WrappedKey& wrapped);

  SealedRecord seal(const SecretKey& data_key, const Record& record);
  // With nonce, commitment and ciphertext hash.
  StoredRecord open(const SecretKey& data_key, const RecordId& id, ByteView payload);

  // A copy of another zone's record, bound to both zones and to the record's sequence there.
  SealedRecord seal_copy(const SecretKey& data_key, const Record& record);
  StoredRecord open_copy(const SecretKey& data_key, Zone source, std::uint64_t sequence,
                         const RecordId& id, ByteView payload);

  // A text that belongs to `id`, sealed and committed to as a record's bytes are.
  SealedRecord seal_text(const SecretKey& data_key, const RecordId& id, std::string_view text);
  std::string open_text(const SecretKey& data_key, const RecordId& id, ByteView payload);

  Bytes seal_state(const SecretKey& data_key, const LookupHash& subject, const RecordState& state);
  RecordState open_state(const SecretKey& data_key, const LookupHash& subject, Hold hold,
                         ByteView sealed);

 private:
  SealedRecord seal_bound(const SecretKey& data_key, ByteView bound, ByteView bytes);
  StoredRecord open_bound(const SecretKey& data_key, ByteView bound, Zone zone, const RecordId& id,
                          ByteView payload);

  Zone zone_;
  const ZoneKeys& keys_;
  AesGcm cipher_;
};

}  // namespace consent::server
