#include "audit/log_signer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "file_descriptor.h"
#include "keys/key_file.h"

namespace consent::server {
namespace {

constexpr std::string_view kHeadOrigin = "last signed";  // the file is a checkpoint of this origin
constexpr std::size_t kHeadBytesMax = 128;

std::string key_path(const std::string& directory) { return directory + "/log.key"; }
std::string head_path(const std::string& directory) { return directory + "/log.head"; }

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw std::runtime_error(path + ": " + what + ": " + std::strerror(errno));
}

void store_head(const std::string& path, const TreeHead& head) {
  const std::string text = to_text(Checkpoint{.origin = std::string(kHeadOrigin), .head = head});
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

}  // namespace

std::optional<TreeHead> read_signed_head(const std::string& directory) {
  const std::string path = head_path(directory);
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    fail(path, "cannot read what was signed last");
  }
  std::array<std::uint8_t, kHeadBytesMax> bytes{};
  const ssize_t size = read_completely(file, bytes);
  if (size < 0) fail(path, "cannot read what was signed last");
  const auto head = parse_checkpoint(
      {reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size)});
  if (!head || head->origin != kHeadOrigin) {
    throw std::runtime_error(path +
                             " is damaged: restore it; without it nobody can tell whether "
                             "this ledger is the newest");
  }
  return head->head;
}

LogSigner::LogSigner(const std::string& directory, std::string origin)
    : head_path_(head_path(directory)),
      last_(read_signed_head(directory)),
      signer_(open_key(directory, last_.has_value())),
      verifier_(std::move(origin), signer_.public_key()) {}

std::string LogSigner::sign(const TreeHead& head) {
  if (last_ && (head.size < last_->size || (head.size == last_->size && *last_ != head))) {
    throw std::logic_error("the log would sign a second history");
  }
  if (last_ != head) {
    store_head(head_path_, head);
    last_ = head;
  }
  return sign_note(verifier_, signer_,
                   to_text(Checkpoint{.origin = verifier_.name(), .head = head}));
}

}  // namespace consent::server
