#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "events/event_sink.h"
#include "file_descriptor.h"
#include "keys/key_file.h"
#include "timestamp.h"
#include "wire/event_json.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::chrono::seconds kSyncEvery{1};

class NdjsonSink final : public EventSink {
 public:
  explicit NdjsonSink(std::string directory) : directory_(std::move(directory)) {
    make_private_directory(directory_);
    if (access(directory_.c_str(), W_OK | X_OK) != 0) {
      throw std::runtime_error(directory_ + ": cannot be written: " + std::strerror(errno));
    }
    syncing_ = std::thread([this] { sync_regularly(); });
  }

  ~NdjsonSink() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_one();
    syncing_.join();
  }

  std::optional<SinkFailure> append(std::span<const PseudonymisedEvent> events,
                                    TimePoint arrived) override {
    std::string lines;
    for (const PseudonymisedEvent& event : events) lines += to_json(event_json(event)) + "\n";
    const Date day = std::chrono::floor<std::chrono::days>(arrived);
    const std::lock_guard lock(mutex_);
    if (auto failure = open_day(day)) return failure;
    return write_lines(lines);
  }

 private:
  std::optional<SinkFailure> open_day(Date day) {
    if (file_ && day == day_) return std::nullopt;
    if (file_ && unsynced_) fdatasync(file_.number());
    path_ = directory_ + "/" + to_iso_date(day) + ".ndjson";
    file_ = FileDescriptor(open(
        path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!file_) return failed();
    day_ = day;
    if (!sync_directory_of(path_)) return failed();
    return std::nullopt;
  }

  // What a full disk cut short is taken back, so that a reader never sees half a line.
  std::optional<SinkFailure> write_lines(const std::string& lines) {
    struct stat before {};
    if (fstat(file_.number(), &before) != 0) return failed();
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(lines.data());
    if (!write_completely(file_, {bytes, lines.size()})) {
      const auto failure = failed();
      if (ftruncate(file_.number(), before.st_size) != 0) file_.close();
      return failure;
    }
    unsynced_ = true;
    return std::nullopt;
  }

  SinkFailure failed() const { return {path_ + ": cannot be written: " + std::strerror(errno)}; }

  void sync_regularly() {
    std::unique_lock lock(mutex_);
    while (!closing_) {
      wake_.wait_for(lock, kSyncEvery, [this] { return closing_; });
      if (!unsynced_ || !file_) continue;
      unsynced_ = false;
      const FileDescriptor file(fcntl(file_.number(), F_DUPFD_CLOEXEC, 0));
      lock.unlock();
      if (file) fdatasync(file.number());
      lock.lock();
    }
    if (file_ && unsynced_) fdatasync(file_.number());
  }

  const std::string directory_;
  std::mutex mutex_;  // of what follows
  std::condition_variable wake_;
  std::string path_;
  Date day_{};
  FileDescriptor file_;
  bool unsynced_ = false;
  bool closing_ = false;
  std::thread syncing_;
};

}  // namespace

std::unique_ptr<EventSink> open_ndjson_sink(const std::string& data_dir) {
  return std::make_unique<NdjsonSink>(data_dir + "/events");
}

}  // namespace consent::server
