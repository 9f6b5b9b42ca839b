#pragma once
// The keys of one zone's ledger: key-encryption keys (KEK), which wrap the data key of each
// subject, and the lookup key, under which ids are found. They come from
//   file            DIR/kek.N.key and DIR/lookup.key: 32 bytes each, mode 0600, made at first start
//   env:NAME        the variable's text
//   command:WORDS   what the shell prints for it, as a key management service's client does
// "{zone}" in NAME and WORDS becomes the zone. The text is "lookup=KEY kek.1=KEY ...", separated by
// blanks, commas or line breaks; KEY is 43 characters base64url. It is read again when a record
// names a KEK that is not known yet. The KEK with the highest number wraps, all unwrap.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consent/ruleset.h"
#include "crypto/hmac.h"
#include "crypto/secret_key.h"

namespace consent::server {

struct KeySource {
  enum class Kind : std::uint8_t { file, environment, command };
  Kind kind = Kind::file;
  std::string name;  // of the variable, or the words of the command
};
// "file", "env:NAME" or "command:WORDS".
std::optional<KeySource> parse_key_source(std::string_view text);

using KekId = std::uint32_t;  // from 1
inline constexpr KekId kKekIdMax = 9999;

enum class MissingKeys : std::uint8_t {
  make,   // a new ledger
  refuse  // there are records: a new key would not open them
};

// Thread-safe.
class ZoneKeys {
 public:
  // `directory` is where file keys lie. Throws std::runtime_error with a message for the operator;
  // it names files and variables, never a key.
  ZoneKeys(Zone zone, std::string directory, KeySource source, MissingKeys missing);
  ~ZoneKeys();
  ZoneKeys(const ZoneKeys&) = delete;
  ZoneKeys& operator=(const ZoneKeys&) = delete;

  const HmacSha256& lookup() const;
  KekId newest_kek() const;
  // Null when there is no such key, after having looked again.
  std::shared_ptr<const SecretKey> kek(KekId id) const;
  // 16 bytes that tell whether a key is the one a ledger was made with; id 0 is the lookup key.
  // Nothing follows from them about the key. Empty when there is no such key.
  std::optional<std::array<std::uint8_t, 16>> fingerprint(KekId id) const;

  // Makes the next KEK, durably; the new newest one. Throws when the keys come from elsewhere.
  KekId make_kek();
  // Overwrites and removes the files of those below `first`, and forgets them. Throws as make_kek.
  void destroy_keks_below(KekId first);
  // They are gone: this process does not keep them either. Never the newest one.
  void forget_keks_below(KekId first) const;
  // In the order of their numbers, after having looked again.
  std::vector<KekId> keks() const;
  bool are_files() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace consent::server
