#pragma once
// Signs what a log says about itself, and never two histories: before a signature leaves, what was
// signed last is on the disk, in a file beside the ledger's, so that a ledger restored from an
// older backup is recognised.

#include <optional>
#include <string>

#include "audit/checkpoint.h"
#include "audit/signed_note.h"

namespace consent::server {

// DIRECTORY/log.key (the private key, 0600, made at first start) and DIRECTORY/log.head (the last
// checkpoint, signed). Used by one thread at a time.
class LogSigner {
 public:
  // Throws std::runtime_error with a message for the operator when a file cannot be read, or a head
  // is there without its key, or was not signed with it.
  LogSigner(const std::string& directory, std::string origin);

  const NoteVerifier& verifier() const { return verifier_; }
  const std::optional<TreeHead>& last() const { return last_; }

  // The signed checkpoint. `head` must be of a tree that begins with the last signed one; a smaller
  // one, or another root of the same size, throws std::logic_error. Throws std::runtime_error when
  // the head cannot be made durable: then nothing has been signed.
  std::string sign(const TreeHead& head);

  // A note of one line. Throws std::logic_error for a text with a line break: no checkpoint can be
  // made of it.
  std::string sign_statement(const std::string& text) const;

 private:
  std::string head_path_;
  std::optional<TreeHead> last_;
  Ed25519Signer signer_;
  NoteVerifier verifier_;
};

// The head file of `directory`; empty when there is none.
std::optional<TreeHead> read_signed_head(const std::string& directory);

}  // namespace consent::server
