#include "rights/sweep_request.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "config.h"
#include "crypto/random.h"
#include "formats/hexadecimal.h"
#include "ledger/directory_lock.h"
#include "process/file_descriptor.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::chrono::milliseconds kTellEvery{200};
constexpr std::chrono::milliseconds kLookEvery{100};
constexpr std::chrono::seconds kProbeEvery{1};  // of silence: whether the service is there
constexpr std::size_t kIdBytes = 16;

std::string request_path(const std::string& data_dir) { return data_dir + "/sweep.request"; }
std::string state_path(const std::string& data_dir) { return data_dir + "/sweep.state"; }

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string text_of(const SweepState& state) {
  JsonArray lines;
  for (const std::string& line : state.lines) lines.emplace_back(line);
  return to_json(JsonObject{{"request", state.request},
                            {"part", state.part},
                            {"done", state.done},
                            {"all", state.all},
                            {"over", state.over},
                            {"ended", state.ended},
                            {"lines", std::move(lines)},
                            {"failure", state.failure}});
}

// Empty for anything else.
std::optional<SweepState> parse_state(std::string_view text) {
  const JsonParse parsed = parse_json(text);
  if (parsed.error) return std::nullopt;
  const auto string = [&](std::string_view name, std::string& out) {
    const JsonValue* const value = parsed.value.find(name);
    if (value != nullptr && value->string() != nullptr) out = *value->string();
  };
  const auto number = [&](std::string_view name, std::uint64_t& out) {
    const JsonValue* const value = parsed.value.find(name);
    if (value != nullptr) out = static_cast<std::uint64_t>(value->integer().value_or(0));
  };
  const auto flag = [&](std::string_view name, bool& out) {
    const JsonValue* const value = parsed.value.find(name);
    if (value != nullptr) out = value->boolean().value_or(false);
  };
  SweepState state;
  string("request", state.request);
  string("part", state.part);
  number("done", state.done);
  number("all", state.all);
  flag("over", state.over);
  flag("ended", state.ended);
  string("failure", state.failure);
  const JsonValue* const lines = parsed.value.find("lines");
  if (lines != nullptr && lines->array() != nullptr) {
    for (const JsonValue& line : *lines->array()) {
      if (line.string() != nullptr) state.lines.push_back(*line.string());
    }
  }
  return state;
}

// The directory's owner must be able to read what root leaves there. Throws std::runtime_error.
void leave_request(const std::string& data_dir, const std::string& id) {
  const std::string path = request_path(data_dir);
  const FileDescriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file) {
    if (errno == EEXIST) {
      throw std::runtime_error(
          "another consentd retention sweep waits for the service that holds " + data_dir +
          "; wait for it. If none does, remove " + path);
    }
    throw std::runtime_error("cannot ask the service that holds " + data_dir + ": " + path + ": " +
                             std::strerror(errno) +
                             "; run the command as the service's user, and see to free space");
  }
  struct stat directory {};
  const bool root = geteuid() == 0 && stat(data_dir.c_str(), &directory) == 0;
  const bool owned = !root || fchown(file.number(), directory.st_uid, directory.st_gid) == 0;
  if (owned && write_completely(file, bytes_of(id))) return;
  const int error = errno;
  unlink(path.c_str());
  throw std::runtime_error("cannot ask the service that holds " + data_dir + ": " + path + ": " +
                           std::strerror(error));
}

// A request that nobody takes any more is taken back.
class OpenRequest {
 public:
  OpenRequest(const std::string& data_dir, const std::string& id) : data_dir_(data_dir), id_(id) {
    leave_request(data_dir, id);
  }
  ~OpenRequest() {
    if (!taken_) unlink(request_path(data_dir_).c_str());
  }
  OpenRequest(const OpenRequest&) = delete;
  OpenRequest& operator=(const OpenRequest&) = delete;

  // What the service says now; empty: nothing.
  std::optional<SweepState> answer() {
    auto state = parse_state(read_text_file(state_path(data_dir_)).text);
    if (state && state->request == id_) taken_ = true;
    return state;
  }
  bool is_mine(const SweepState& state) const { return state.request == id_; }
  bool is_taken() const { return taken_; }

