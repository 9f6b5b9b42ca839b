#include "audit/log_signer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "keys/key_file.h"
#include "process/file_descriptor.h"

namespace consent::server {
namespace {

constexpr std::size_t kHeadBytesMax = 1024;

std::string key_path(const std::string& directory) { return directory + "/log.key"; }
std::string head_path(const std::string& directory) { return directory + "/log.head"; }

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw std::runtime_error(path + ": " + what + ": " + std::strerror(errno));
}

void store_head(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  {
    const FileDescriptor file(open(
        draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!file) fail(draft, "cannot create the file of the last signed tree");
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    if (!write_completely(file, bytes) || fsync(file.number()) != 0)
      fail(draft, "cannot write what was signed last");
  }
  if (std::rename(draft.c_str(), path.c_str()) != 0)
    fail(path, "cannot replace what was signed last");
  if (!sync_directory_of(path)) fail(path, "cannot sync its directory");
}

// A new key beside an old head would begin a second history under the old name unnoticed.
Ed25519Signer open_key(const std::string& directory, bool signed_before) {
  if (signed_before && !read_key_file(key_path(directory))) {
    throw std::runtime_error(key_path(directory) +
                             " is missing, but checkpoints were signed with it: restore it, or "
                             "remove log.head too to begin with a new key, which auditors must "
                             "be told of");
  }
  return Ed25519Signer(read_or_make_key_file(key_path(directory)));
}

struct StoredHead {
  std::string text;  // as it lies in the file
  Checkpoint checkpoint;
};

std::optional<StoredHead> read_head(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    fail(path, "cannot read what was signed last");
  }
  std::array<std::uint8_t, kHeadBytesMax> bytes{};
  const ssize_t size = read_completely(file, bytes);
  if (size < 0) fail(path, "cannot read what was signed last");
  std::string text(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
  const std::size_t blank_line = text.find("\n\n");
  const auto head = parse_checkpoint(
      std::string_view(text).substr(0, blank_line == text.npos ? text.npos : blank_line + 1));
  if (!head) {
    throw std::runtime_error(path +
                             " is damaged: restore it; without it nobody can tell whether "
                             "this ledger is the newest");
  }
  return StoredHead{std::move(text), *head};
}

// Whoever can write here but has no key can bring back an old head, and make none.
void check_signature(const StoredHead& head, const Ed25519Signer& signer, const std::string& path) {
  if (NoteVerifier(head.checkpoint.origin, signer.public_key()).open(head.text)) return;
  throw std::runtime_error(path +
                           " was not signed with log.key beside it: restore both from the "
                           "same place");
}

}  // namespace

std::optional<TreeHead> read_signed_head(const std::string& directory) {
  const auto head = read_head(head_path(directory));
  if (!head) return std::nullopt;
  return head->checkpoint.head;
}

LogSigner::LogSigner(const std::string& directory, std::string origin)
    : head_path_(head_path(directory)),
      last_(read_signed_head(directory)),
      signer_(open_key(directory, last_.has_value())),
      verifier_(std::move(origin), signer_.public_key()) {
  const auto head = read_head(head_path_);
  if (head) check_signature(*head, signer_, head_path_);
}

std::string LogSigner::sign_statement(const std::string& text) const {
  if (text.empty() || text.find('\n') != std::string::npos) {
    throw std::logic_error("a statement is one line");
  }
  return sign_note(verifier_, signer_, text + "\n");
}

std::string LogSigner::sign(const TreeHead& head) {
  if (last_ && (head.size < last_->size || (head.size == last_->size && *last_ != head))) {
    throw std::logic_error("the log would sign a second history");
  }
  std::string note =
      sign_note(verifier_, signer_, to_text(Checkpoint{.origin = verifier_.name(), .head = head}));
  if (last_ != head) {
    store_head(head_path_, note);
    last_ = head;
  }
  return note;
}

}  // namespace consent::server
