#include "ledger/write_queue.h"

#include <atomic>
#include <deque>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.h"

using namespace consent::server;

TEST_CASE("What waits while the disk is busy is written together") {
  std::atomic<int> batches = 0;
  std::atomic<std::size_t> written = 0;
  WriteQueue queue([&](std::span<WriteTask* const> tasks) {
    ++batches;
    written += tasks.size();
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  });
  std::vector<std::thread> writers;
  for (int i = 0; i < 32; ++i) {
    writers.emplace_back([&queue] {
      WriteTask task;
      queue.run(task);
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(written == 32);
  CHECK(batches < 16);
}

TEST_CASE("A task comes back with what the commit said of it") {
  WriteQueue queue([](std::span<WriteTask* const> tasks) {
    for (WriteTask* task : tasks) task->failure = StoreFailure{"no"};
  });
  WriteTask task;
  queue.run(task);
  REQUIRE(task.failure);
  CHECK(task.failure->detail == "no");
}

TEST_CASE("Who does not wait is told, after the commit and once") {
  std::atomic<bool> committed = false;
  std::promise<bool> told;
  WriteTask task;
  task.finished = [&] { told.set_value(committed); };
  WriteQueue queue([&](std::span<WriteTask* const>) { committed = true; });
  queue.start(task);
  CHECK(told.get_future().get());
  CHECK_FALSE(task.failure);
}

TEST_CASE("A queue that is full refuses at once, with the reason, and does not grow") {
  std::promise<void> busy;
  std::promise<void> free;
  std::shared_future<void> until_free = free.get_future();
  std::atomic<int> written = 0;
  std::atomic<int> told = 0;
  std::deque<WriteTask> tasks(8192 + 3);
  for (WriteTask& task : tasks) task.finished = [&] { ++told; };
  {
    WriteQueue queue([&, first = true](std::span<WriteTask* const> batch) mutable {
      if (std::exchange(first, false)) {
        busy.set_value();
        until_free.wait();
      }
      written += static_cast<int>(batch.size());
    });
    queue.start(tasks[0]);
    busy.get_future().wait();
    for (std::size_t i = 1; i < tasks.size(); ++i) queue.start(tasks[i]);
    CHECK_FALSE(tasks[8192].failure);
    for (std::size_t i = 8193; i < tasks.size(); ++i) {
      REQUIRE(tasks[i].failure);
      CHECK(tasks[i].failure->detail == "too many writes are waiting for the disk");
    }
    CHECK(told == 2);
    free.set_value();
  }
  CHECK(told == 8195);
  CHECK(written == 8193);
}

TEST_CASE("A queue that is closed has written what waited, and fails what comes later") {
  std::atomic<int> written = 0;
  std::atomic<int> told = 0;
  std::deque<WriteTask> tasks(4);
  for (WriteTask& task : tasks) task.finished = [&] { ++told; };
  WriteQueue queue(
      [&](std::span<WriteTask* const> batch) { written += static_cast<int>(batch.size()); });
  for (int i = 0; i < 3; ++i) queue.start(tasks[static_cast<std::size_t>(i)]);
  queue.close();
  CHECK(written == 3);
  CHECK(told == 3);
  queue.start(tasks[3]);
  CHECK(told == 4);
  REQUIRE(tasks[3].failure);
  CHECK(tasks[3].failure->detail == "the ledger is closing");
}
