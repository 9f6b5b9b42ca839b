#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "events/event_files.h"
#include "events/event_sink.h"
#include "formats/timestamp.h"
#include "keys/key_file.h"
#include "process/file_descriptor.h"
#include "wire/event_json.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::chrono::seconds kSyncEvery{1};

class NdjsonSink final : public EventSink {
 public:
  enum class Use : std::uint8_t { write, read };
  NdjsonSink(std::string directory, ReportFailure report, Use use)
      : directory_(std::move(directory)), report_(std::move(report)) {
    if (use == Use::read) return;
    make_private_directory(directory_);
    if (access(directory_.c_str(), W_OK | X_OK) != 0) {
      throw std::runtime_error(directory_ + ": cannot be written: " + std::strerror(errno));
    }
    remove_drafts(directory_);
    syncing_ = std::thread([this] { sync_regularly(); });
  }

  ~NdjsonSink() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_one();
    if (syncing_.joinable()) syncing_.join();
  }

  std::optional<SinkFailure> read_day(
      Date day, const std::function<void(std::string_view)>& take) const override {
    const std::string path = directory_ + "/" + to_iso_date(day) + ".ndjson";
    std::ifstream file(path, std::ios::binary);
    if (!file && access(path.c_str(), F_OK) != 0) return std::nullopt;  // nothing arrived
    std::string line;
    while (std::getline(file, line)) take(line);
    if (file.eof()) return std::nullopt;
    return reported(SinkFailure{path + ": cannot be read: " + std::strerror(errno)});
  }

  std::optional<SinkFailure> append(std::span<const PseudonymisedEvent> events,
                                    TimePoint arrived) override {
    std::string lines;
    for (const PseudonymisedEvent& event : events) lines += to_json(event_json(event)) + "\n";
    const Date day = std::chrono::floor<std::chrono::days>(arrived);
    std::optional<SinkFailure> failure;
    {
      const std::lock_guard lock(mutex_);
      failure = open_day(day);
      if (!failure) failure = write_lines(lines);
    }
    return reported(std::move(failure));
  }

  // A file of its own, so that no reader of events sees it.
  std::optional<SinkFailure> probe() override {
    const std::string path = directory_ + "/.probe";
    constexpr std::array<std::uint8_t, 6> kBytes{'p', 'r', 'o', 'b', 'e', '\n'};
    std::optional<SinkFailure> failure;
    {
      const std::lock_guard lock(mutex_);
      const FileDescriptor file(open(
          path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
      if (!file || !write_completely(file, kBytes) || fdatasync(file.number()) != 0) {
        failure = failed(directory_);
      } else if (lost_sync_) {
        failure = lost_sync_;
      }
      unlink(path.c_str());
    }
    return reported(std::move(failure));
  }

  std::optional<SinkFailure> read(
      Date first, const std::function<void(std::string_view)>& take) const override {
    for (const Date day : stored_days(directory_)) {
      if (day < first) continue;
      if (auto failure = read_events_of(directory_, day, take)) return reported(std::move(failure));
    }
    return std::nullopt;
  }

  Removal remove(std::span<const Pseudonym> visitors, Date first) override {
    Removal all;
    for (const Date day : stored_days(directory_)) {
      if (day < first) continue;
      Removal one = count_events_of(directory_, day, visitors);
      if (!one.failure && one.events > 0) one = rewrite(day, visitors);
      all.events += one.events;
      if (one.failure) all.failure = reported(std::move(one.failure));
    }
    return all;
  }

  std::vector<Date> days() const override { return stored_days(directory_); }

  Removal remove_day(Date day) override {
    const std::lock_guard lock(mutex_);
    if (day == day_) file_.close();
    Removal removal = server::remove_day(directory_, day);
    removal.failure = reported(std::move(removal.failure));
    return removal;
  }

 private:
  // The open file may be replaced: it is opened again with the next events.
  Removal rewrite(Date day, std::span<const Pseudonym> visitors) {
    const std::lock_guard lock(mutex_);
    file_.close();
    return remove_visitors(directory_, day, visitors);
  }

  std::optional<SinkFailure> open_day(Date day) {
    if (file_ && day == day_) return std::nullopt;
    if (file_ && unsynced_) sync(file_);
    path_ = event_file_of(directory_, day);
    file_ = FileDescriptor(open(
        path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!file_) return failed(path_);
    day_ = day;
    if (!sync_directory_of(path_)) return failed(path_);
    return std::nullopt;
  }

  // What a full disk cut short is taken back, so that a reader never sees half a line.
  std::optional<SinkFailure> write_lines(const std::string& lines) {
    struct stat before {};
    if (fstat(file_.number(), &before) != 0) return failed(path_);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(lines.data());
    if (!write_completely(file_, {bytes, lines.size()})) {
      const auto failure = failed(path_);
      if (ftruncate(file_.number(), before.st_size) != 0) file_.close();
      return failure;
    }
    unsynced_ = true;
    return std::nullopt;
  }

  static SinkFailure failed(const std::string& path) {
    return {path + ": cannot be written: " + std::strerror(errno)};
  }

  std::optional<SinkFailure> reported(std::optional<SinkFailure> failure) const {
    if (failure && report_) report_(failure->detail);
    return failure;
  }

  // What could not be synced may be lost to a power cut; the next sync that works says that the
  // disk is back.
  std::optional<SinkFailure> sync(const FileDescriptor& file) const {
    if (fdatasync(file.number()) == 0) return std::nullopt;
    return reported(SinkFailure{directory_ + ": cannot be synced: " + std::strerror(errno)});
  }

  void sync_regularly() {
    std::unique_lock lock(mutex_);
    while (!closing_) {
      wake_.wait_for(lock, kSyncEvery, [this] { return closing_; });
      if (!unsynced_ || !file_) continue;
      unsynced_ = false;
      const FileDescriptor file(fcntl(file_.number(), F_DUPFD_CLOEXEC, 0));
      lock.unlock();
      auto lost = file ? sync(file) : reported(failed(directory_));
      lock.lock();
      lost_sync_ = std::move(lost);
      unsynced_ = unsynced_ || lost_sync_;
    }
    if (file_ && unsynced_) sync(file_);
  }

  const std::string directory_;
  const ReportFailure report_;
  std::mutex mutex_;  // of what follows
  std::condition_variable wake_;
  std::string path_;
  Date day_{};
  FileDescriptor file_;
  bool unsynced_ = false;
  std::optional<SinkFailure> lost_sync_;  // why the last sync failed
  bool closing_ = false;
  std::thread syncing_;
};

}  // namespace

std::unique_ptr<EventSink> open_ndjson_sink(const std::string& data_dir, ReportFailure report) {
  return std::make_unique<NdjsonSink>(data_dir + "/events", std::move(report),
                                      NdjsonSink::Use::write);
}

std::unique_ptr<EventSink> open_ndjson_sink_for_reading(const std::string& data_dir) {
  return std::make_unique<NdjsonSink>(data_dir + "/events", ReportFailure(), NdjsonSink::Use::read);
}

}  // namespace consent::server
