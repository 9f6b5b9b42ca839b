#include "keys/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string_view>

#include "crypto/random.h"
#include "formats/hexadecimal.h"
#include "process/file_descriptor.h"

namespace consent::server {
namespace {

constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw std::runtime_error(path + ": " + what);
}

[[noreturn]] void fail_with_errno(const std::string& path, const std::string& what) {
  fail(path, what + ": " + std::strerror(errno));
}

// A key that was written completely appears under its name at once, or not at all.
void store_key(const std::string& path, const SecretKey& key) {
  const std::string draft = path + "." + to_hex(random_bytes<8>()) + ".new";
  {
    const FileDescriptor file(
        open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file) fail_with_errno(draft, "cannot create the key file");
    if (!write_completely(file, key.bytes()) || fsync(file.number()) != 0) {
      const int error = errno;
      unlink(draft.c_str());
      errno = error;
      fail_with_errno(draft, "cannot write the key file");
    }
  }
  const bool linked = link(draft.c_str(), path.c_str()) == 0;
  const int error = errno;
  unlink(draft.c_str());
  if (!linked && error != EEXIST) {
    errno = error;
    fail_with_errno(path, "cannot store the key file");
  }
  if (!sync_directory_of(path)) fail_with_errno(path, "cannot sync its directory");
}

}  // namespace

void make_private_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    fail_with_errno(path, "cannot create the directory");
  }
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) fail_with_errno(path, "cannot be examined");
  if (!S_ISDIR(status.st_mode)) fail(path, "is not a directory");
  if ((status.st_mode & kOthers) != 0) fail(path, "others may enter it; run: chmod 700 " + path);
}

std::optional<SecretKey> read_key_file(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    fail_with_errno(path, "cannot read the key file");
  }
  struct stat status {};
  if (fstat(file.number(), &status) != 0) fail_with_errno(path, "cannot be examined");
  if ((status.st_mode & kOthers) != 0)
    fail(path, "others may read this key; run: chmod 600 " + path);

  std::array<std::uint8_t, SecretKey::kBytes + 1> bytes{};
  const ssize_t size = read_completely(file, bytes);
  if (size < 0) fail_with_errno(path, "cannot read the key file");
  if (static_cast<std::size_t>(size) != SecretKey::kBytes) {
    wipe(bytes);
    fail(path,
         "is not a key of 32 bytes; restore it from a backup, or remove it to make a new one "
         "(what was signed with it is then void)");
  }
  SecretKey key = SecretKey::from_bytes(std::span(bytes).first<SecretKey::kBytes>());
  wipe(bytes);
  return key;
}

SecretKey read_or_make_key_file(const std::string& path) {
  if (auto key = read_key_file(path)) return std::move(*key);
  store_key(path, SecretKey::random());
  if (auto key = read_key_file(path)) return std::move(*key);
  fail(path, "vanished while it was made");
}

void destroy_key_file(const std::string& path) {
  {
    const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    const std::array<std::uint8_t, SecretKey::kBytes> zeros{};
    if (file && write_completely(file, zeros)) fsync(file.number());
  }
  if (unlink(path.c_str()) != 0 && errno != ENOENT)
    fail_with_errno(path, "cannot remove the key file");
  if (!sync_directory_of(path)) fail_with_errno(path, "cannot sync its directory");
}

}  // namespace consent::server
