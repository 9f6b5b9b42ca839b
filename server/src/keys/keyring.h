#pragma once
// The service's secrets under DIR/keys, random, made at first start, files of mode 0600: the MAC
// keys of tokens and tickets, and one pseudonym key per site, zone and UTC day, destroyed after 48
// hours.

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "consent/ruleset.h"
#include "consent/token.h"
#include "crypto/secret_key.h"

namespace consent::server {

using Pseudonym = std::string;  // 22 characters base64url (128 bits)

class Keyring {
 public:
  // Throws std::runtime_error with a message for the operator when a key file is unreadable, too
  // short, or readable by others.
  explicit Keyring(const std::string& data_dir);
  ~Keyring();

  std::string sign_token(std::string_view site, const Token& token) const;
  // Checks MAC and form in constant time; empty when the token is not ours, for another site, or
  // malformed.
  std::optional<Token> verify_token(std::string_view site, std::string_view text) const;

  // MAC over a ticket's canonical bytes.
  std::string sign_ticket_bytes(std::string_view bytes) const;  // base64url
  bool verify_ticket_bytes(std::string_view bytes, std::string_view mac_base64url) const;

  enum class PseudonymKind : std::uint8_t { visitor = 1, session = 2 };
  // Truncated HMAC-SHA-256 over length-prefixed fields under the day's key; empty when the key
  // cannot be had (then the event is dropped: never an empty key).
  std::optional<Pseudonym> pseudonym(PseudonymKind kind, std::string_view site, Zone zone,
                                     Date epoch, std::string_view value);
  struct EpochPseudonym {
    Date epoch;
    Pseudonym pseudonym;
  };
  // What `pseudonym` answers in every zone and epoch whose key is still there; makes none.
  std::vector<EpochPseudonym> live_pseudonyms(PseudonymKind kind, std::string_view site,
                                              std::string_view value);
  // Destroys the keys of epochs that ended 48 hours ago. Called at start and hourly.
  void destroy_expired(TimePoint now);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace consent::server
