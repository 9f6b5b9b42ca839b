#include "ledger/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace consent::server {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw std::runtime_error(path + ": " + what + ": " + std::strerror(errno) +
                           "; the data directory must be writable for this user");
}

}  // namespace

void make_data_directory(const std::string& data_dir) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(data_dir).parent_path(), error);
  if (mkdir(data_dir.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    fail(data_dir, "cannot create the directory");
}

FileDescriptor try_lock(const std::string& path) {
  FileDescriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!lock) fail(path, "cannot create the lock file");
  if (flock(lock.number(), LOCK_EX | LOCK_NB) != 0) lock.close();
  return lock;
}

bool lock_is_free(const std::string& data_dir) {
  return static_cast<bool>(try_lock(data_dir + "/ledger.lock"));
}

FileDescriptor lock_directory(const std::string& data_dir) {
  FileDescriptor lock = try_lock(data_dir + "/ledger.lock");
  if (!lock) {
    throw std::runtime_error(
        data_dir + " is in use by another consentd; stop it, or choose another --data-dir");
  }
  return lock;
}

}  // namespace consent::server
