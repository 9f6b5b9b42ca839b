#include "keys/key_copies.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <vector>

#include "crypto/secret_key.h"
#include "keys/key_file.h"
#include "process/file_descriptor.h"

namespace consent::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 1 << 20;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw std::runtime_error(path + ": " + what + ": " + std::strerror(errno));
}

// The content of a file of keys, wiped afterwards.
class Content {
 public:
  explicit Content(const std::string& path) : bytes_(kFileBytesMax) {
    const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) fail(path, "cannot read the keys");
    const ssize_t size = read_completely(file, bytes_);
    if (size < 0) fail(path, "cannot read the keys");
    size_ = static_cast<std::size_t>(size);
    if (size_ == kFileBytesMax) throw std::runtime_error(path + ": is too large for keys");
  }
  ~Content() { wipe(bytes_); }
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;
  std::span<const std::uint8_t> view() const { return std::span(bytes_).first(size_); }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t size_ = 0;
};

bool is_same(const Content& one, const Content& other) {
  return std::equal(one.view().begin(), one.view().end(), other.view().begin(), other.view().end());
}

std::size_t copy_file(const std::string& from, const std::string& to) {
  const Content content(from);
  const FileDescriptor file(
      open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!file && errno == EEXIST) {
    if (is_same(content, Content(to))) return 0;
    throw std::runtime_error(to + ": is another key than " + from +
                             "; name a directory of its own for these keys");
  }
  if (!file) fail(to, "cannot create the file");
  if (!write_completely(file, content.view()) || fsync(file.number()) != 0) {
    fail(to, "cannot write the keys");
  }
  if (!sync_directory_of(to)) fail(to, "cannot sync its directory");
  return 1;
}

bool is_of_use(const std::string& name) {
  const bool key = name.ends_with(".key");
  return name == "api_keys.jsonl" ||
         (key && (name.starts_with("token.") || name.starts_with("ticket.") ||
                  name.starts_with("kek.") || name == "lookup.key"));
}

std::size_t copy_directory(const fs::path& from, const fs::path& to) {
  if (!fs::is_directory(from)) return 0;
  make_private_directory(to.string());
  std::size_t copied = 0;
  for (const auto& entry : fs::directory_iterator(from)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && is_of_use(name)) {
      copied += copy_file(entry.path().string(), (to / name).string());
    }
  }
  return copied;
}

}  // namespace

std::size_t copy_keys(const std::string& from, const std::string& to) {
  if (!fs::is_directory(from)) throw std::runtime_error(from + ": is no directory");
  make_private_directory(to);
  std::size_t copied = copy_directory(fs::path(from) / "keys", fs::path(to) / "keys");
  for (const char* zone : {"eu", "us"}) {
    const fs::path keys = fs::path("zones") / zone / "keys";
    if (!fs::is_directory(from / keys)) continue;
    make_private_directory((fs::path(to) / "zones").string());
    make_private_directory((to / keys.parent_path()).string());
    copied += copy_directory(from / keys, to / keys);
  }
  return copied;
}

}  // namespace consent::server
