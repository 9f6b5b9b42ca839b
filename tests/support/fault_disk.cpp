#include "support/fault_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <new>
#include <stdexcept>
#include <vector>

namespace consent::testing {
namespace {

constexpr const char* kName = "fault";
constexpr std::size_t kSector = 512;

using Content = std::vector<char>;

struct Change {
  std::size_t at = 0;
  Content bytes;  // written there; none: cut to `at`
  bool cuts() const { return bytes.empty(); }
};

struct File {
  Content synced;
  std::vector<Change> waiting;
};

void apply(Content& content, std::size_t at, const char* bytes, std::size_t size) {
  if (content.size() < at + size) content.resize(at + size);
  std::copy_n(bytes, size, content.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

struct FaultDisk::State {
  std::mutex mutex;
  std::mt19937_64 random;
  std::map<std::string, File> files;
  Fault fault = Fault::none;
  bool torn = false;
  bool lost = false;
  std::uint64_t operations = 0;
  std::uint64_t lost_at = UINT64_MAX;
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;

  // Counts an operation; the code it fails with.
  int begin(Fault ownFault, int code) {
    ++operations;
    if (operations > lost_at) lost = true;
    if (lost) return SQLITE_IOERR;
    if (fault == Fault::read_only) return SQLITE_READONLY;
    return fault == ownFault ? code : SQLITE_OK;
  }
  bool chance() { return (random() & 1) != 0; }
  void settle(File& file);
};

namespace {

FaultDisk::State* disk = nullptr;  // the one there is

// What SQLite holds of an open file; the real one lies behind it.
struct Open {
  sqlite3_file base;
  const std::string* path;  // key of the disk's files; null of one without a name
  bool database;
};

Open* open_of(sqlite3_file* file) { return reinterpret_cast<Open*>(file); }
sqlite3_file* real_of(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(Open));
}

File* tracked(sqlite3_file* file) {
  const std::string* path = open_of(file)->path;
  return path == nullptr ? nullptr : &disk->files[*path];
}

int on_close(sqlite3_file* file) {
  sqlite3_file* real = real_of(file);
  return real->pMethods == nullptr ? SQLITE_OK : real->pMethods->xClose(real);
}

int on_read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
  {
    const std::lock_guard lock(disk->mutex);
    const bool fails = disk->fault == FaultDisk::Fault::read && open_of(file)->database;
    if (disk->lost || fails) return SQLITE_IOERR_READ;
  }
  sqlite3_file* real = real_of(file);
  const int code = real->pMethods->xRead(real, out, size, at);
  const std::lock_guard lock(disk->mutex);
  if (code == SQLITE_OK && disk->torn && open_of(file)->database && at > 0) {
    for (int byte = 0; byte < size; byte += static_cast<int>(kSector)) {
      static_cast<char*>(out)[byte] ^= 1;
    }
  }
  return code;
}

int on_write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  const std::lock_guard lock(disk->mutex);
  const auto ownFault =
      disk->fault == FaultDisk::Fault::full ? FaultDisk::Fault::full : FaultDisk::Fault::write;
  const int failure =
      disk->begin(ownFault, ownFault == FaultDisk::Fault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE);
  const char* const text = static_cast<const char*>(bytes);
  File* const kept = tracked(file);
  // What the power interrupts may be half there.
  if (kept != nullptr && (failure == SQLITE_OK || disk->operations == disk->lost_at + 1)) {
    kept->waiting.push_back({static_cast<std::size_t>(at), Content(text, text + size)});
  }
  if (failure != SQLITE_OK) return failure;
  return real_of(file)->pMethods->xWrite(real_of(file), bytes, size, at);
}

int on_truncate(sqlite3_file* file, sqlite3_int64 size) {
  const std::lock_guard lock(disk->mutex);
  const int failure = disk->begin(FaultDisk::Fault::write, SQLITE_IOERR_TRUNCATE);
  if (failure != SQLITE_OK) return failure;
  if (File* const kept = tracked(file))
    kept->waiting.push_back({static_cast<std::size_t>(size), {}});
  return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

int on_sync(sqlite3_file* file, int) {
  const std::lock_guard lock(disk->mutex);
  const int failure = disk->begin(FaultDisk::Fault::sync, SQLITE_IOERR_FSYNC);
  if (failure != SQLITE_OK) return failure;
  File* const kept = tracked(file);
  if (kept == nullptr) return SQLITE_OK;
  for (const Change& change : kept->waiting) {
    if (change.cuts()) {
      kept->synced.resize(std::min(kept->synced.size(), change.at));
    } else {
      apply(kept->synced, change.at, change.bytes.data(), change.bytes.size());
    }
  }
  kept->waiting.clear();
  return SQLITE_OK;
}

int on_size(sqlite3_file* file, sqlite3_int64* size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
int on_lock(sqlite3_file* file, int lock) {
  return real_of(file)->pMethods->xLock(real_of(file), lock);
}
int on_unlock(sqlite3_file* file, int lock) {
  return real_of(file)->pMethods->xUnlock(real_of(file), lock);
}
int on_check_lock(sqlite3_file* file, int* held) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}
int on_control(sqlite3_file* file, int what, void* argument) {
  return real_of(file)->pMethods->xFileControl(real_of(file), what, argument);
}
int on_sector_size(sqlite3_file*) { return static_cast<int>(kSector); }
int on_characteristics(sqlite3_file* file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}
int on_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, memory);
}
int on_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}
void on_shm_barrier(sqlite3_file* file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }
int on_shm_unmap(sqlite3_file* file, int remove) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

