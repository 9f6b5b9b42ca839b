#include "ledger/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace consent::server {

FileDescriptor try_lock(const std::string& path) {
  FileDescriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!lock) {
    throw std::runtime_error(path + ": cannot create the lock file: " + std::strerror(errno) +
                             "; the data directory must be writable for this user");
  }
  if (flock(lock.number(), LOCK_EX | LOCK_NB) != 0) lock.close();
  return lock;
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
