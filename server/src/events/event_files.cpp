#include "events/event_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "formats/timestamp.h"
#include "process/file_descriptor.h"

namespace consent::server {
namespace {

constexpr std::string_view kSuffix = ".ndjson";
constexpr std::string_view kDraft = ".ndjson.new";
constexpr std::size_t kDateBytes = 10;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

SinkFailure failed(const std::string& path, std::string_view what) {
  return {path + ": cannot be " + std::string(what) + ": " + std::strerror(errno)};
}

// The writer escapes every quote inside a text, so these bytes stand nowhere else in a line.
std::string_view visitor_of(std::string_view event) {
  constexpr std::string_view kMember = "\"visitor\":\"";
  const auto start = event.find(kMember);
  if (start == std::string_view::npos) return {};
  event.remove_prefix(start + kMember.size());
  return event.substr(0, event.find('"'));
}

// The copy on its way to the disk; removed unless it has taken the old file's place.
class Copy {
 public:
  explicit Copy(std::string path)
      : path_(std::move(path)),
        file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                   S_IRUSR | S_IWUSR)) {}
  ~Copy() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  bool add(std::string_view line) {
    pending_.append(line).append("\n");
    return pending_.size() < kChunkBytes || flush();
  }
  bool replace(const std::string& old) {
    if (!flush() || fdatasync(file_.number()) != 0) return false;
    if (rename(path_.c_str(), old.c_str()) != 0) return false;
    path_.clear();
    return sync_directory_of(old);
  }

 private:
  bool flush() {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(pending_.data());
    const bool done = file_ && write_completely(file_, {bytes, pending_.size()});
    pending_.clear();
    return done;
  }

  std::string path_;
  FileDescriptor file_;
  std::string pending_;
};

}  // namespace

std::string event_file_of(const std::string& directory, Date day) {
  return directory + "/" + to_iso_date(day) + std::string(kSuffix);
}

std::vector<Date> stored_days(const std::string& directory) {
  std::vector<Date> days;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(directory, unreadable)) {
    const std::string name = entry.path().filename().string();
    if (name.size() != kDateBytes + kSuffix.size() || !name.ends_with(kSuffix)) continue;
    const auto time = parse_rfc3339(name.substr(0, kDateBytes) + "T00:00:00Z");
    if (time) days.push_back(std::chrono::floor<std::chrono::days>(*time));
  }
  std::sort(days.begin(), days.end());
  return days;
}

void remove_drafts(const std::string& directory) {
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(directory, unreadable)) {
    if (!entry.path().string().ends_with(kDraft)) continue;
    std::filesystem::remove(entry.path(), unreadable);
  }
}

std::optional<SinkFailure> read_events_of(const std::string& directory, Date day,
                                          const std::function<void(std::string_view)>& take) {
  const std::string path = event_file_of(directory, day);
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (!std::filesystem::exists(path)) return std::nullopt;
    return failed(path, "read");
  }
  std::string line;
  while (std::getline(file, line)) take(line);
  if (file.bad()) return failed(path, "read");
  return std::nullopt;
}

EventSink::Removal count_events_of(const std::string& directory, Date day,
                                   std::span<const Pseudonym> visitors) {
  const std::set<std::string_view> wanted(visitors.begin(), visitors.end());
  EventSink::Removal removal;
  removal.failure = read_events_of(directory, day, [&](std::string_view event) {
    if (wanted.contains(visitor_of(event))) ++removal.events;
  });
  return removal;
}

EventSink::Removal remove_visitors(const std::string& directory, Date day,
                                   std::span<const Pseudonym> visitors) {
  EventSink::Removal removal = count_events_of(directory, day, visitors);
  if (removal.failure || removal.events == 0) return removal;
  const std::set<std::string_view> wanted(visitors.begin(), visitors.end());
  const std::string path = event_file_of(directory, day);
  Copy copy(path + std::string(kDraft.substr(kSuffix.size())));
  bool written = true;
  removal.failure = read_events_of(directory, day, [&](std::string_view event) {
    if (!wanted.contains(visitor_of(event))) written = written && copy.add(event);
  });
  if (!removal.failure && !(written && copy.replace(path)))
    removal.failure = failed(path, "rewritten");
  if (removal.failure) removal.events = 0;
  return removal;
}

EventSink::Removal remove_day(const std::string& directory, Date day) {
  EventSink::Removal removal;
  removal.failure = read_events_of(directory, day, [&](std::string_view) { ++removal.events; });
  if (removal.failure) return removal;
  const std::string path = event_file_of(directory, day);
  if (unlink(path.c_str()) != 0 || !sync_directory_of(path)) {
    removal.failure = failed(path, "removed");
    removal.events = 0;
  }
  return removal;
}

}  // namespace consent::server