 private:
  const std::string& data_dir_;
  const std::string& id_;
  bool taken_ = false;
};

constexpr const char* kGone =
    "the service ended before the sweep did; call the command again: what is destroyed and "
    "certified stays so, and the rest follows";
constexpr const char* kSilent =
    " and does not answer. When it is a service, look into its log; when it is another command, "
    "wait for its end; then call this again";

// Shows each part under its own name.
class Shown {
 public:
  explicit Shown(const SweepProgress& progress) : progress_(progress) {}

  void show(const SweepState& state, bool mine) {
    if (state.part.empty() || !progress_) return;
    const std::string part = (mine ? "" : "a sweep before: ") + state.part;
    if (part != part_) {
      shown_ = {};  // its line ends first
      shown_ = progress_(part);
      part_ = part;
    }
    if (shown_) shown_(state.done, state.all);
  }

 private:
  const SweepProgress& progress_;
  std::string part_;
  Progress shown_;
};

bool is_same(const SweepState& a, const SweepState& b) {
  return a.request == b.request && a.part == b.part && a.done == b.done && a.over == b.over;
}

}  // namespace

SweepAnswers::SweepAnswers(std::string data_dir) : data_dir_(std::move(data_dir)) {
  unlink(request_path(data_dir_).c_str());
  unlink(state_path(data_dir_).c_str());
}

std::string SweepAnswers::take() {
  const std::string path = request_path(data_dir_);
  if (access(path.c_str(), F_OK) != 0) return "";
  std::string id = read_text_file(path).text;
  if (id.size() != 2 * kIdBytes) return "";  // it is being written
  return unlink(path.c_str()) == 0 ? id : "";
}

void SweepAnswers::begin(std::string request) {
  state_ = {};
  state_.request = std::move(request);
  told_ = std::chrono::steady_clock::now();
  if (!state_.request.empty()) tell();
}

Progress SweepAnswers::progress(const std::string& part) {
  return [this, part](std::uint64_t done, std::uint64_t all) {
    state_.part = part;
    state_.done = done;
    state_.all = all;
    const bool due = std::chrono::steady_clock::now() - told_ >= kTellEvery;
    if (due || (done == all && !state_.request.empty())) tell();
  };
}

void SweepAnswers::end(const SweepReport& report) {
  if (state_.request.empty()) {
    unlink(state_path(data_dir_).c_str());
    return;
  }
  state_.over = true;
  state_.ended = report.ended;
  state_.lines = to_lines(report, SweepMode::destroy);
  state_.failure = report.failure;
  tell();
}

void SweepAnswers::tell() {
  told_ = std::chrono::steady_clock::now();
  const std::string path = state_path(data_dir_);
  const std::string draft = path + ".new";
  const FileDescriptor file(
      open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
  const bool written = file && write_completely(file, bytes_of(text_of(state_))) &&
                       std::rename(draft.c_str(), path.c_str()) == 0;
  if (!written) unlink(draft.c_str());
}

SweepState ask_for_sweep(const std::string& data_dir, const SweepProgress& progress,
                         std::chrono::milliseconds patience) {
  const std::string id = to_hex(random_bytes<kIdBytes>());
  OpenRequest request(data_dir, id);
  Shown shown(progress);
  SweepState last;
  SteadyTime heard = std::chrono::steady_clock::now();
  SteadyTime probed = heard;
  while (true) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (const auto state = request.answer()) {
      const bool mine = request.is_mine(*state);
      if (!is_same(*state, last)) heard = probed = now;
      shown.show(*state, mine);
      if (mine && state->over) {
        unlink(state_path(data_dir).c_str());
        return *state;
      }
      last = *state;
    }
    if (now - probed >= kProbeEvery) {
      if (lock_is_free(data_dir)) throw std::runtime_error(kGone);
      probed = now;
    }
    // A service that has taken it may be in a long step.
    if (now - heard > patience && !request.is_taken()) {
      throw std::runtime_error("a consentd holds " + data_dir + kSilent);
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

}  // namespace consent::server
