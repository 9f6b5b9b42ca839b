#pragma once
// C2SP signed-note: a text, a blank line, and a line for each signature:
//   U+2014 <key name> base64(4 bytes key id . 64 bytes Ed25519 signature)
// What is signed is the text with its final newline. A verifier key is written
//   <key name>+<key id, 8 hexadecimal digits>+base64(1 . public key)
// and its id is SHA-256(name . 0x0A . 1 . public key), the first four bytes. Signatures of other
// keys, also of other algorithms, are skipped; one of this key that does not hold voids the note.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/ed25519.h"

namespace consent::server {

using NoteKeyId = std::array<std::uint8_t, 4>;

class NoteVerifier {
 public:
  // `name` must be a key's name: not empty, no blank, no '+'. Throws std::invalid_argument.
  NoteVerifier(std::string name, const Ed25519PublicKey& key);

  const std::string& name() const { return name_; }
  const NoteKeyId& id() const { return id_; }
  std::string text() const;  // the verifier key as it is written

  // The note's text with its final newline when this key has signed it; empty otherwise.
  std::optional<std::string> open(std::string_view note) const;

 private:
  std::string name_;
  Ed25519PublicKey key_;
  NoteKeyId id_;
};

// Empty for another form, another algorithm, an id that is not the key's, and a key of small order.
std::optional<NoteVerifier> parse_verifier_key(std::string_view text);

// `text` ends in a newline.
std::string sign_note(const NoteVerifier& verifier, const Ed25519Signer& signer,
                      const std::string& text);

}  // namespace consent::server
