#include "site/published_policies.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>
#include <stdexcept>

#include "process/file_descriptor.h"

namespace consent::server {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw std::runtime_error(path + ": cannot be stored: " + std::strerror(errno));
}

void write_draft(const std::string& path, std::string_view text) {
  const FileDescriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  if (!file || !write_completely(file, bytes) || fsync(file.number()) != 0) fail(path);
}

}  // namespace

std::string published_policies_path(const std::string& data_dir) {
  return data_dir + "/policies.json";
}

TextFile read_published_policies(const std::string& data_dir) {
  const std::string path = published_policies_path(data_dir);
  std::error_code unreadable;
  if (data_dir.empty() || !std::filesystem::exists(path, unreadable)) {
    if (!unreadable) return {};
    return {"", path + ": cannot be read: " + unreadable.message()};
  }
  return read_text_file(path);
}

void replace_published_policies(const std::string& data_dir, std::string_view text) {
  const std::string path = published_policies_path(data_dir);
  if (text.empty()) {
    if (unlink(path.c_str()) != 0 && errno != ENOENT) fail(path);
  } else {
    const std::string draft = path + ".partial";
    write_draft(draft, text);
    if (std::rename(draft.c_str(), path.c_str()) != 0) fail(path);
  }
  if (!sync_directory_of(path)) fail(path);
}

}  // namespace consent::server