const sqlite3_io_methods kMethods{2,
                                  on_close,
                                  on_read,
                                  on_write,
                                  on_truncate,
                                  on_sync,
                                  on_size,
                                  on_lock,
                                  on_unlock,
                                  on_check_lock,
                                  on_control,
                                  on_sector_size,
                                  on_characteristics,
                                  on_shm_map,
                                  on_shm_lock,
                                  on_shm_barrier,
                                  on_shm_unmap,
                                  nullptr,
                                  nullptr};

int on_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const std::lock_guard lock(disk->mutex);
  Open* const open = open_of(file);
  *open = {};
  std::memset(real_of(file), 0, static_cast<std::size_t>(disk->real->szOsFile));
  if (disk->lost) return SQLITE_CANTOPEN;
  const int code = disk->real->xOpen(disk->real, name, real_of(file), flags, out_flags);
  if (code != SQLITE_OK) return code;
  open->base.pMethods = &kMethods;
  open->database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  if (name == nullptr) return code;
  const auto [entry, fresh] = disk->files.try_emplace(name);
  open->path = &entry->first;
  if (!fresh) return code;
  std::ifstream real(name, std::ios::binary);
  entry->second.synced.assign(std::istreambuf_iterator<char>(real), {});
  return code;
}

int on_delete(sqlite3_vfs*, const char* name, int sync) {
  const std::lock_guard lock(disk->mutex);
  if (disk->lost) return SQLITE_IOERR_DELETE;
  disk->files[name] = {};
  return disk->real->xDelete(disk->real, name, sync);
}

}  // namespace

// Sector by sector, each write may have come to the disk or not; a cut, too.
void FaultDisk::State::settle(File& file) {
  for (const Change& change : file.waiting) {
    if (change.cuts()) {
      if (chance()) file.synced.resize(std::min(file.synced.size(), change.at));
      continue;
    }
    for (std::size_t done = 0; done < change.bytes.size();) {
      const std::size_t size =
          std::min(kSector - (change.at + done) % kSector, change.bytes.size() - done);
      if (chance()) apply(file.synced, change.at + done, change.bytes.data() + done, size);
      done += size;
    }
  }
  file.waiting.clear();
}

FaultDisk::FaultDisk(std::uint64_t seed) : state_(std::make_unique<State>()) {
  if (disk != nullptr) throw std::logic_error("there is a disk already");
  State& state = *state_;
  state.random.seed(seed);
  state.real = sqlite3_vfs_find(nullptr);
  state.vfs = *state.real;
  state.vfs.zName = kName;
  state.vfs.szOsFile = static_cast<int>(sizeof(Open)) + state.real->szOsFile;
  state.vfs.xOpen = on_open;
  state.vfs.xDelete = on_delete;
  state.vfs.pNext = nullptr;
  disk = state_.get();
  sqlite3_vfs_register(&state.vfs, 1);
}

FaultDisk::~FaultDisk() {
  sqlite3_vfs_unregister(&state_->vfs);
  sqlite3_vfs_register(state_->real, 1);
  disk = nullptr;
}

void FaultDisk::set(Fault fault) {
  const std::lock_guard lock(state_->mutex);
  state_->fault = fault;
}

void FaultDisk::tear_reads(bool torn) {
  const std::lock_guard lock(state_->mutex);
  state_->torn = torn;
}

void FaultDisk::lose_power_after(std::uint64_t operations) {
  const std::lock_guard lock(state_->mutex);
  state_->lost_at = state_->operations + operations;
}

void FaultDisk::keep_power() {
  const std::lock_guard lock(state_->mutex);
  state_->lost_at = UINT64_MAX;
}

bool FaultDisk::power_is_lost() const {
  const std::lock_guard lock(state_->mutex);
  return state_->lost;
}

void FaultDisk::restore_power() {
  const std::lock_guard lock(state_->mutex);
  State& state = *state_;
  for (auto& [path, file] : state.files) {
    state.settle(file);
    std::remove((path + "-shm").c_str());  // memory, which is gone
    std::ofstream real(path, std::ios::binary | std::ios::trunc);
    real.write(file.synced.data(), static_cast<std::streamsize>(file.synced.size()));
    if (!real.flush()) throw std::runtime_error(path + ": cannot be written");
  }
  state.lost = false;
  state.lost_at = UINT64_MAX;
}

std::uint64_t FaultDisk::operations() const {
  const std::lock_guard lock(state_->mutex);
  return state_->operations;
}

}  // namespace consent::testing
