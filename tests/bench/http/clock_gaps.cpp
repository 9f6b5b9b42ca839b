// A thread on each processor that does nothing but look at the clock, and prints one line of JSON:
// how much of the time it was not let run, in pauses of 50 microseconds and more, and the longest
// of them. What the machine takes away here, it takes away from whatever is measured.
//
// usage: clock_gaps [SECONDS]

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace consent::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::microseconds kPauseMin{50};

struct Gaps {
  Clock::duration lost{};
  Clock::duration longest{};
};

Gaps watch_clock(unsigned processor, Clock::duration time) {
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(processor, &here);
  pthread_setaffinity_np(pthread_self(), sizeof here, &here);
  Gaps gaps;
  const Clock::time_point end = Clock::now() + time;
  for (Clock::time_point last = Clock::now(); last < end;) {
    const Clock::time_point now = Clock::now();
    if (now - last >= kPauseMin) {
      gaps.lost += now - last;
      gaps.longest = std::max(gaps.longest, now - last);
    }
    last = now;
  }
  return gaps;
}

void print_gaps(double seconds) {
  const auto time =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  std::vector<Gaps> found(std::thread::hardware_concurrency());
  std::vector<std::thread> threads;
  for (unsigned processor = 0; processor < found.size(); ++processor) {
    threads.emplace_back([&, processor] { found[processor] = watch_clock(processor, time); });
  }
  for (std::thread& thread : threads) thread.join();
  Gaps all;
  for (const Gaps& gaps : found) {
    all.lost += gaps.lost;
    all.longest = std::max(all.longest, gaps.longest);
  }
  const double share =
      std::chrono::duration<double>(all.lost) / time / static_cast<double>(found.size());
  const std::chrono::duration<double, std::micro> longest = all.longest;
  std::printf("{\"lost_percent\":%.2f,\"longest_us\":%.0f}\n", share * 100, longest.count());
}

}  // namespace
}  // namespace consent::bench

int main(int count, char** words) {
  const double seconds = count > 1 ? std::strtod(words[1], nullptr) : 2;
  if (!(seconds > 0 && seconds <= 60)) {
    std::fputs("usage: clock_gaps [SECONDS], at most 60\n", stderr);
    return 2;
  }
  consent::bench::print_gaps(seconds);
  return 0;
}
