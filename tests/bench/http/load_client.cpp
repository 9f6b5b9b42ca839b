// One thread that loads one port on loopback over keep-alive connections, as fast as it is answered
// or at a given rate, and prints one line of JSON: requests, seconds, failures, and the latency in
// microseconds. At a rate the latency counts from the moment a request was due, so that a stalled
// server does not hide the requests it kept from being sent.
//
// The request is read from a file. In it a run of 36 '@' becomes a fresh UUIDv7, one of 22 '@' a
// fresh random id, one of 20 '~' random capital letters, one of 22 '#' the id of a recorded
// subject.
//
// usage: load_client --port N --request FILE [--protocol http|resp] [--connections N]
//                    [--seconds S] [--rate N] [--recorded N]

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "answer_reader.h"
#include "request_template.h"

namespace consent::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kIdleMs = 50;

struct Options {
  std::uint16_t port = 0;
  std::string request;
  Protocol protocol = Protocol::http;
  std::size_t connections = 64;
  double seconds = 2;
  double rate = 0;  // requests a second over all connections; 0: as fast as it is answered
  std::uint64_t recorded = 1'000'000;
};

struct Lane {
  int descriptor = -1;
  std::string out;
  std::size_t sent = 0;
  AnswerReader reader;
  Clock::time_point due{};
  bool busy = false;
};

class Load {
 public:
  Load(const Options& options, RequestTemplate request)
      : options_(options), request_(std::move(request)), epoll_(::epoll_create1(0)) {
    for (std::size_t i = 0; i < options.connections; ++i) open_lane();
  }
  ~Load() {
    for (const auto& lane : lanes_) ::close(lane->descriptor);
    ::close(epoll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void run() {
    start_ = Clock::now();
    end_ = start_ + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(options_.seconds));
    std::array<epoll_event, 64> events{};
    while (Clock::now() < end_) {
      begin_due();
      const int count = ::epoll_wait(epoll_, events.data(), 64, wait_ms());
      for (int i = 0; i < count; ++i) {
        on_event(*static_cast<Lane*>(events[static_cast<std::size_t>(i)].data.ptr));
      }
    }
    took_ = Clock::now() - start_;
  }

  void print() {
    std::sort(latencies_.begin(), latencies_.end());
    const auto at = [&](double share) {
      if (latencies_.empty()) return 0.0;
      const auto last = static_cast<double>(latencies_.size() - 1);
      return latencies_[static_cast<std::size_t>(share * last)];
    };
    std::printf(
        "{\"requests\": %zu, \"seconds\": %.3f, \"failed\": %zu, \"p50_us\": %.1f, \"p90_us\": "
        "%.1f, \"p99_us\": %.1f, \"max_us\": %.1f, \"answer_bytes\": %zu}\n",
        latencies_.size(), took_.count(), failed_, at(0.5), at(0.9), at(0.99), at(1),
        answer_bytes_);
  }

 private:
  void open_lane() {
    auto lane = std::make_unique<Lane>();
    lane->reader = AnswerReader(options_.protocol);
    lane->descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(lane->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(lane->descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("nothing listens on this port");
    }
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = lane.get();
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, lane->descriptor, &event);
    lanes_.push_back(std::move(lane));
  }

  Clock::time_point next_due() const {
    return start_ + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(static_cast<double>(begun_) / options_.rate));
  }

  // Sleeps through whole milliseconds only: below that a timer is later than what it measures.
  int wait_ms() const {
    if (options_.rate <= 0) return kIdleMs;
    const auto left = std::chrono::floor<std::chrono::milliseconds>(next_due() - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, kIdleMs));
  }

  void begin_due() {
    const auto now = Clock::now();
    for (const auto& lane : lanes_) {
      if (lane->busy) continue;
      Clock::time_point due = now;
      if (options_.rate > 0) {
        due = next_due();
        if (due > now) return;
      }
      begin(*lane, due);
    }
  }

  void begin(Lane& lane, Clock::time_point due) {
    ++begun_;
    lane.busy = true;
    lane.due = due;
    request_.write(lane.out);
    lane.sent = 0;
    flush(lane);
  }

  void flush(Lane& lane) {
    while (lane.sent < lane.out.size()) {
      const ssize_t count = ::send(lane.descriptor, lane.out.data() + lane.sent,
                                   lane.out.size() - lane.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0 && errno == EAGAIN) return;
      if (count < 0) throw std::runtime_error("the server closed a connection");
      lane.sent += static_cast<std::size_t>(count);
    }
  }

  void on_event(Lane& lane) {
    if (lane.busy) flush(lane);
    while (true) {
      const ssize_t count = ::recv(lane.descriptor, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) throw std::runtime_error("the server closed a connection");
      if (!lane.reader.feed({buffer_.data(), static_cast<std::size_t>(count)})) continue;
      const std::chrono::duration<double, std::micro> latency = Clock::now() - lane.due;
      latencies_.push_back(latency.count());
      if (!lane.reader.successful()) ++failed_;
      answer_bytes_ = lane.reader.size();
      lane.reader.reset();
      lane.busy = false;
      if (options_.rate > 0) return;
      begin(lane, Clock::now());
    }
  }

  const Options options_;
  RequestTemplate request_;
  int epoll_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::array<char, 64 * 1024> buffer_{};
  std::vector<double> latencies_;
  std::size_t begun_ = 0;
  std::size_t failed_ = 0;
  std::size_t answer_bytes_ = 0;
  Clock::time_point start_{};
  Clock::time_point end_{};
  std::chrono::duration<double> took_{};
};

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--port") {
      options.port = static_cast<std::uint16_t>(std::stoul(value));
    } else if (name == "--request") {
      options.request = value;
    } else if (name == "--protocol") {
      options.protocol = value == "resp" ? Protocol::resp : Protocol::http;
    } else if (name == "--connections") {
      options.connections = std::stoul(value);
    } else if (name == "--seconds") {
      options.seconds = std::stod(value);
    } else if (name == "--rate") {
      options.rate = std::stod(value);
    } else if (name == "--recorded") {
      options.recorded = std::stoull(value);
    } else {
      throw std::runtime_error("no such option: " + std::string(name));
    }
  }
  if (options.port == 0 || options.request.empty()) {
    throw std::runtime_error("usage: load_client --port N --request FILE [...]");
  }
  return options;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace
}  // namespace consent::bench

int main(int argc, char** argv) {
  try {
    const auto options = consent::bench::options_of(argc, argv);
    consent::bench::Load load(
        options, consent::bench::RequestTemplate(consent::bench::text_of(options.request),
                                                 options.recorded));
    load.run();
    load.print();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load_client: %s\n", error.what());
    return 1;
  }
}
