// What a command asks of the service that sweeps for it, and what it hears.

#include "rights/sweep_request.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "ledger/directory_lock.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr auto kPatience = 300ms;  // for who never answers
constexpr auto kLong = 60s;        // for who will

struct Desk {
  TemporaryDirectory directory;
  std::string data_dir = directory.path().string();
  FileDescriptor lock = lock_directory(data_dir);
  SweepAnswers answers{data_dir};

  bool has(const std::string& name) const { return std::filesystem::exists(data_dir + name); }
  std::string wait_for_request() {
    std::string id;
    while (id.empty()) {
      id = answers.take();
      std::this_thread::sleep_for(1ms);
    }
    return id;
  }
};

// What the command says when it fails.
std::string failure_of(const std::string& data_dir, std::chrono::milliseconds patience) {
  try {
    ask_for_sweep(data_dir, {}, patience);
  } catch (const std::runtime_error& failure) {
    return failure.what();
  }
  return "";
}

}  // namespace

TEST_CASE("A command hears how far the sweep it asked for is, and its end") {
  Desk desk;
  std::thread service([&] {
    desk.answers.begin(desk.wait_for_request());
    desk.answers.progress("eu: subjects")(10, 10);
    SweepReport report;
    report.zones.push_back({.zone = Zone::eu, .subjects = 10, .destroyed = 3});
    desk.answers.end(report);
  });
  std::vector<std::string> parts;
  const SweepState end = ask_for_sweep(
      desk.data_dir,
      [&](const std::string& part) {
        parts.push_back(part);
        return [](std::uint64_t done, std::uint64_t all) { CHECK((done == 10 && all == 10)); };
      },
      kLong);
  service.join();
  CHECK(parts == std::vector<std::string>{"eu: subjects"});
  CHECK((end.over && end.ended));
  REQUIRE(end.lines.size() == 2);
  CHECK_THAT(end.lines[0], ContainsSubstring("10 subjects looked at, 3 destroyed"));
  CHECK_FALSE(desk.has("/sweep.request"));
  CHECK_FALSE(desk.has("/sweep.state"));
}

TEST_CASE("What failed, and what was interrupted, is told") {
  Desk desk;
  std::thread service([&] {
    desk.answers.begin(desk.wait_for_request());
    SweepReport report;
    report.ended = false;
    report.failure = "the disk is gone";
    desk.answers.end(report);
  });
  const SweepState end = ask_for_sweep(desk.data_dir, {}, kLong);
  service.join();
  CHECK_FALSE(end.ended);
  CHECK(end.failure == "the disk is gone");
}

TEST_CASE("A sweep that was under way before is not taken for the one asked for") {
  Desk desk;
  desk.answers.begin("");
  std::this_thread::sleep_for(210ms);  // it is told of now and then only
  desk.answers.progress("eu: subjects")(1, 4);
  REQUIRE(desk.has("/sweep.state"));
  std::vector<std::string> parts;
  std::atomic<bool> shown{false};
  std::thread service([&] {
    const std::string id = desk.wait_for_request();
    while (!shown) std::this_thread::sleep_for(1ms);
    desk.answers.end({});
    CHECK_FALSE(desk.has("/sweep.state"));
    desk.answers.begin(id);
    desk.answers.progress("eu: subjects")(4, 4);
    desk.answers.end({});
  });
  ask_for_sweep(
      desk.data_dir,
      [&](const std::string& part) {
        parts.push_back(part);
        shown = true;
        return Progress{};
      },
      kLong);
  service.join();
  CHECK(parts == std::vector<std::string>{"a sweep before: eu: subjects", "eu: subjects"});
}

TEST_CASE("Who holds the directory and does not answer is not waited for") {
  Desk desk;
  CHECK_THAT(failure_of(desk.data_dir, kPatience), ContainsSubstring("does not answer"));
  CHECK_FALSE(desk.has("/sweep.request"));
}

TEST_CASE("A service that ends before its sweep does is noticed") {
  Desk desk;
  std::thread service([&] {
    desk.answers.begin(desk.wait_for_request());
    desk.lock.close();
  });
  CHECK_THAT(failure_of(desk.data_dir, kLong), ContainsSubstring("ended before the sweep did"));
  service.join();
}

TEST_CASE("Two commands do not ask at once, and a request that cannot be left says so") {
  Desk desk;
  std::ofstream(desk.data_dir + "/sweep.request") << "0";
  CHECK_THAT(failure_of(desk.data_dir, kLong),
             ContainsSubstring("another consentd retention sweep"));
  CHECK(desk.has("/sweep.request"));
  CHECK(desk.answers.take().empty());
  CHECK_THAT(failure_of(desk.data_dir + "/none", kLong),
             ContainsSubstring("cannot ask the service"));
  SweepAnswers again(desk.data_dir);  // a service that starts forgets what was asked of another
  CHECK_FALSE(desk.has("/sweep.request"));
}
