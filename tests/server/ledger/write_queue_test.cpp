#include "ledger/write_queue.h"

#include <atomic>
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
